"""The lines before the first collection: the JVM's version, its memory, its flags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.analyze.events import Setting

MIB = 1 << 20
_VERSION = re.compile(
    r"(?:OpenJDK|Java HotSpot|\S+)\b.{0,60} VM \(.{0,120}\) for .{0,60} JRE \((\d{1,2}[\w.+-]{0,120})"
)
_MEMORY = re.compile(r"Memory: \d+k page, physical (\d{1,15})k")
_SPLIT = re.compile(r" (?=-X)")
_COLLECTORS = (
    ("UseShenandoahGC", "shenandoah"),
    ("UseG1GC", "g1"),
    ("UseConcMarkSweepGC", "cms"),
    ("UseParallelGC", "parallel"),
    ("UseParallelOldGC", "parallel"),
    ("UseSerialGC", "serial"),
    ("UseParNewGC", "serial"),
)
"""The flags that choose a collector; ParNew without CMS compacts old as Serial does."""
_NUMBERS = {
    "InitialHeapSize": "heap_initial",
    "MaxHeapSize": "heap_max",
    "ParallelGCThreads": "parallel_workers",
    "ConcGCThreads": "concurrent_workers",
    "G1HeapRegionSize": "region",
}
LEAST_REGION, MOST_REGION, REGIONS = MIB, 32 * MIB, 2048
"""HotSpot 8 heapRegion.cpp."""


def parsed_flags(text: str) -> dict[str, str]:
    """Name and value of each `-XX` flag; `true` and `false` for the switches."""
    flags: dict[str, str] = {}
    for word in _SPLIT.split(text.strip()):
        if word.startswith(("-XX:+", "-XX:-")):
            flags[word[5:].strip()] = "true" if word[4] == "+" else "false"
        elif word.startswith("-XX:") and "=" in word:
            name, _, value = word[4:].partition("=")
            flags[name] = value.strip()
    return flags


def version_setting(line: str) -> Setting | None:
    """The release: `1.8.0_342-b07` and `8.0_342-b07` are the same."""
    found = _VERSION.search(line)
    return Setting("version", found[1].removeprefix("1.")) if found else None


def memory_setting(line: str) -> Setting | None:
    """The memory of the machine, or of the container from 8u191 on."""
    found = _MEMORY.search(line)
    return Setting("memory", int(found[1]) << 10) if found else None


def flag_settings(text: str) -> Iterator[Setting]:
    """What the flags in use tell; `text` is what follows `CommandLine flags:`."""
    flags = parsed_flags(text)
    yield Setting("flags", text.strip())
    for name, setting in _NUMBERS.items():
        value = flags.get(name, "")
        if value.isdecimal() and 0 < len(value) < 19 and int(value):
            yield Setting(setting, int(value))  # type: ignore[arg-type]
    maximum = flags.get("MaxHeapSize", "")
    if maximum.isdecimal() and 0 < len(maximum) < 19 and flags.get("InitialHeapSize") == maximum:
        # Only -Xms makes them equal, and it sets the least heap too.
        yield Setting("heap_min", int(maximum))
    collector = collector_of(flags)
    if collector == "g1" and "G1HeapRegionSize" not in flags:
        region = _region(flags.get("InitialHeapSize", ""), flags.get("MaxHeapSize", ""))
        if region:
            yield Setting("region", region)


def collector_of(flags: dict[str, str]) -> str | None:
    """The collector that flags choose, or None where they leave the choice to the JVM."""
    return next((name for flag, name in _COLLECTORS if flags.get(flag) == "true"), None)


def _region(initial: str, maximum: str) -> int | None:
    """The size of G1's regions: a 2048th of the mean of initial and largest heap, down to a power of two."""
    if not (initial.isdecimal() and maximum.isdecimal() and len(initial) < 16 and len(maximum) < 16):
        return None
    wanted = (int(initial) + int(maximum)) // 2 // REGIONS
    return min(MOST_REGION, max(LEAST_REGION, 1 << max(0, wanted.bit_length() - 1)))
