"""Messages of a unified log that carry no GC id: the JVM's settings, safepoints, stalls."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from advisor.analyze.events import Deduplicated, Event, Hint, Occupied, Safepoint, Setting, Started, Trouble

_UNIT = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "": 1}
_Maker = Callable[[re.Match[str]], Event]


def _size(number: str, unit: str) -> int:
    return int(number) * _UNIT[unit]


def _setting(pattern: str, name: str) -> tuple[re.Pattern[str], _Maker]:
    return re.compile(pattern), lambda found: Setting(name, _size(found[1], found[2]))  # type: ignore[arg-type]


def _count(pattern: str, name: str) -> tuple[re.Pattern[str], _Maker]:
    return re.compile(pattern), lambda found: Setting(name, int(found[1]))  # type: ignore[arg-type]


def _word(pattern: str, name: str) -> tuple[re.Pattern[str], _Maker]:
    return re.compile(pattern), lambda found: Setting(name, found[1])  # type: ignore[arg-type]


def _modern_safepoint(found: re.Match[str]) -> Safepoint:
    """JDK 14 on; "Leaving" came late in 17 and in 18, "Cleanup" went with 24."""
    releases = (14, 23) if found[4] else (24, 99)
    if not found[5]:
        releases = (14, 17)
    return Safepoint(int(found[3]) / 1e9, int(found[6]) / 1e9, int(found[2]) / 1e9, *releases, operation=found[1])


def _old_safepoint(found: re.Match[str]) -> Safepoint:
    total, reaching = (float(text.replace(",", ".")) for text in found.groups())
    return Safepoint(reaching, total, None, 9, 13)


def _stall(word: str, kind: Literal["allocation-stall", "relocation-stall"]) -> tuple[re.Pattern[str], _Maker]:
    """A thread of the program that had to wait for ZGC."""
    pattern = re.compile(rf"{word} Stall \(.*\) (\d{{1,12}}[.,]\d{{1,12}})ms\s*$")
    return pattern, lambda found: Trouble(None, kind, None, float(found[1].replace(",", ".")))


def _pacing(found: re.Match[str]) -> Trouble:
    """Shenandoah's statistics at the end of a run: time that threads were slowed down, all together."""
    return Trouble(None, "pacing", None, float(found[1]) * 1000)


def _deduplicated(found: re.Match[str]) -> Deduplicated:
    inspected, freed = (round(float(found[i]) * _UNIT[found[i + 1]]) for i in (1, 3))
    return Deduplicated(None, inspected, freed, float(found[5]))


_DATA = r"(\d{1,12}\.\d)([BKMG])"
_SIZE = r"(\d{1,15})\s?([KMGT])"
_FIRST: dict[str, tuple[tuple[re.Pattern[str], _Maker], ...]] = {
    "Using": (
        (
            re.compile(
                r"Using (Serial|Parallel|Concurrent Mark Sweep|G1|The Z Garbage Collector|Shenandoah|Epsilon)\s*$"
            ),
            lambda found: Started(None, found[1]),
        ),
    ),
    "Version:": (_word(r"Version: (\d{1,4}\S{0,60})", "version"),),
    "CPUs:": (_count(r"CPUs: \d{1,6} total, (\d{1,6}) available", "cpus"),),
    "Memory:": (_setting(rf"Memory: {_SIZE}\s*$", "memory"),),
    "Memory": (_setting(rf"Memory Limit is: {_SIZE}?", "container"),),
    "Heap:": (
        (
            re.compile(
                r"Heap: \d{1,15}[KMG] reserved, (\d{1,15})([KMG]) \([\d.,]+%\) committed, "
                r"(\d{1,15})([KMG]) \([\d.,]+%\) used"
            ),
            lambda found: Occupied(None, _size(found[3], found[4]), _size(found[1], found[2])),
        ),
    ),
    "Heap": (
        _setting(rf"Heap [Rr]egion [Ss]ize: {_SIZE}\s*$", "region"),
        _setting(rf"Heap Min Capacity: {_SIZE}\s*$", "heap_min"),
        _setting(rf"Heap Initial Capacity: {_SIZE}\s*$", "heap_initial"),
        _setting(rf"Heap Max Capacity: {_SIZE}\s*$", "heap_max"),
        _setting(rf"Heap address: 0x[0-9a-f]+, size: {_SIZE}B", "heap_max"),
    ),
    "Min": (_setting(rf"Min Capacity: {_SIZE}\s*$", "heap_min"),),
    "Initial": (_setting(rf"Initial Capacity: {_SIZE}\s*$", "heap_initial"),),
    "Max": (_setting(rf"Max Capacity: {_SIZE}\s*$", "heap_max"),),
    "Parallel": (_count(r"Parallel Workers: (\d{1,6})\s*$", "parallel_workers"),),
    "Concurrent": (
        _count(r"Concurrent Workers: (\d{1,6})\s*$", "concurrent_workers"),
        (
            re.compile(
                rf"Concurrent String Deduplication \d{{1,12}}/{_DATA} \(new\), \d{{1,12}}/{_DATA} \(deduped\), "
                r".*, (\d{1,12}\.\d{1,9})ms of "
            ),
            _deduplicated,
        ),
    ),
    "ParallelGCThreads:": (_count(r"ParallelGCThreads: (\d{1,6})\s*$", "parallel_workers"),),
    "Workers:": (_count(r"Workers: (\d{1,6}) parallel", "parallel_workers"),),
    "GC": (_word(r"(GC Workers for Old Generation): ", "generational"),),
    "Mode:": (_word(r"Mode: (Generational)", "generational"),),
    "Safepoint": (
        (
            re.compile(
                r'Safepoint "(\w+)", Time since last: (\d{1,19}) ns, Reaching safepoint: (\d{1,19}) ns, '
                r"(Cleanup: \d{1,19} ns, )?At safepoint: \d+ ns, (Leaving safepoint: \d+ ns, )?Total: (\d{1,19}) ns"
            ),
            _modern_safepoint,
        ),
    ),
    "Total": (
        (
            re.compile(
                r"Total time for which application threads were stopped: (\d{1,12}[.,]\d{1,12}) seconds, "
                r"Stopping threads took: (\d{1,12}[.,]\d{1,12}) seconds"
            ),
            _old_safepoint,
        ),
    ),
    "Promotion": ((re.compile(r"Promotion failed\s*$"), lambda _found: Trouble(None, "promotion-failed")),),
    "Allocation": (_stall("Allocation", "allocation-stall"),),
    "Relocation": (_stall("Relocation", "relocation-stall"),),
    "Pacing": ((re.compile(r"Pacing +=\s+(\d{1,9}\.\d{1,9}) s "), _pacing),),
    "CommandLine": (_word(r"CommandLine flags: (.*)", "flags"),),
    "jvm_args:": (_word(r"jvm_args: (.*)", "flags"),),
    "CardTable": ((re.compile(r"CardTable entry size: "), lambda _found: Hint(18, 99)),),
}

FIRST_WORDS = tuple(_FIRST)
"""What a message without GC id begins with, where it says something."""


def header_event(line: str, start: int) -> Event | None:
    """The event of a message that starts at `start`, or None for one that says nothing of interest."""
    stop = line.find(" ", start)
    if stop < 0:
        return None
    choices = _FIRST.get(line[start:stop])
    if choices is None:
        return None
    for pattern, make in choices:
        found = pattern.match(line, start)
        if found:
            return make(found)
    return None
