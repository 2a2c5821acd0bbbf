"""Small logs for the tests, as a JVM would write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from advisor.analyze.events import Event, Pause
from advisor.analyze.formats.unified import Unified

SAMPLES = Path(__file__).resolve().parents[2] / "configs" / "samples"


def events(lines: Iterable[str]) -> list[Event]:
    """What the unified format reads from lines."""
    return list(Unified().events([list(lines)]))


def pauses(lines: Iterable[str]) -> list[Pause]:
    """The outermost pauses among the events."""
    return [event for event in events(lines) if isinstance(event, Pause)]


def stamped(messages: Sequence[tuple[float, str, str]]) -> list[str]:
    """(uptime, tags, message) as the default decorations print them."""
    return [f"[{time:.3f}s][info][{tags:9s}] {message}" for time, tags, message in messages]


def serial_log(*, collections: int = 40, rate_mb_s: float = 100.0, eden_mb: int = 32, survive_mb: int = 2) -> list[str]:
    """JDK 17 Serial: eden fills at an even rate, so much survives each time, and the older half of it is promoted.

    Old is collected in full every tenth time, down to 10 MB.
    """
    lines = stamped(
        [
            (0.005, "gc", "Using Serial"),
            (0.005, "gc,init", "Version: 17.0.9+9 (release)"),
            (0.005, "gc,init", "CPUs: 2 total, 2 available"),
            (0.005, "gc,init", "Memory: 2048M"),
            (0.005, "gc,init", "Heap Min Capacity: 128M"),
            (0.005, "gc,init", "Heap Initial Capacity: 128M"),
            (0.005, "gc,init", "Heap Max Capacity: 128M"),
        ]
    )
    time, young, old = 0.0, 0, 0
    for number in range(collections):
        time += eden_mb / rate_mb_s
        full = number % 10 == 9
        after = 0 if full else survive_mb
        promoted = 0 if full else survive_mb // 2
        kept = 10 if full else old + promoted
        kind, ms = ("Full", 20.0) if full else ("Young", 4.0)
        before = eden_mb + young
        time += ms / 1000
        lines += stamped(
            [
                (time, "gc,heap", f"GC({number}) DefNew: {before << 10}K(39296K)->{after << 10}K(39296K)"),
                (time, "gc,heap", f"GC({number}) Tenured: {old << 10}K(87424K)->{kept << 10}K(87424K)"),
                (
                    time,
                    "gc",
                    f"GC({number}) Pause {kind} (Allocation Failure) {before + old}M->{after + kept}M(123M) {ms:.3f}ms",
                ),
            ]
        )
        young, old = after, kept
    return lines
