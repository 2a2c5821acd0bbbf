"""Names as given -> the single logs they stand for: files of folders, matches of patterns, members of archives."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from advisor.analyze.sources.source import Source, opened_archive
from advisor.analyze.sources.streams import EMPTY_ZIP_MAGIC, ZIP_MAGIC
from advisor.model.errors import InputError, UsageError

MAX_MEMBERS = 10_000
"""Files of one folder or archive; more are no logs of a JVM."""


@dataclass(frozen=True, slots=True)
class Named:
    """The logs that names stand for; those that were only found, not named, may turn out to be something else."""

    source: Source
    found: bool
    """In a folder, by a pattern or in an archive."""


def expanded(names: Sequence[str]) -> list[Named]:
    """Every log once, in the order of the names; inside a folder or archive by name, numbers as numbers.

    Raises UsageError without names or with standard input among others, InputError for what cannot be opened.
    """
    if not names:
        raise UsageError("no log given", hint="give one or more files, or - for standard input")
    if len(names) > 1 and "-" in names:
        raise UsageError("standard input can only be read alone", hint="give files, or - alone")
    found: dict[tuple[str, str | None], Named] = {}
    for name in names:
        for named in _of(name):
            source = named.source
            key = (
                source.name if source.name == "-" else os.path.realpath(source.archive or source.name),
                source.member,
            )
            found.setdefault(key, named)
    return list(found.values())


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sorting key by which `gc.log.2` comes before `gc.log.10`."""
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for character in f"{name}\0":
        if character.isascii() and character.isdigit():
            digits += character
            continue
        if digits:
            parts.append((0, int(digits[:18]), digits))
            digits = ""
        parts.append((1, 0, character))
    return tuple(parts)


def _of(name: str) -> Iterator[Named]:
    path = Path(name)
    if name == "-":
        yield Named(Source(name), found=False)
    elif path.is_dir():
        yield from _folder(path)
    elif path.exists():
        yield from _file(path, found=False)
    elif glob.has_magic(name):
        yield from _matches(name)
    else:
        yield _member(path) or Named(Source(name), found=False)


def _file(path: Path, *, found: bool) -> Iterator[Named]:
    if not is_archive(path):
        yield Named(Source(str(path)), found)
        return
    try:
        with opened_archive(str(path)) as archive:
            members = [info.filename for info in archive.infolist()[:MAX_MEMBERS] if not info.is_dir()]
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror or error}", where=str(path)) from error
    logs = sorted(filter(_visible, members), key=natural)
    if not logs:
        raise InputError("the archive is empty", where=str(path))
    for member in logs:
        yield Named(Source(f"{path}/{member}", member, str(path)), found=True)


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive; False for what cannot be read."""
    try:
        with path.open("rb") as stream:
            return path.is_file() and stream.read(4) in (ZIP_MAGIC, EMPTY_ZIP_MAGIC)
    except OSError:
        return False


def _visible(name: str) -> bool:
    return not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _folder(path: Path) -> Iterator[Named]:
    try:
        files = [child for child in path.iterdir() if child.is_file() and _visible(child.name)]
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror or error}", where=str(path)) from error
    if not files:
        raise InputError("no file in the folder", where=str(path), hint="give the folder that holds the logs")
    for child in sorted(files, key=lambda child: natural(child.name))[:MAX_MEMBERS]:
        yield from _file(child, found=True)


def _matches(pattern: str) -> Iterator[Named]:
    names = glob.iglob(pattern, recursive=True)  # noqa: PTH207 - the pattern may be absolute
    matches = sorted(filter(os.path.isfile, names), key=natural)
    if not matches:
        raise InputError("no file matches", where=pattern)
    for match in matches[:MAX_MEMBERS]:
        yield from _file(Path(match), found=True)


def _member(path: Path) -> Named | None:
    """`logs.zip/gc.log.0` where logs.zip is an archive."""
    for parent in path.parents:
        if parent.is_file():
            member = str(path.relative_to(parent))
            return Named(Source(str(path), member, str(parent)), found=False) if is_archive(parent) else None
    return None
