"""MOMENTS -> LOG: a simulated run in the words of `-Xlog:gc*`, so that whatever reads GC logs reads it too.

The lines are those that the collector and the release would print; JDK 8, which has no unified logging, is written as
release 11 would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from advisor import __version__
from advisor.jvm.ergonomics import Effective
from advisor.model.machine import Collector, Machine
from advisor.model.quantities import KIB, MIB
from advisor.simulate.moments import Moment, Occupancy, Space, failed
from advisor.simulate.protocol import Cause, Pause

_NAMES = {
    Collector.SERIAL: "Serial",
    Collector.PARALLEL: "Parallel",
    Collector.CMS: "Concurrent Mark Sweep",
    Collector.G1: "G1",
    Collector.ZGC: "The Z Garbage Collector",
    Collector.ZGC_GENERATIONAL: "The Z Garbage Collector",
    Collector.SHENANDOAH: "Shenandoah",
    Collector.SHENANDOAH_GENERATIONAL: "Shenandoah",
}
_GENERATIONS = {
    Collector.SERIAL: ("DefNew", "Tenured"),
    Collector.PARALLEL: ("PSYoungGen", "ParOldGen"),
    Collector.CMS: ("ParNew", "CMS"),
}
_FULL_CAUSES = {
    Cause.ALLOCATION: "Allocation Failure",
    Cause.EXPLICIT: "System.gc()",
    Cause.METADATA: "Metadata GC Threshold",
}
_FAILURE_IN_TITLE, _FAILURE_WITH_CAUSE = 21, 22
"""The releases from which the title of a G1 pause tells that evacuation failed, and why."""
_ALLOCATION_FAILED = " (Evacuation Failure: Allocation)"
_DETAILED = 17
"""The release from which the lines of the young generation give eden and survivors."""


@dataclass(slots=True)
class TraceWriter:
    """Turns what a run's observer hears into lines."""

    target: Effective
    machine: Machine
    workers: int
    _id: int = 0
    _cycle: int | None = None
    """The id of the concurrent cycle that is under way."""
    _cycle_from_s: float = 0.0
    _sweep_from_s: float | None = None
    _lines: list[str] = field(default_factory=list)

    @property
    def collector(self) -> Collector:
        """Whose log it is."""
        return self.target.collector

    def head(self) -> list[str]:
        """What a JVM says when it starts."""
        layout, version = self.target.layout, max(self.target.jdk, 11)
        if version < _DETAILED:
            region = [f"Heap region size: {size(layout.region)}"] if layout.region else []
            lines = [*(_line(0.0, "gc,heap", text) for text in region)]
            return [*lines, _line(0.0, "gc", f"Using {_NAMES[self.collector]}")]
        texts = [
            f"Version: {version} (simulated by jvm-advisor {__version__})",
            f"CPUs: {self.machine.cpus} total, {self.machine.cpus} available",
            f"Memory: {int(self.machine.memory) // MIB}M",
            *([f"Heap Region Size: {size(layout.region)}"] if layout.region else []),
            f"Heap Min Capacity: {size(layout.min_heap)}",
            f"Heap Initial Capacity: {size(layout.initial_heap)}",
            f"Heap Max Capacity: {size(layout.max_heap)}",
            *([f"Parallel Workers: {self.workers}"] if self.collector is not Collector.SERIAL else []),
        ]
        return [_line(0.0, "gc", f"Using {_NAMES[self.collector]}"), *(_line(0.0, "gc,init", text) for text in texts)]

    def lines(self, moments: Iterable[Moment]) -> Iterator[str]:
        """The whole log."""
        yield from self.head()
        for moment in moments:
            self._tell(moment)
            yield from self._lines
            self._lines.clear()
        yield from self.tail()

    def tail(self) -> list[str]:
        """What is left to say when the run is over."""
        return []

    def _tell(self, moment: Moment) -> None:
        at_s, before = moment.start_s, moment.before
        last = len(moment.pauses) - 1
        for place, pause in enumerate(moment.pauses):
            # Of several stops at once only the last, the full one, frees what the whole moment freed.
            after = moment.after if place == last else before
            at_s = self._stop(moment, pause, at_s, before, after)
        self._follow_cycle(moment, at_s)

    def _stop(self, moment: Moment, pause: Pause, at_s: float, before: Occupancy, after: Occupancy) -> float:
        number = self._cycle if pause.kind in ("remark", "cleanup") and self._cycle is not None else self._id
        self._id += number == self._id
        title, end_s = self._title(moment, pause), at_s + pause.seconds
        name = f"GC({number}) Pause {title}"
        sizes = f" {size(before.used)}->{size(after.used)}({size(after.committed)})"
        self._say(at_s, "gc,start", name)
        evacuating = pause.kind in ("young", "mixed")
        if evacuating and failed(moment, "evacuation_failure") and self.target.jdk < _FAILURE_IN_TITLE:
            self._say(end_s, "gc", f"GC({number}) To-space exhausted")
        if evacuating or pause.kind == "full":
            self._spaces(end_s, number, before, after)
        self._say(end_s, "gc", f"{name}{sizes} {pause.seconds * 1000:.3f}ms")
        return end_s

    def _title(self, moment: Moment, pause: Pause) -> str:
        match pause.kind:
            case "full":
                cause = "G1 Compaction Pause" if self._is_g1 and moment.cause is Cause.ALLOCATION else None
                return f"Full ({cause or _FULL_CAUSES[moment.cause or Cause.ALLOCATION]})"
            case "initial-mark":
                return "Initial Mark"
            case "young" | "mixed":
                return self._young_title(moment, pause)
            case kind:
                return kind.capitalize()

    def _young_title(self, moment: Moment, pause: Pause) -> str:
        cause = _FULL_CAUSES[moment.cause or Cause.ALLOCATION]
        if not self._is_g1:
            return f"Young ({cause})"
        starts = moment.after.marking and not moment.before.marking
        kind = "Mixed" if pause.kind == "mixed" else "Concurrent Start" if starts else "Normal"
        cause = "G1 Evacuation Pause" if moment.cause is Cause.ALLOCATION else cause
        failure = ""
        if failed(moment, "evacuation_failure") and self.target.jdk >= _FAILURE_IN_TITLE:
            failure = " (Evacuation Failure)" if self.target.jdk < _FAILURE_WITH_CAUSE else _ALLOCATION_FAILED
        return f"Young ({kind}) ({cause}){failure}"

    @property
    def _is_g1(self) -> bool:
        return self.collector is Collector.G1

    def _spaces(self, end_s: float, number: int, before: Occupancy, after: Occupancy) -> None:
        if before.eden is None or before.survivors is None or before.old is None or after.old is None:
            return
        assert after.eden is not None  # noqa: S101 - a collector has generations or it has not
        assert after.survivors is not None  # noqa: S101
        if self._is_g1:
            self._regions(end_s, number, (before.eden, after.eden), (before.survivors, after.survivors))
            self._say(
                end_s, "gc,heap", f"GC({number}) Old regions: {self._count(before.old)}->{self._count(after.old)}"
            )
            return
        young, old = _GENERATIONS[self.collector]
        eden, survivors = (before.eden, after.eden), (before.survivors, after.survivors)
        self._say(end_s, "gc,heap", f"GC({number}) {young}: {self._young(eden, survivors)}")
        self._say(end_s, "gc,heap", f"GC({number}) {old}: {self._change((before.old, after.old))}")

    def _regions(self, end_s: float, number: int, eden: tuple[Space, Space], survivors: tuple[Space, Space]) -> None:
        size = self.target.layout.region or MIB
        next_eden, most = int(eden[1].capacity // size), int(survivors[1].capacity // size)
        rows = (
            f"Eden regions: {self._count(eden[0])}->{self._count(eden[1])}({next_eden})",
            f"Survivor regions: {self._count(survivors[0])}->{self._count(survivors[1])}({most})",
        )
        for row in rows:
            self._say(end_s, "gc,heap", f"GC({number}) {row}")

    def _count(self, space: Space) -> int:
        size = self.target.layout.region or MIB
        return -int(-space.used // size)

    def _young(self, eden: tuple[Space, Space], survivors: tuple[Space, Space]) -> str:
        whole = tuple(Space(e.used + s.used, e.capacity + s.capacity) for e, s in zip(eden, survivors, strict=True))
        text = self._change((whole[0], whole[1]))
        if self.target.jdk < _DETAILED:
            return text
        return f"{text} Eden: {self._change(eden)} From: {self._change(survivors)}"

    def _change(self, space: tuple[Space, Space]) -> str:
        before, after = space
        capacity = f"({_kib(after.capacity)}K)"
        first = f"({_kib(before.capacity)}K)" if self.target.jdk >= _DETAILED else ""
        return f"{_kib(before.used)}K{first}->{_kib(after.used)}K{capacity}"

    # Concurrent cycles

    def _follow_cycle(self, moment: Moment, at_s: float) -> None:
        if self.collector is Collector.G1:
            self._follow_g1(moment, at_s)
        elif self.collector is Collector.CMS:
            self._follow_cms(moment, at_s)

    def _follow_g1(self, moment: Moment, at_s: float) -> None:
        name = "Concurrent Mark Cycle" if self.target.jdk >= _DETAILED else "Concurrent Cycle"
        if moment.after.marking and not moment.before.marking:
            self._cycle, self._cycle_from_s, self._id = self._id, at_s, self._id + 1
            self._say(at_s, "gc", f"GC({self._cycle}) {name}")
        elif self._cycle is not None and not moment.after.marking:
            self._say(at_s, "gc", f"GC({self._cycle}) {name} {(at_s - self._cycle_from_s) * 1000:.3f}ms")
            self._cycle = None

    def _follow_cms(self, moment: Moment, at_s: float) -> None:
        kinds = [pause.kind for pause in moment.pauses]
        if "initial-mark" in kinds:
            self._cycle, self._cycle_from_s = self._id - 1, at_s
            self._say(at_s, "gc", f"GC({self._cycle}) Concurrent Mark")
        elif "remark" in kinds and self._cycle is not None:
            self._say(at_s, "gc", f"GC({self._cycle}) Concurrent Sweep")
            self._sweep_from_s = at_s
        elif self._cycle is not None and self._sweep_from_s is not None and moment.after.cycles > moment.before.cycles:
            length = (at_s - self._sweep_from_s) * 1000
            for text in (f"Sweep {length:.3f}ms", "Reset", "Reset 0.000ms"):
                self._say(at_s, "gc", f"GC({self._cycle}) Concurrent {text}")
            self._cycle = self._sweep_from_s = None

    def _say(self, at_s: float, tags: str, text: str) -> None:
        self._lines.append(_line(at_s, tags, text))


def _line(at_s: float, tags: str, text: str) -> str:
    return f"[{at_s:.3f}s][info][{tags:<8}] {text}"


def _kib(size: float) -> int:
    return round(size / KIB)


def size(given: float | None) -> str:
    """Whole megabytes, as the JVM writes them."""
    return f"{round((given or 0) / MIB)}M"
