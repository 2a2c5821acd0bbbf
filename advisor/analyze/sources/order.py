"""Several files -> the parts of one log: in the order in which they were written, copies once, other files left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath

from advisor.analyze.sources.names import Named, expanded, natural
from advisor.analyze.sources.source import Source
from advisor.model.errors import InputError

Sniffer = Callable[[Sequence[str]], str | None]
"""Names the format that lines look like, or None."""
HEAD = 1 << 16
"""Bytes by which copies are known: no two logs have the same times and lengths for so long."""
PROBED = 8 << 20
"""Characters that are looked at before a file is said to be no log: a program may print before its JVM collects."""
_ROTATED = re.compile(r"(?:\.gz|\.current|\.\d{1,5}|[-.]\d{8}(?:-\d{4,10})?|\.old|\.bak)+$")
_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{3}))?\d{0,6}(Z|[+-]\d\d:?\d\d)?(?=\]|: | GC log file)"
)
_UPTIMES = (
    (re.compile(r"\[\s*(\d{1,12}[.,]\d{3})s\s*\]"), 1.0),
    (re.compile(r"\[\s*(\d{1,16})ms\s*\]"), 1e-3),
    (re.compile(r"\[\s*(\d{1,18})ns\s*\]"), 1e-9),
    (re.compile(r"(?:^|: )(\d{1,12}[.,]\d{3}): \["), 1.0),
)
_NUMBER = re.compile(r"(?:^|[\] ])GC\((\d{1,12})\) ")


@dataclass(frozen=True, slots=True)
class Opened:
    """The sources in the order in which they are to be read, and what was decided on the way, one sentence each."""

    sources: tuple[Source, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The first lines of a file: what it is and when it was written. Seconds; None where the lines do not tell."""

    named: Named
    form: str | None
    head: bytes
    date_s: float | None
    uptime_s: float | None
    number: int | None

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.named.source.name


def opened_in_order(names: Sequence[str], sniff: Sniffer) -> Opened:
    """The logs that names stand for, oldest first.

    The order is that of the dates in the lines, else of uptime, else of the numbers of collections, else of the names.
    Raises UsageError without names or with standard input among others, InputError when no log is among the files or
    they are of different formats.
    """
    found = expanded(names)
    if len(found) == 1:
        return Opened((found[0].source,))
    parts = [_part(named, sniff) for named in found]
    logs, notes = _logs(parts)
    logs, copies = _without_copies(logs)
    forms = sorted({part.form for part in logs if part.form})
    if len(forms) > 1:
        first, second = (next(part.name for part in logs if part.form == form) for form in forms[:2])
        raise InputError(
            "the logs are of different formats, so of different JVMs",
            where=f"{first}, {second}",
            hint="analyse them one by one",
        )
    ordered, order_notes = _ordered(logs)
    fresh = tuple(replace(part.named.source, lines=0, size=0, cut=False, long_lines=0) for part in ordered)
    return Opened(fresh, (*notes, *copies, *order_notes))


def groups(names: Sequence[str], sniff: Sniffer) -> tuple[tuple[str, ...], ...]:
    """The names of the files, those together that rotation made of one log; other files of folders are left out.

    Each group can be given to `opened_in_order`. Raises as that does.
    """
    found = expanded(names)
    if len(found) > 1:
        found = [part.named for part in _logs([_part(named, sniff) for named in found])[0]]
    together: dict[str, list[str]] = {}
    for named in found:
        together.setdefault(base(named.source.name), []).append(named.source.name)
    return tuple(tuple(group) for group in together.values())


def base(name: str) -> str:
    """What the parts of a rotated log have in common: `gc.log` of `gc.log.3`, `gc.log.4.current` and `gc.log.gz`."""
    path = PurePath(name)
    return str(path.with_name(_ROTATED.sub("", path.name) or path.name)) if path.name else name


