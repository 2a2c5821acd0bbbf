"""Reading YAML that may be hostile, and saying where in it something is wrong.

Safe tags only; size, depth, node count and alias use are bounded before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from advisor.model.errors import InputError

MAX_BYTES = 4 << 20
MAX_DEPTH = 40
MAX_NODES = 200_000
_STRING = "tag:yaml.org,2002:str"
SURELY_SHALLOW = 1000
"""With so few openers of collections no depth is reached that matters; most files are spared a second pass."""

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data, and the tree it came from, which knows the line of every key and item (counted from 1)."""

    data: Any
    root: yaml.Node | None
    source: str

    def lines(self) -> dict[Path_, int]:
        """The line of every path; worked out when it is asked for, since only errors need it."""
        return dict(_positions(self.root)) if self.root is not None else {}

    def place(self, path: Path_) -> str:
        """`file:line` of the nearest known ancestor of `path`."""
        lines = self.lines()
        for end in range(len(path), -1, -1):
            if path[:end] in lines:
                return f"{self.source}:{lines[path[:end]]}"
        return self.source


def read_text(path: Path, *, limit: int = MAX_BYTES) -> str:
    """The text of a file. Raises InputError when it is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror}", where=str(path)) from error
    if len(raw) > limit:
        raise InputError(f"larger than {limit} bytes", where=str(path), hint="expected a small text file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 text (byte {error.start})", where=str(path), hint="expected YAML text") from error


def parse_yaml(text: str, source: str) -> Document:
    """Builds plain data from one YAML document. Raises InputError with `file:line`."""
    try:
        _bound_depth(text, source)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            data = None
            if node is not None:
                _check_tree(node, source)
                data = _plain(node, loader)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{source}:{mark.line + 1}" if mark else source
        raise InputError(f"not valid YAML: {error.problem or error.context}", where=where) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(f"not valid YAML: {error}", where=source) from error
    return Document(data, node, source)


def _bound_depth(text: str, source: str) -> None:
    """Refuses depth before the C parser, which recurses without a bound of its own, builds the tree."""
    if sum(text.count(opener) for opener in ("[", "{", "- ", "? ")) <= SURELY_SHALLOW:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise InputError("nested too deeply or too large", where=source)


def _check_tree(root: yaml.Node, source: str) -> None:
    """Refuses depth, size, aliases and doubled keys. Raises InputError with the line."""
    seen: set[int] = set()
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if id(node) in seen:
            where = f"{source}:{node.start_mark.line + 1}"
            raise InputError("YAML aliases are not accepted", where=where, hint="write the value out")
        seen.add(id(node))
        if depth > MAX_DEPTH or len(seen) > MAX_NODES:
            raise InputError("nested too deeply or too large", where=f"{source}:{node.start_mark.line + 1}")
        if isinstance(node, yaml.MappingNode):
            _check_keys(node, source)
            stack.extend((value, depth + 1) for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            stack.extend((value, depth + 1) for value in node.value)


def _plain(node: yaml.Node, loader: Any) -> Any:
    """The data of a checked tree. PyYAML's own constructor does the same, and much else, in twice the time."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value, loader) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, loader) for item in node.value]
    if node.tag == _STRING:
        return node.value
    return loader.construct_object(node)


def _check_keys(node: yaml.MappingNode, source: str) -> None:
    names = [str(key.value) for key, _ in node.value]
    if len(set(names)) == len(names):
        return
    key = next(key for index, (key, _) in enumerate(node.value) if str(key.value) in names[:index])
    raise InputError(f"key {key.value!r} is given twice", where=f"{source}:{key.start_mark.line + 1}")


def _positions(root: yaml.Node) -> Iterator[tuple[Path_, int]]:
    """Every path of a checked tree with its line."""
    stack: list[tuple[Path_, yaml.Node, int]] = [((), root, root.start_mark.line + 1)]
    while stack:
        path, node, line = stack.pop()
        yield path, line
        if isinstance(node, yaml.MappingNode):
            stack.extend(((*path, str(key.value)), value, key.start_mark.line + 1) for key, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            stack.extend(((*path, i), value, value.start_mark.line + 1) for i, value in enumerate(node.value))


def build(model: type[Model], document: Document) -> Model:
    """Validates a document. Raises InputError naming the place, what was expected, and the nearest known key."""
    if not isinstance(document.data, dict):
        kind = "nothing" if document.data is None else type(document.data).__name__
        raise InputError(f"expected a mapping of keys to values, found {kind}", where=document.source)
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise _explained(model, document, error) from error


def _explained(model: type[BaseModel], document: Document, error: ValidationError) -> InputError:
    # A misspelt key also leaves the right one missing: the misspelling is the cause, so it is told first.
    import difflib

    first = min(error.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
    path = tuple(part for part in first["loc"] if isinstance(part, (str, int)))
    where = document.place(path)
    name = ".".join(str(part) for part in path) or "document"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        key = str(path[-1])
        near = difflib.get_close_matches(key, list(known_keys(model, path[:-1])), n=1, cutoff=0.4)
        hint = (
            f"did you mean {near[0]!r}?" if near else "known keys: " + ", ".join(sorted(known_keys(model, path[:-1])))
        )
        return InputError(f"unknown key {name!r}{more}", where=where, hint=hint)
    message = str(first["msg"]).removeprefix("Value error, ")
    return InputError(f"{name}: {message}{more}", where=where)


def known_keys(model: type[BaseModel], path: Path_) -> frozenset[str]:
    """The keys that the model knows at `path`, through optional and repeated parts."""
    current: type[BaseModel] | None = model
    for part in path:
        if current is None:
            return frozenset()
        if isinstance(part, int):
            continue
        field = current.model_fields.get(part) or next(
            (f for f in current.model_fields.values() if f.alias == part), None
        )
        current = _inner_model(field.annotation) if field else None
    if current is None:
        return frozenset()
    return frozenset(field.alias or name for name, field in current.model_fields.items())


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None
