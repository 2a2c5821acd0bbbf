"""Damage to real logs as it happens: by full disks, lost blocks, rotation, several writers, hands and bad lines.

`check` holds whatever is made of a damaged log to laws that need no second parser.
"""

from __future__ import annotations

import gzip
import math
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.analyze import analyze_logs
from advisor.model.analysis import Analysis
from advisor.model.errors import AdvisorError
from advisor.model.profile import WorkloadProfile
from advisor.report.analyze_text import analyze_text

Lines = list[bytes]
Mutation = Callable[[Lines, random.Random, Sequence[Lines]], Lines]
_DURATION = re.compile(r"(\d+[.,]\d+) ?(ms|sec)")
FOREIGN = (
    b"2026-11-23 10:00:00.123 INFO 1 --- [main] c.e.App : started GC(7) in 3.2 ms",
    b'{"level":"info","msg":"Pause Young","took":"3.500ms"}',
    b"\tat java.base/java.lang.Thread.run(Thread.java:840)",
    b"Pause",
    b"GC(",
    b"",
    b"\xff\xfe\x00\x01 binary \x80",
    b"[1.000s][info][gc] GC(12) Pause",
    b"x" * 5000,
)


def _some(stream: random.Random, lines: Lines) -> int:
    return stream.randrange(len(lines)) if lines else 0


