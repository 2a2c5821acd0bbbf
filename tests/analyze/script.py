"""Logs for tests line by line, in the words of HotSpot's sources, with times and sizes that the test chooses."""

from __future__ import annotations

from pathlib import Path

from advisor.analyze import LogTarget, analyze_logs
from advisor.model.analysis import Analysis, Diagnosis

MACHINE = ("CPUs: 4 total, 4 available", "Memory: 8192M")


class Log:
    """A unified log of one JVM; sizes are MB, times seconds of uptime."""

    def __init__(self, collector: str = "G1", *, version: str | None = "21.0.8+9", heap: int = 1024, region: int = 1):
        self.lines: list[str] = []
        self.collector, self.number = collector, 0
        self.line(0.005, "gc", f"Using {collector}")
        if version:
            for text in (f"Version: {version} (release)", *MACHINE, f"Heap Max Capacity: {heap}M"):
                self.line(0.005, "gc,init", text)
            if collector == "G1":
                self.line(0.005, "gc,init", f"Heap Region Size: {region}M")
        self.heap = heap

    def line(self, time: float, tags: str, text: str) -> Log:
        """One line with the default decorations."""
        self.lines.append(f"[{time:.3f}s][info][{tags:<10}] {text}")
        return self

    def pause(
        self, time: float, name: str, ms: float, before: int = 100, after: int = 50, *, parts: tuple[str, ...] = (),
        cpu: tuple[float, float] | None = None,
    ) -> Log:  # fmt: skip
        """A pause that ends at a time, with lines of it before and its processor time after."""
        for part in parts:
            self.line(time, "gc,heap", f"GC({self.number}) {part}")
        self.line(time, "gc", f"GC({self.number}) Pause {name} {before}M->{after}M({self.heap}M) {ms:.3f}ms")
        if cpu:
            self.line(time, "gc,cpu", f"GC({self.number}) User={cpu[0]:.2f}s Sys={cpu[1]:.2f}s Real={ms / 1000:.2f}s")
        self.number += 1
        return self

    def young(self, time: float, ms: float = 5.0, **more: object) -> Log:
        """An ordinary young collection of the collector."""
        name = "Young (Normal) (G1 Evacuation Pause)" if self.collector == "G1" else "Young (Allocation Failure)"
        return self.pause(time, name, ms, **more)  # type: ignore[arg-type]

    def safepoint(self, time: float, operation: str, reaching_ms: float = 0.01, at_ms: float = 1.0) -> Log:
        """As JDK 21 prints it."""
        reach, stop = round(reaching_ms * 1e6), round(at_ms * 1e6)
        return self.line(
            time,
            "safepoint",
            f'Safepoint "{operation}", Time since last: 1000000 ns, Reaching safepoint: {reach} ns, Cleanup: 1000 ns, '
            f"At safepoint: {stop} ns, Total: {reach + stop + 1000} ns",
        )

    def analysis(self, folder: Path, target: LogTarget = LogTarget()) -> Analysis:  # noqa: B008 - immutable
        """What the whole program says of it."""
        path = folder / "gc.log"
        path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        return analyze_logs((str(path),), target)

    def findings(self, folder: Path) -> dict[str, Diagnosis]:
        """By id."""
        return {finding.id: finding for finding in self.analysis(folder).diagnosis}


def healthy(collector: str = "G1", *, collections: int = 60, every_s: float = 5.0, heap: int = 1024) -> Log:
    """Five minutes in which nothing is wrong: young collections of 5 ms, now and then a cycle that collects old."""
    log = Log(collector, heap=heap)
    for number in range(1, collections + 1):
        time = number * every_s
        log.young(time, before=700, after=200)
        log.safepoint(time, "G1CollectForAllocation", at_ms=5)
        if collector == "G1" and number % 10 == 0:
            log.pause(time + 1, "Young (Concurrent Start) (G1 Evacuation Pause)", 6.0, 450, 210)
            log.pause(time + 1.2, "Remark", 3.0, 220, 220)
            log.line(time + 1.3, "gc", f"GC({log.number}) Concurrent Mark Cycle 250.000ms")
            log.pause(time + 2, "Young (Prepare Mixed) (G1 Evacuation Pause)", 5.0, 450, 205)
            log.pause(time + 3, "Young (Mixed) (G1 Evacuation Pause)", 6.0, 450, 200)
    return log
