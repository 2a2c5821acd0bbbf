"""EVENTS -> INCIDENTS: everything that a diagnosis quotes times of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from advisor.analyze.accumulators import Thinned
from advisor.analyze.events import (
    MEASURABLE_S,
    CpuTimes,
    Cycle,
    Deduplicated,
    Event,
    Pause,
    Phase,
    Safepoint,
    Started,
    Trouble,
)
from advisor.analyze.sightings import NAMES, Sighting, Sightings, Spacing
from advisor.model.series import Series

TICK_S = 0.01
"""Processor times are printed in hundredths of a second."""
TICKS_S = 0.025
"""How far the elapsed time printed with them may be from the length of the pause they belong to."""
STARVED = 0.5
"""Processors' work per second of a pause below which threads did not get to run: a single thread alone makes 1."""


UNTOLD = "cause not told"
REQUESTED = frozenset(
    (
        "System.gc()",
        "Heap Inspection Initiated GC",
        "Heap Dump Initiated GC",
        "Diagnostic Command",
        "JvmtiEnv ForceGarbageCollection",
        "System",
    )
)
"""Causes of full collections that somebody asked for (HotSpot gcCause.cpp); JDK 6 prints `System` alone."""
METADATA = frozenset(("Metadata GC Threshold", "Metadata GC Clear Soft References", "Last ditch collection"))


@dataclass(frozen=True, slots=True)
class Emptied:
    """A full collection: when, the heap and old before and after (old is 0 where the log does not tell it)."""

    time_s: float | None
    before: int
    after: int
    old_before: int
    old_after: int
    requested: bool