def _delete(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    start = _some(stream, lines)
    return lines[:start] + lines[start + stream.choice((1, 1, 2, 10, 100)) :]


def _duplicate(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    start = _some(stream, lines)
    end = start + stream.choice((1, 1, 2, 20, 200))
    return lines[:end] + lines[start:end] + lines[end:]


def _swap(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    first, second = _some(stream, lines), _some(stream, lines)
    if lines:
        lines[first], lines[second] = lines[second], lines[first]
    return lines


def _cut_line(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    at = _some(stream, lines)
    if lines:
        lines[at] = lines[at][: stream.randrange(len(lines[at]) + 1)]
    return lines


def _cut_file(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    text = b"\n".join(lines)
    return text[: stream.randrange(len(text) + 1)].split(b"\n")


def _begin_late(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    text = b"\n".join(lines)
    return text[stream.randrange(len(text) + 1) :].split(b"\n")


def _lose_block(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    text = b"\n".join(lines)
    start = stream.randrange(len(text) + 1)
    return (text[:start] + text[start + stream.choice((1, 7, 100, 4096)) :]).split(b"\n")


def _zero_block(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    text = b"\n".join(lines)
    start = stream.randrange(len(text) + 1)
    size = stream.choice((1, 100, 4096))
    return (text[:start] + b"\0" * size + text[start + size :]).split(b"\n")


def _garble(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    text = bytearray(b"\n".join(lines))
    for _ in range(stream.choice((1, 3, 30))):
        if text:
            text[stream.randrange(len(text))] = stream.randrange(256)
    return bytes(text).split(b"\n")


def _change_digit(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    at = _some(stream, lines)
    digits = [index for index, byte in enumerate(lines[at]) if 48 <= byte <= 57] if lines else []
    if digits:
        index = stream.choice(digits)
        new = stream.choice((b"0", b"9", b"-", b"99999999", b".", b"", b"e5", b"\xd9\xa3"))
        lines[at] = lines[at][:index] + new + lines[at][index + 1 :]
    return lines


def _insert(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    for _ in range(stream.choice((1, 5, 50))):
        lines.insert(_some(stream, lines), stream.choice(FOREIGN))
    return lines


def _inside(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    """Another writer's text in the midst of a line."""
    at = _some(stream, lines)
    if lines:
        index = stream.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:index] + stream.choice(FOREIGN) + lines[at][index:]
    return lines


def _join(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    at = _some(stream, lines)
    return [*lines[:at], b"".join(lines[at : at + 2]), *lines[at + 2 :]]


def _interleave(lines: Lines, stream: random.Random, others: Sequence[Lines]) -> Lines:
    other = iter(stream.choice(others))
    mixed: Lines = []
    for line in lines:
        mixed.append(line)
        while stream.random() < 0.4:
            mixed.append(next(other, b""))
    return mixed


def _append(lines: Lines, stream: random.Random, others: Sequence[Lines]) -> Lines:
    return [*lines, *stream.choice((lines, stream.choice(others)))]


def _shuffle(lines: Lines, stream: random.Random, _others: Sequence[Lines]) -> Lines:
    start = _some(stream, lines)
    window = lines[start : start + 20]
    stream.shuffle(window)
    return [*lines[:start], *window, *lines[start + 20 :]]


MUTATIONS: Mapping[str, Mutation] = {
    "delete": _delete,
    "duplicate": _duplicate,
    "swap": _swap,
    "cut line": _cut_line,
    "cut file": _cut_file,
    "begin late": _begin_late,
    "lose block": _lose_block,
    "zero block": _zero_block,
    "garble": _garble,
    "change digit": _change_digit,
    "insert": _insert,
    "inside": _inside,
    "join": _join,
    "interleave": _interleave,
    "append": _append,
    "shuffle": _shuffle,
}


def excerpts(paths: Sequence[Path], seed: int, lines: int = 300) -> list[Lines]:
    """The start and a middle part of each log."""
    stream = random.Random(seed)
    found = []
    for path in paths:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rb") as file:
            whole = file.read(8 << 20).split(b"\n")
        middle = stream.randrange(len(whole))
        found.append(whole[:lines])
        if len(whole) > 2 * lines:
            found.append([*whole[:20], *whole[middle : middle + lines]])
    return found


def mutated(logs: Sequence[Lines], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Damaged logs: what was done to them, and their bytes. The same seed gives the same."""
    stream = random.Random(seed)
    names = sorted(MUTATIONS)
    for _ in range(count):
        lines = list(stream.choice(logs))
        done = [stream.choice(names) for _ in range(stream.choice((1, 1, 1, 2, 4)))]
        for name in done:
            lines = MUTATIONS[name](lines, stream, logs)
        yield "+".join(done), b"\n".join(lines)


def check(path: Path) -> Analysis | None:
    """Analyses a damaged log and holds the answer to the laws; None for an error of ours. Anything else is raised."""
    try:
        analysis = analyze_logs((str(path),))
    except AdvisorError as error:
        assert error.message
        return None
    assert_lawful(analysis, path.read_bytes())
    WorkloadProfile.model_validate(analysis.profile)
    assert analyze_text(analysis)
    return analysis


def assert_lawful(analysis: Analysis, text: bytes) -> None:
    """No more pauses than lengths in lines, none longer than the longest, no total beyond theirs, nothing negative."""
    durations = [_milliseconds(*found) for found in _DURATION.findall(text.decode("utf-8", "replace"))]
    pauses = analysis.pauses
    if pauses.count:
        assert pauses.count <= len(durations)
        assert pauses.max_ms <= max(durations) + 1e-6
        assert pauses.total_ms <= math.fsum(durations) + 1e-3
        assert pauses.max_ms <= pauses.total_ms + 1e-3
        assert pauses.p50_ms <= pauses.p90_ms <= pauses.p99_ms <= pauses.p99_9_ms <= pauses.max_ms
        assert sum(kind.count for kind in pauses.by_kind.values()) == pauses.count
        total = math.fsum(kind.total_ms for kind in pauses.by_kind.values())
        assert math.isclose(total, pauses.total_ms, rel_tol=1e-6, abs_tol=0.01)
    document = analysis.model_dump(by_alias=True)
    negative = [found for found in _numbers(document) if not found[1] >= 0 or not math.isfinite(found[1])]
    assert not negative, negative
    assert analysis.throughput is None or analysis.throughput <= 1
    if analysis.duration_s and pauses.total_ms > 1000 * analysis.duration_s + 1000:
        assert marked(analysis), "more pauses than time, silently"


def marked(analysis: Analysis) -> bool:
    """Whether the answer says that the log is not whole."""
    return bool(
        analysis.source.lines_skipped
        or analysis.source.notes
        or {finding.id for finding in analysis.diagnosis} & {"log-cut", "several-runs"}
    )


def _milliseconds(number: str, unit: str) -> float:
    return float(number.replace(",", ".")) * (1000 if unit == "sec" else 1)


def _numbers(value: Any, where: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _numbers(item, f"{where}.{name}")
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _numbers(item, f"{where}[{index}]")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield where, float(value)