def _part(named: Named, sniff: Sniffer) -> Part:
    """Reads as much as tells the format. What was found, not named, and cannot be read is no log."""
    source, head = replace(named.source), b""
    lines: Sequence[str] = ()
    form = None
    seen = 0
    try:
        for batch in source.batches():
            seen += sum(map(len, batch)) + len(batch)
            head = head if len(head) >= HEAD else head + "\n".join((*batch, "")).encode("utf-8", "replace")
            lines = batch
            form = sniff(batch)
            if form is not None or seen > PROBED:
                break
    except InputError:
        if not named.found:
            raise
    return Part(named, form, head[:HEAD], _date(lines), _uptime(lines), _number(lines))


def _date(lines: Iterable[str]) -> float | None:
    for line in lines:
        found = _DATE.search(line)
        if found:
            zone = (found[4] or "Z").replace("Z", "+00:00")
            try:
                return datetime.fromisoformat(f"{found[1]}T{found[2]}.{found[3] or '000'}{zone}").timestamp()
            except (ValueError, OverflowError):
                continue
    return None


def _uptime(lines: Iterable[str]) -> float | None:
    for line in lines:
        for pattern, scale in _UPTIMES:
            found = pattern.search(line)
            if found:
                return float(found[1].replace(",", ".")) * scale
    return None


def _number(lines: Iterable[str]) -> int | None:
    return next((int(found[1]) for line in lines if (found := _NUMBER.search(line))), None)


def _logs(parts: Sequence[Part]) -> tuple[list[Part], tuple[str, ...]]:
    """The parts that are logs. A file that was named is kept: reading it says what is wrong."""
    logs = [part for part in parts if part.form is not None or not part.named.found]
    others = [PurePath(part.name).name for part in parts if part.form is None and part.named.found]
    if not logs:
        raise InputError("no GC log among the files", where=parts[0].name, hint="expected what -Xlog:gc* prints")
    if not others:
        return logs, ()
    return logs, (f"{_counted(len(others), 'file')} without a line of a GC log left out: {_listed(others)}.",)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _without_copies(parts: Sequence[Part]) -> tuple[list[Part], tuple[str, ...]]:
    """Of files that begin alike the longest: the others are copies, or copies that were made earlier."""
    kept: list[Part] = []
    notes = []
    for part in parts:
        twin = next((other for other in kept if _alike(part, other)), None)
        if twin is None:
            kept.append(part)
            continue
        longer, shorter = (part, twin) if _size(part) > _size(twin) else (twin, part)
        kept[kept.index(twin)] = longer
        notes.append(f"{shorter.name} repeats {longer.name} and was left out.")
    return kept, tuple(notes)


def _alike(part: Part, other: Part) -> bool:
    size = min(len(part.head), len(other.head))
    return size > 0 and part.form is not None and part.head[:size] == other.head[:size]


def _size(part: Part) -> int:
    source = replace(part.named.source)
    return sum(map(len, source.blocks()))


def _ordered(parts: list[Part]) -> tuple[list[Part], tuple[str, ...]]:
    by_name = sorted(parts, key=lambda part: (_is_current(part.name), natural(part.name)))
    for what in ("date_s", "uptime_s", "number"):
        if all(getattr(part, what) is not None for part in parts):
            ordered = sorted(by_name, key=lambda part: getattr(part, what))
            return (ordered, ()) if what == "date_s" else _newest_last(ordered)
    return by_name, ("No time stamps tell the order of the files; they were read in the order of their names.",)


def _newest_last(parts: list[Part]) -> tuple[list[Part], tuple[str, ...]]:
    """The file without a number is the newest: if its time is earlier than that of the others, a JVM began with it."""
    current = [part for part in parts if _is_current(part.name)]
    if len(current) != 1 or len({base(part.name) for part in parts}) > 1 or parts[-1] is current[0]:
        return parts, ()
    parts = [*(part for part in parts if part is not current[0]), current[0]]
    return parts, (f"{current[0].name} is the newest part and its time begins anew: it is of another run.",)


def _is_current(name: str) -> bool:
    return ".current" in PurePath(name).name or not re.search(r"\.\d{1,5}(?:\.gz)?$", name)
