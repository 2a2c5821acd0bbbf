"""EVENTS -> METRICS: everything that is counted and measured while a log streams by, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from advisor.analyze.accumulators import PauseTally, Thinned
from advisor.analyze.events import (
    Cycle,
    CycleUse,
    Ended,
    Event,
    Hint,
    Occupied,
    Pause,
    Phase,
    References,
    Safepoint,
    Setting,
    Started,
    Trouble,
)
from advisor.analyze.heap_use import HeapUse, evacuation_failed
from advisor.analyze.incidents import Incidents
from advisor.analyze.sightings import NAMES

COLLECTORS = {
    "Serial": "serial",
    "Parallel": "parallel",
    "Concurrent Mark Sweep": "cms",
    "G1": "g1",
    "The Z Garbage Collector": "zgc",
    "Shenandoah": "shenandoah",
    "Epsilon": "epsilon",
}


STAMPS_S = 0.002
"""Time stamps are of whole milliseconds: the first and the last of a log may be off by one each."""


class Jvm:
    """What the log says of the JVM itself."""

    def __init__(self) -> None:
        self.collector: str | None = None
        self.starts = 0
        self.settings: dict[str, int | str] = {}
        self.first_release, self.last_release = 9, 99
        self.workers: int | None = None
        self.generational = False
        self.likely: list[tuple[int, str]] = []
        """How sure, and the collector that pauses point to."""

    def number(self, name: str) -> int | None:
        """A setting that is a size or a count, if the log gives it."""
        value = self.settings.get(name)
        return value if isinstance(value, int) and value > 0 else None

    def guess(self, event: Pause) -> None:
        """Which collector a pause points to where no line names it; the surest sign counts.

        The names of pauses are those of G1 alone, of CMS alone, or shared by Serial and Parallel: there only Parallel
        collects in full by its own choice, and only Serial after a failed allocation as a rule.
        """
        name = event.name
        if name.startswith(
            ("Young (Normal)", "Young (Concurrent", "Young (Mixed)", "Young (Prepare", "Mixed", "Cleanup")
        ):
            self.likely.append((4, "g1"))
        elif name == "Initial Mark":
            self.likely.append((3, "cms"))
        elif "(Ergonomics)" in name:
            self.likely.append((2, "parallel"))
        elif event.inner or name == "Full (Allocation Failure)":
            self.likely.append((1, "serial"))
        elif name.startswith(("Young", "Full")):
            self.likely.append((0, "parallel"))
        self.likely = [max(self.likely)] if self.likely else []

    def setting(self, event: Setting) -> None:
        """Takes a fact. The first largest heap holds: some collectors repeat it, rounded."""
        if event.name == "collector":
            self.collector = self.collector or str(event.value)
        elif event.name == "generational":
            self.generational = True
        elif not (event.name == "heap_max" and "heap_max" in self.settings):
            self.settings[event.name] = event.value

    def hint(self, event: Hint) -> None:
        """Narrows the releases that can have written the log."""
        self.first_release = max(self.first_release, event.first)
        self.last_release = min(self.last_release, event.last)


class Failures:
    """What went wrong, counted."""

    def __init__(self) -> None:
        self.inner_full = self.explicit = self.metadata = self.humongous = 0
        self.evacuation = self.degenerated = self.promotion = 0
        self.stalls = 0
        self.stall_max_ms = 0.0
        self.mode_told = self.mode_inferred = 0
        self.humongous_regions = 0
        self._ordinary: set[str] = set()
        """Names of pauses that tell of nothing that is counted here."""

    @property
    def concurrent_mode(self) -> int:
        """As printed at debug level, or inferred: a full collection while a CMS cycle was under way."""
        return max(self.mode_told, self.mode_inferred)

    def pause(self, event: Pause) -> None:
        """Counts what the name and the lines of a pause tell."""
        regions = event.spaces.humongous_regions
        if regions:
            self.humongous_regions = max(self.humongous_regions, regions.before)
        if event.name not in self._ordinary or event.inner or event.spaces.evacuation_failed:
            self._special(event)

    def _special(self, event: Pause) -> None:
        counted = self._counts()
        for pause in (event, *event.inner):
            self.explicit += "(System.gc())" in pause.name
            self.metadata += "(Metadata GC" in pause.name
        self.humongous += "(G1 Humongous Allocation)" in event.name
        self.evacuation += evacuation_failed(event)
        self.degenerated += event.name.startswith("Degenerated")
        self.inner_full += len(event.inner)
        if self._counts() == counted and len(self._ordinary) < NAMES:
            self._ordinary.add(event.name)

    def _counts(self) -> tuple[int, ...]:
        counts = self.explicit, self.metadata, self.humongous, self.evacuation, self.degenerated
        return (*counts, self.inner_full)

    def trouble(self, event: Trouble) -> None:
        """Counts what has a line of its own."""
        if event.kind == "promotion-failed":
            self.promotion += 1
        elif event.kind == "concurrent-mode-failure":
            self.mode_told += 1
        elif event.kind == "allocation-stall":
            self.stalls += 1
            self.stall_max_ms = max(self.stall_max_ms, event.ms or 0.0)


RESETS = frozenset({"Concurrent reset", *(f"Concurrent reset ({of})" for of in ("Young", "Old", "Global"))})
"""With which each cycle of Shenandoah begins; the generational mode names what it collects."""


class Metrics:
    """The state of one analysis; `add` takes the events in their order."""

    def __init__(self) -> None:
        self.jvm = Jvm()
        self.heap = HeapUse()
        self.failures = Failures()
        self.pauses = PauseTally()
        self.first_s: float | None = None
        self.last_s: float | None = None
        self.cut = False
        self.cycles = 0
        self.cycle_lengths: Thinned[float] = Thinned()
        self.metaspace: Thinned[int] = Thinned()
        self.safepoint_max_s = self.safepoints_s = 0.0
        self.references = References()
        self.incidents = Incidents()
        self._cms_since: float | None = None
        self._cms_active = False
        self._first_stop_s: float | None = None
        handlers = (self._pause, self._phase, self._safepoint, self._setting, self.jvm.hint, self._started)
        more = (self.failures.trouble, self._cycle, self.heap.cycle_use, self._references, self._ended)
        types = (Pause, Phase, Safepoint, Setting, Hint, Started, Trouble, Cycle, CycleUse, References, Ended)
        self._handlers: dict[type[Any], Callable[[Any], None]] = dict(zip(types, (*handlers, *more), strict=True))
        self._handlers[Occupied] = self.heap.occupied

    def add(self, event: Event) -> None:
        """Takes the next event."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)
        self.incidents.add(event)

    @property
    def elapsed_s(self) -> float | None:
        """The time that the log covers; without time stamps (or in disorder), what its safepoint lines add up to."""
        elapsed = self.safepoints_s
        if self.first_s is not None and self.last_s is not None and self.last_s >= self.first_s:
            elapsed = self.last_s - self.first_s
        # A time that its own pauses do not fit into is not what the log covers.
        return elapsed if elapsed and elapsed + STAMPS_S >= self.pauses.total_ms / 1000 else None

    @property
    def measured_s(self) -> float | None:
        """The time in which allocation shows: until the last collection, from the first or the start of the JVM."""
        start = self.first_s if self.heap.from_start else self.heap.metered_from_s
        if self.heap.last_end_s is None or start is None:
            return self.elapsed_s
        return self.heap.last_end_s - start

    @property
    def full_count(self) -> int:
        """Full collections, those inside young pauses too."""
        return self.pauses.count("full") + self.failures.inner_full

    @property
    def heap_max(self) -> int | None:
        """The largest heap: as the log gives it, else the largest that was committed."""
        return self.jvm.number("heap_max") or self.heap.max_capacity or None

    def _started(self, event: Started) -> None:
        self.jvm.starts += 1
        self.jvm.collector = COLLECTORS[event.collector]
        self.heap.started(event.time_s)

    def _safepoint(self, event: Safepoint) -> None:
        self.safepoint_max_s = max(self.safepoint_max_s, event.reaching_s)
        if event.since_last_s is not None:
            self.safepoints_s += event.since_last_s + event.total_s
        self.jvm.hint(Hint(event.first_release, event.last_release))

    def _references(self, event: References) -> None:
        best = self.references
        self.references = References(
            max(best.soft, event.soft),
            max(best.weak, event.weak),
            max(best.final, event.final),
            max(best.phantom, event.phantom),
        )

    def _pause(self, event: Pause) -> None:
        if self._first_stop_s is None:
            self._first_stop_s = event.start_s
        if self.jvm.collector is None:
            self.jvm.guess(event)
        self.pauses.add(event.kind, event.ms)
        self.failures.pause(event)
        if event.kind not in ("young", "mixed") or event.inner:
            self._cms(event)
        if event.spaces.metaspace:
            self.metaspace.add(event.spaces.metaspace)
        if event.spaces.workers_max:
            self.jvm.workers = event.spaces.workers_max
        self.heap.pause(event)

    def _setting(self, event: Setting) -> None:
        self.jvm.setting(event)
        self.heap.region = self.jvm.number("region")

    def _cms(self, event: Pause) -> None:
        """A cycle of CMS begins with its initial mark; a full collection meanwhile means that it came too late."""
        if event.kind == "initial-mark" and self.jvm.collector == "cms":
            self._cms_active, self._cms_since = True, event.start_s
        elif (event.kind == "full" or event.inner) and self._cms_active:
            self._cms_active = False
            full = event.inner[0] if event.inner else event
            self.failures.mode_inferred += "(Allocation Failure)" in full.name

    def _phase(self, event: Phase) -> None:
        if event.ms is None:
            return
        match event.name:
            case "Concurrent Mark Cycle" | "Concurrent Cycle":
                self._counted(event.ms / 1000)
                old = event.name == "Concurrent Cycle"
                self.jvm.hint(Hint(9, 13) if old else Hint(14, 99))
                self.heap.cycle_ended()
            case "Concurrent Sweep":
                self.heap.swept()
            case "Concurrent Reset" if self._cms_active:
                self._cms_active = False
                known = event.time_s is not None and self._cms_since is not None
                self._counted(event.time_s - self._cms_since if known else None)  # type: ignore[operator]
            case name if name in RESETS:
                self._counted(None)
            case _ if event.heap is not None:
                self.heap.freed(event)

    def _counted(self, length_s: float | None) -> None:
        self.cycles += 1
        if length_s is not None:
            self.cycle_lengths.add(length_s)

    def _cycle(self, event: Cycle) -> None:
        self.cycles += 1
        self.jvm.generational |= not event.name.startswith("Garbage")
        self.heap.cycle(event)

    def _ended(self, event: Ended) -> None:
        """Pauses at the edges reach beyond the time stamps: those are of their ends, before JDK 9 of their starts."""
        self.first_s, self.last_s = event.first_s, event.last_s
        if self.first_s is not None and self.last_s is not None:
            self.last_s = max(self.last_s, self.heap.last_end_s or self.last_s)
            from_zero = event.uptime and self.jvm.starts > 0
            self.first_s = 0.0 if from_zero else min(self.first_s, self._first_stop_s or self.first_s)
        self.cut = event.cut