class Processor:
    """User, system and elapsed time of the longer collections, where the log prints them."""

    def __init__(self) -> None:
        self.starved = Sighting()
        """Collections whose threads did not get processors; the value is seconds."""
        self.system = Sighting()
        """Collections that spent more time in the kernel than in their own code; the value is seconds."""
        self.long = Sighting()
        """Collections long enough to tell; the value is seconds."""
        self.shared = Sighting()
        """Those of them that all workers share: full collections have parts for one thread alone; seconds."""
        self.shared_busy_s = 0.0

    def add(self, time_s: float | None, user_s: float, sys_s: float, real_s: float, *, full: bool) -> None:
        """One collection that is long enough to tell."""
        self.long.add(time_s, real_s)
        if not full:
            self.shared.add(time_s, real_s)
            self.shared_busy_s += user_s + sys_s
        if user_s + sys_s < STARVED * real_s:
            self.starved.add(time_s, real_s)
        if sys_s > user_s + TICK_S:
            self.system.add(time_s, real_s)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What all pauses of one kind and name have in common; a log has few of them."""

    sightings: tuple[Sighting, ...]
    """Those of its kind and its causes."""
    young: bool
    full: bool
    explicit: bool
    cycle: bool
    """It begins a concurrent cycle."""
    degenerated: bool
    special: bool
    """It is more than a young collection or a step of a cycle."""
    collects: bool
    """The heap before and after it are those of a collection."""
    failed: bool
    """It tells of a failure by its name."""


class Incidents:
    """Everything a diagnosis quotes times of; `add` takes the events in their order."""

    def __init__(self) -> None:
        self.kinds = Sightings()
        """Pauses by kind, milliseconds."""
        self.causes = Sightings()
        """Pauses by cause, those inside others too, milliseconds."""
        self.full_causes = Sightings()
        """Full collections by cause, milliseconds."""
        self.phases = Sightings()
        """Concurrent phases that ended, milliseconds."""
        self.troubles = Sightings()
        self.operations = Sightings()
        """Safepoints by operation, milliseconds in all."""
        self.reaching = Sighting()
        """Times to a safepoint, milliseconds."""
        self.safepoints_ms = 0.0
        self.explicit = Spacing()
        self.young = Spacing()
        self.emptied: Thinned[Emptied] = Thinned(256)
        self.initiated: Thinned[tuple[float | None, int, int]] = Thinned(256)
        """(time, heap in use, committed heap) when a concurrent cycle began."""
        self.resized = Sighting()
        self.least_capacity: int | None = None
        self.processor = Processor()
        self.series = Series()
        self.full_row = Sighting()
        """Full collections that followed one another without a young one; `worst` is the longest row."""
        self.deduplication = Sighting()
        """Runs of string deduplication, milliseconds."""
        self.inspected_bytes = self.deduplicated_bytes = 0
        self.references = Sighting()
        """Time for Reference objects inside pauses, milliseconds."""
        self.unloading = Sighting()
        """Time for the unloading of classes inside pauses, milliseconds."""
        self._row = 0
        self._capacity: int | None = None
        self._now: float | None = None
        self._paused_s: float | None = None
        self._paused_full = False
        self._names: dict[str, tuple[str, ...]] = {}
        self._meanings: dict[tuple[str, str], Meaning] = {}
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            Pause: self._pause,
            Phase: self._phase,
            Cycle: self._cycle,
            Safepoint: self._safepoint,
            Trouble: self._trouble,
            Started: self._started,
            CpuTimes: self._cpu,
            Deduplicated: self._deduplicated,
        }

    def add(self, event: Event) -> None:
        """Takes the next event."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _pause(self, event: Pause) -> None:
        ms, end = event.ms, event.end_s
        start = None if end is None else end - ms / 1000
        self._now, self._paused_s = end, ms / 1000
        meaning = self._meanings.get((event.kind, event.name)) or self._meaning(event)
        for seen in meaning.sightings:
            seen.add(start, ms)
        heap, spaces = event.heap, event.spaces
        if heap is not None and heap.capacity is not None and heap.capacity != self._capacity:
            self._sized(start, heap.capacity)
        nested = bool(event.inner)
        if nested or meaning.special:
            self._special(event, start, meaning)
        elif meaning.young:
            self._row = 0
            self.young.add(start)
        self._paused_full = full = nested or meaning.full
        self.series.pause(start, ms, heap if nested or meaning.collects else None, full=full)
        if spaces.reference_ms is not None:
            self.references.add(start, spaces.reference_ms)
        if spaces.unloading_ms is not None:
            self.unloading.add(start, spaces.unloading_ms)
        if meaning.failed or spaces.evacuation_failed:
            self.troubles.add("degenerated" if meaning.degenerated else "evacuation-failure", start, ms)
            self.series.trouble(start)

    def _meaning(self, event: Pause) -> Meaning:
        """What pauses of this kind and name are, worked out once."""
        young, full = event.kind in ("young", "mixed"), event.kind == "full"
        explicit, cycle = cause_is_explicit(event.name), starts_cycle(event)
        degenerated = event.name.startswith("Degenerated")
        found = Meaning(
            sightings=(self.kinds.named(event.kind), *map(self.causes.named, self._causes(event.name))),
            young=young,
            full=full,
            explicit=explicit,
            cycle=cycle,
            degenerated=degenerated,
            special=full or explicit or cycle,
            collects=young or full or degenerated,
            failed=degenerated or "(Evacuation Failure" in event.name,
        )
        if len(self._meanings) < NAMES:
            self._meanings[event.kind, event.name] = found
        return found

    def _special(self, event: Pause, start_s: float | None, meaning: Meaning) -> None:
        """Full collections, those asked for, and those that begin a concurrent cycle."""
        for pause in event.inner:
            for cause in self._causes(pause.name):
                self.causes.add(cause, start_s, pause.ms)
        if meaning.explicit or any(cause_is_explicit(pause.name) for pause in event.inner):
            self.explicit.add(start_s)
        if meaning.young:
            self.young.add(start_s)
        if meaning.full or event.inner:
            self._full(event.inner[-1] if event.inner else event, start_s)
        elif meaning.young:
            self._row = 0
        if meaning.cycle and event.heap and event.heap.capacity:
            self.initiated.add((start_s, event.heap.after, event.heap.capacity))

    def _full(self, full: Pause, start_s: float | None) -> None:
        causes = self._causes(full.name)
        for cause in causes or (UNTOLD,):
            self.full_causes.add(cause, start_s, full.ms)
        if not REQUESTED.intersection(causes):
            self._row += 1
            self.full_row.add(start_s, self._row)
        if full.heap:
            old = full.spaces.old or full.spaces.old_regions
            parts = (old.before, old.after) if old else (0, 0)
            requested = bool(REQUESTED.intersection(causes))
            self.emptied.add(Emptied(start_s, full.heap.before, full.heap.after, *parts, requested))

    def _causes(self, name: str) -> tuple[str, ...]:
        """The words in parentheses, such as `System.gc()`."""
        known = self._names.get(name)
        if known is None:
            known = causes_of(name)
            if len(self._names) < NAMES:
                self._names[name] = known
        return known

    def _sized(self, time_s: float | None, capacity: int) -> None:
        if self._capacity is not None:
            self.resized.add(time_s, abs(capacity - self._capacity))
        self._capacity = capacity
        self.least_capacity = capacity if self.least_capacity is None else min(self.least_capacity, capacity)

    def _phase(self, event: Phase) -> None:
        self._now = event.time_s if event.time_s is not None else self._now
        if event.ms is not None:
            self.phases.add(event.name, event.time_s, event.ms)
        elif event.name.startswith("Concurrent Mark Abort"):
            self.troubles.add("aborted", event.time_s)
        if event.heap is not None:
            self.series.heap(event.time_s, event.heap)

    def _cycle(self, event: Cycle) -> None:
        self._now = event.time_s
        for cause in self._causes(event.name):
            self.causes.add(cause, event.time_s)
        if cause_is_explicit(event.name):
            self.explicit.add(event.time_s)
        self.series.heap(event.time_s, event.heap)

    def _safepoint(self, event: Safepoint) -> None:
        time_s = event.time_s if event.time_s is not None else self._now
        self.reaching.add(time_s, event.reaching_s * 1000)
        self.safepoints_ms += event.total_s * 1000
        if event.operation:
            self.operations.add(event.operation, time_s, event.total_s * 1000)

    def _trouble(self, event: Trouble) -> None:
        time_s = event.time_s if event.time_s is not None else self._now
        self.troubles.add(event.kind, time_s, event.ms or 0.0)
        self.series.trouble(time_s)

    def _cpu(self, event: CpuTimes) -> None:
        """Only of pauses: concurrent phases wait for much, and print the same line."""
        if event.real_s < MEASURABLE_S or self._paused_s is None or abs(event.real_s - self._paused_s) > TICKS_S:
            return
        time_s = event.time_s if event.time_s is not None else self._now
        self.processor.add(time_s, event.user_s, event.sys_s, event.real_s, full=self._paused_full)
        self._paused_s = None

    def _deduplicated(self, event: Deduplicated) -> None:
        self.deduplication.add(event.time_s, event.ms)
        self.deduplicated_bytes += event.freed
        self.inspected_bytes += event.inspected

    def _started(self, event: Started) -> None:
        self._capacity = None


def causes_of(name: str) -> tuple[str, ...]:
    """The words in the parentheses of a pause's name: `Young (Normal) (G1 Evacuation Pause)` gives both."""
    found, depth, start = [], 0, 0
    for at, letter in enumerate(name):
        if letter == "(":
            depth += 1
            start = at + 1 if depth == 1 else start
        elif letter == ")" and depth:
            depth -= 1
            if not depth:
                found.append(name[start:at])
    return tuple(found)


def cause_is_explicit(name: str) -> bool:
    """Whether the program or a tool asked for the collection."""
    return "(System.gc())" in name


def starts_cycle(event: Pause) -> bool:
    """Whether the pause begins a concurrent cycle that marks old."""
    if event.kind == "initial-mark":
        return True
    return "(Concurrent Start)" in event.name or "(Initial Mark)" in event.name or "Initial Mark (G1" in event.name
