"""YAML as nodes that know where each character of a scalar stands in the file.

Made from the parser's events without recursion, so that depth and size are bounded before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from advisor.lint.located import Located, gather
from advisor.model.errors import InputError

MAX_DEPTH = 60
MAX_NODES = 200_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LETTERS = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


@dataclass(slots=True)
class Node:
    """A scalar, a sequence (`items`) or a mapping (`pairs`, a key may come twice). `start` is its offset."""

    start: int
    end: int
    scalar: str | None = None
    style: str = ""
    items: list[Node] = field(default_factory=list)
    pairs: list[tuple[Node, Node]] = field(default_factory=list)

    def all(self, key: str) -> Iterator[Node]:
        """Every value of a key, in order."""
        return (value for name, value in self.pairs if name.scalar == key)

    def get(self, *keys: str) -> Node | None:
        """The last value of a key, of a key in it, and so on; None where there is none."""
        node: Node | None = self
        for key in keys:
            node = None if node is None else next(reversed(list(node.all(key))), None)
        return node

    def texts(self) -> list[Node]:
        """The scalars of a sequence, or the scalar itself."""
        return [self] if self.scalar is not None else [item for item in self.items if item.scalar is not None]

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the file; one that aliases repeat comes once."""
        seen: set[int] = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            below = [*node.items, *(part for pair in node.pairs for part in pair)]
            stack += reversed(below)


def documents(text: str, source: str, shown: str | None = None) -> list[Node]:
    """The root of every document. `shown` is the text as the file has it. Raises InputError with `file:line`."""
    written = text if shown is None else shown
    try:
        return list(_documents(text, written, source))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = _place(written, mark.index, source) if mark else source
        raise InputError(f"not valid YAML: {error.problem or error.context}", where=where) from error
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"not valid YAML: {error}", where=source) from error


def _place(written: str, offset: int, source: str) -> str:
    return f"{source}:{written.count(chr(10), 0, offset) + 1}"


def _documents(text: str, written: str, source: str) -> Iterator[Node]:
    stack: list[Node] = []
    anchors: dict[str, Node] = {}
    keys: dict[int, Node] = {}
    event: Any
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if len(stack) > MAX_DEPTH or count > MAX_NODES:
            raise InputError("nested too deeply or too large", where=_place(written, event.start_mark.index, source))
        if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            stack.pop().end = _span(event)[1]
            continue
        node = _node(event, anchors)
        if node is None:
            continue
        if stack:
            _attach(stack[-1], node, keys)
        else:
            yield node
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            node.style = "[" if isinstance(event, yaml.SequenceStartEvent) else "{"
            stack.append(node)


def _node(event: Any, anchors: dict[str, Node]) -> Node | None:
    if isinstance(event, yaml.AliasEvent):
        return anchors.get(str(event.anchor)) or Node(*_span(event))
    if not isinstance(event, yaml.NodeEvent):
        return None
    node = Node(*_span(event))
    if isinstance(event, yaml.ScalarEvent):
        node.scalar, node.style = event.value, event.style or ""
    if event.anchor:
        anchors[event.anchor] = node
    return node


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _attach(parent: Node, node: Node, keys: dict[int, Node]) -> None:
    """Puts a node into the sequence or mapping that is open; in a mapping keys and values take turns."""
    if parent.style == "[":
        parent.items.append(node)
    elif id(parent) in keys:
        parent.pairs.append((keys.pop(id(parent)), node))
    else:
        keys[id(parent)] = node


def located(node: Node, source: str) -> Located:
    """The text of a scalar, each character with its place: unquoted, unfolded, its indentation gone.

    Folding only drops or changes white space, so all other characters of the value stand in the file in the same order.
    """
    value = node.scalar or ""
    begin, end = node.start, node.end
    if node.style in ("|", ">"):
        begin = source.find("\n", begin, end) + 1 or end
    elif node.style in ("'", '"'):
        begin, end = begin + 1, end - 1
    return gather(_aligned(value, list(_characters(source, begin, end, node.style)), end))


def _characters(source: str, begin: int, end: int, style: str) -> Iterator[tuple[str, int, int]]:
    """The characters of a scalar as written, escapes decoded; white space is left to `_aligned`."""
    position = begin
    while position < end:
        following = position + 1
        character = source[position]
        if style == "'" and source.startswith("''", position):
            following += 1
        elif style == '"' and character == "\\" and (found := _ESCAPE.match(source, position)):
            following = found.end()
            character = _decoded(found)
        if not character.isspace() or following - position > 1:
            yield character, position, following
        position = following


def _decoded(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\N{REPLACEMENT CHARACTER}"
    return _LETTERS.get(found[4], found[4])


def _aligned(value: str, written: list[tuple[str, int, int]], end: int) -> Iterator[tuple[str, int, int]]:
    """The characters of a value with their places; white space of folding stands where the last character ended."""
    index, last = 0, written[0][1] if written else end
    for character in value:
        while index < len(written) and written[index][0] != character and written[index][0].isspace():
            index += 1
        if index < len(written) and written[index][0] == character:
            _, start, stop = written[index]
            index += 1
        else:
            start, stop = last, last
        last = stop
        yield character, start, stop
