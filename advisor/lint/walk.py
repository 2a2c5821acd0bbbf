"""PATHS -> FILES: folders are walked in order, less what `.gitignore` names and what nobody wrote by hand."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.model.errors import InputError

SKIPPED = frozenset(
    {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".terraform", ".gradle"}
)
"""Folders that hold other people's files or a tool's."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to look at; `named` says that the user named it himself."""

    path: Path
    named: bool


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line of a `.gitignore`, for paths relative to its folder."""

    folder: Path
    expression: re.Pattern[str]
    negated: bool
    folders_only: bool


def files(paths: Sequence[str]) -> Iterator[Found]:
    """Every file once, in the order of arguments and names. Raises InputError for a path that is not there."""
    seen: set[Path] = set()
    for name in paths:
        path = Path(name)
        if not path.exists():
            raise InputError("no such file or folder", where=name)
        named = not path.is_dir()
        for found in [path] if named else _walk(path, _ignored_above(path)):
            if found not in seen:
                seen.add(found)
                yield Found(found, named)


def _walk(folder: Path, patterns: tuple[_Pattern, ...]) -> Iterator[Path]:
    patterns = (*patterns, *_patterns(folder))
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror}", where=str(folder)) from error
    for entry in entries:
        path = folder / entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if entry.name in SKIPPED or _ignored(path, patterns, is_folder=is_folder):
            continue
        if is_folder:
            yield from _walk(path, patterns)
        elif entry.is_file(follow_symlinks=False):
            yield path


def _ignored_above(folder: Path) -> tuple[_Pattern, ...]:
    """The patterns of the folders above, up to the root of the repository."""
    whole = folder.resolve()
    if (whole / ".git").exists():
        return ()
    found: list[_Pattern] = []
    for parent in whole.parents:
        found = [*_patterns(parent), *found]
        if (parent / ".git").exists():
            return tuple(found)
    return ()


def _patterns(folder: Path) -> list[_Pattern]:
    try:
        text = (folder / ".gitignore").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [pattern for line in text.splitlines() if (pattern := _pattern(folder.resolve(), line.rstrip()))]


def _pattern(folder: Path, line: str) -> _Pattern | None:
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    text = line.removeprefix("!")
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return None
    anywhere = "/" not in text
    expression = ("(?:.*/)?" if anywhere else "") + _translated(text.lstrip("/"))
    try:
        return _Pattern(folder, re.compile(expression + r"\Z"), negated, folders_only)
    except re.error:  # a bracket such as [z-a], which matches nothing
        return None


_WILDCARD = re.compile(r"/\*\*/|\*\*/|/\*\*\Z|\*|\?|\[!?\]?[^\]/]*\]|\\.|[^*?\[\\]", re.DOTALL)


def _translated(text: str) -> str:
    return "".join(_piece(found[0]) for found in _WILDCARD.finditer(text))


def _piece(text: str) -> str:
    fixed = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}
    if text in fixed:
        return fixed[text]
    if text.startswith("[") and len(text) > 2:
        inside = text[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[^{inside[1:]}]" if inside.startswith("!") and len(inside) > 1 else f"[{inside}]"
    return re.escape(text[-1] if text.startswith("\\") else text)


def _ignored(path: Path, patterns: tuple[_Pattern, ...], *, is_folder: bool) -> bool:
    verdict = False
    whole = path.parent.resolve() / path.name
    for pattern in patterns:
        if pattern.folders_only and not is_folder:
            continue
        if pattern.negated == verdict and pattern.expression.match(whole.relative_to(pattern.folder).as_posix()):
            verdict = not pattern.negated
    return verdict
