"""EVENTS -> METRICS: everything that is counted and measured while a log streams by, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from advisor.analyze.accumulators import PauseTally, RateMeter, Thinned
from advisor.analyze.events import (
    Cycle,
    CycleUse,
    Ended,
    Event,
    Hint,
    Pause,
    Phase,
    References,
    Safepoint,
    Setting,
    Spaces,
    Started,
    Trouble,
)

MIB = 1 << 20
COLLECTORS = {
    "Serial": "serial",
    "Parallel": "parallel",
    "Concurrent Mark Sweep": "cms",
    "G1": "g1",
    "The Z Garbage Collector": "zgc",
    "Shenandoah": "shenandoah",
    "Epsilon": "epsilon",
}
_CYCLE_PHASES = ("Concurrent Mark Cycle", "Concurrent Cycle")


@dataclass(frozen=True, slots=True)
class Survival:
    """One young collection: the time the program ran before it, and what it found alive."""

    interval_s: float | None
    ages: tuple[int, ...]
    promoted: int
    overflow: bool
    """The survivor space was full, so that younger objects were promoted as well."""
    threshold: int | None


class Metrics:
    """The state of one analysis; `add` takes the events in their order."""

    def __init__(self) -> None:
        self.collector: str | None = None
        self.starts = 0
        self.settings: dict[str, int | str] = {}
        self.first_release, self.last_release = 9, 99
        self.pauses = PauseTally()
        self.full_pauses = PauseTally()
        self.allocation = RateMeter()
        self.first_s: float | None = None
        self.last_s: float | None = None
        self.cut = False
        self.promoted = 0
        self.promotions_seen = 0
        self.promotions_hidden = 0
        self.survived: Thinned[int] = Thinned()
        self.survivals: Thinned[Survival] = Thinned()
        self.young_costs: Thinned[tuple[float, float]] = Thinned()
        self.full_costs: Thinned[tuple[float, float]] = Thinned()
        self.live: Thinned[tuple[float, int]] = Thinned()
        self.young_capacities: Thinned[int] = Thinned()
        self.first_spaces: Spaces | None = None
        self.first_capacity: int | None = None
        self.old_capacity: int | None = None
        self.max_capacity = 0
        self.peak_used = 0
        self.heap_grew = 0
        self.inner_full = 0
        self.explicit = self.metadata = self.humongous = self.evacuation_failures = self.degenerated = 0
        self.humongous_regions = 0
        self.promotion_failures = self.stalls = 0
        self.stall_max_ms = 0.0
        self.failures_told = self.failures_inferred = 0
        self.cycles = 0
        self.generational_cycles = False
        self.cycle_lengths: Thinned[float] = Thinned()
        self.metaspace: Thinned[int] = Thinned()
        self.workers: int | None = None
        self.safepoint_max_s = 0.0
        self.safepoints_s = 0.0
        self.references = References()
        self._cycle_start: float | None = None
        self._cycle_active = False
        self._after_old_collection = False
        self._last_end: float | None = None
        self._young_after: int | None = None
        self._old_after: int | None = None
        self._heap_after: int | None = None
        self._capacity: int | None = None
        self._pending = 0
        self._pending_from: float | None = None
        self._young_used: dict[str, int] = {}
        self._cycle_allocation = False
        self._handlers: dict[type, Callable[[Any], None]] = {
            Pause: self._pause,
            Phase: self._phase,
            Safepoint: self._safepoint,
            Setting: self._setting,
            Hint: self._hint,
            Started: self._started,
            Trouble: self._trouble,
            Cycle: self._cycle,
            CycleUse: self._cycle_use,
            References: self._references,
            Ended: self._ended,
        }

    def add(self, event: Event) -> None:
        """Takes the next event."""
        self._handlers[type(event)](event)

    # What the log ends up saying.

    @property
    def generations_seen(self) -> bool:
        """Whether the log tells the generations (or regions) apart."""
        return self.first_spaces is not None

    @property
    def from_start(self) -> bool:
        """Whether the log begins with the start of the JVM."""
        return self.starts > 0

    @property
    def elapsed_s(self) -> float | None:
        """The time that the log covers; without time stamps, what its safepoint lines add up to."""
        if self.first_s is not None and self.last_s is not None:
            return self.last_s - self.first_s
        return self.safepoints_s or None

    @property
    def measured_s(self) -> float | None:
        """The time up to the last collection: what is allocated later shows nowhere."""
        if self._last_end is None or self.first_s is None:
            return self.elapsed_s
        return self._last_end - self.first_s

    @property
    def concurrent_mode_failures(self) -> int:
        """As printed at debug level, or inferred: a full collection while a CMS cycle was under way."""
        return max(self.failures_told, self.failures_inferred)

    @property
    def full_count(self) -> int:
        """Full collections, those inside young pauses too."""
        return self.pauses.count("full") + self.inner_full

    # Events.

    def _started(self, event: Started) -> None:
        self.starts += 1
        self.collector = COLLECTORS[event.collector]
        self._young_after = self._old_after = self._heap_after = None
        self._last_end = event.time_s

    def _setting(self, event: Setting) -> None:
        if event.name == "collector":
            self.collector = self.collector or str(event.value)
        if event.name == "heap_max" and "heap_max" in self.settings:
            return
        self.settings[event.name] = event.value

    def _hint(self, event: Hint) -> None:
        self.first_release = max(self.first_release, event.first)
        self.last_release = min(self.last_release, event.last)

    def _safepoint(self, event: Safepoint) -> None:
        self.safepoint_max_s = max(self.safepoint_max_s, event.reaching_s)
        if event.since_last_s is not None:
            self.safepoints_s += event.since_last_s + event.total_s
        else:
            self.last_release = min(self.last_release, 13)

    def _references(self, event: References) -> None:
        best = self.references
        self.references = References(
            max(best.soft, event.soft),
            max(best.weak, event.weak),
            max(best.final, event.final),
            max(best.phantom, event.phantom),
        )

    def _trouble(self, event: Trouble) -> None:
        if event.kind == "promotion-failed":
            self.promotion_failures += 1
        elif event.kind == "concurrent-mode-failure":
            self.failures_told += 1
        else:
            self.stalls += 1
            self.stall_max_ms = max(self.stall_max_ms, event.ms or 0.0)

    def _phase(self, event: Phase) -> None:
        if event.ms is None:
            return
        if event.name in _CYCLE_PHASES:
            self.cycles += 1
            self.cycle_lengths.add(event.ms / 1000)
            self._after_old_collection = True
            release = (9, 13) if event.name == "Concurrent Cycle" else (14, 99)
            self._hint(Hint(*release))
        elif event.name == "Concurrent Sweep":
            self._after_old_collection = True
            if self._heap_after is not None and not self.generations_seen:
                self._heap_after = None
        elif event.name == "Concurrent Reset" and self._cycle_active:
            self._cms_cycle_ended(event.time_s)
        elif event.name == "Concurrent reset":
            self.cycles += 1
        elif event.heap is not None:
            self._freed(event)

    def _freed(self, event: Phase) -> None:
        """Shenandoah gives the heap before and after each concurrent clean-up."""
        assert event.heap is not None  # noqa: S101 - checked by the caller
        self._heap_allocation(event.heap.before, event.heap.after, event.time_s, event.time_s)
        self._heap_size(event.heap.before, event.heap.capacity)

    def _cms_cycle_ended(self, time_s: float | None) -> None:
        self._cycle_active = False
        self.cycles += 1
        if time_s is not None and self._cycle_start is not None:
            self.cycle_lengths.add(time_s - self._cycle_start)

    def _cycle(self, event: Cycle) -> None:
        self.cycles += 1
        self.generational_cycles |= not event.name.startswith("Garbage")
        self._heap_size(event.heap.before, None)
        if not self._cycle_allocation:
            self._heap_allocation(event.heap.before, event.heap.after, event.time_s, event.time_s)

    def _cycle_use(self, event: CycleUse) -> None:
        """ZGC's tables: allocated from the end of the last cycle to the start of this one, and during it."""
        if event.generation == "old":
            self.live.add((self._last_end or 0.0, event.live))
            return
        self._cycle_allocation = True
        if event.generation == "heap":
            self._heap_size(event.used_start, None)
            self.live.add((self._last_end or 0.0, event.live))
        before = self._young_used.get(event.generation, 0)
        self.allocation.total += max(0, event.used_start - before) + event.allocated
        self._young_used[event.generation] = event.used_end

    def _ended(self, event: Ended) -> None:
        self.last_s = event.last_s
        self.first_s = 0.0 if event.uptime and self.from_start and event.last_s is not None else event.first_s
        self.cut = event.cut

    # Pauses.

    def _pause(self, event: Pause) -> None:
        self.pauses.add(event.kind, event.ms)
        self._count(event)
        spaces = event.spaces
        if self.first_spaces is None and (spaces.young or spaces.eden_regions):
            self.first_spaces = spaces
        if event.heap:
            self._heap_size(event.heap.before, event.heap.capacity)
            if self.first_capacity is None:
                self.first_capacity = event.heap.capacity
        if spaces.metaspace:
            self.metaspace.add(spaces.metaspace)
        if spaces.workers_max:
            self.workers = spaces.workers_max
        interval = self._allocated(event)
        if event.kind in ("young", "mixed"):
            self._survived(event, interval)
        if event.kind == "full" or event.inner:
            self._full(event)
        elif event.kind in ("young", "mixed"):
            self._live_after_cycle(event)
        if event.end_s is not None:
            self._last_end = event.end_s

    def _count(self, event: Pause) -> None:
        name = event.name
        for pause in (event, *event.inner):
            self.explicit += "(System.gc())" in pause.name
            self.metadata += "(Metadata GC" in pause.name
        self.humongous += "(G1 Humongous Allocation)" in name
        self.evacuation_failures += event.spaces.evacuation_failed or "(Evacuation Failure" in name
        self.degenerated += name.startswith("Degenerated")
        self.inner_full += len(event.inner)
        if event.spaces.humongous_regions:
            self.humongous_regions = max(self.humongous_regions, event.spaces.humongous_regions.before)
        if event.kind == "initial-mark" and self.collector == "cms":
            self._cycle_active, self._cycle_start = True, event.start_s
        elif (event.kind == "full" or event.inner) and self._cycle_active:
            self._cycle_active = False
            self.failures_inferred += "(Allocation Failure)" in (event.inner[0].name if event.inner else name)

    def _heap_size(self, used: int, capacity: int | None) -> None:
        self.peak_used = max(self.peak_used, used)
        if capacity is not None:
            self.max_capacity = max(self.max_capacity, capacity)

    def _allocated(self, event: Pause) -> float | None:
        """Meters what was allocated since the last collection; the running time since then, if it ends here."""
        spaces = event.spaces
        if spaces.young:
            return self._generation_allocation(event)
        if event.heap and (not self.generations_seen or spaces.eden_regions or event.kind in ("remark", "cleanup")):
            if self.first_spaces and self.first_spaces.young:
                return None
            return self._heap_allocation(event.heap.before, event.heap.after, event.start_s, event.end_s, event.kind)
        return None

    def _generation_allocation(self, event: Pause) -> float | None:
        young, old = event.spaces.young, event.spaces.old
        assert young is not None  # noqa: S101 - checked by the caller
        known = self._young_after is not None or self.from_start
        allocated = max(0, young.before - (self._young_after or 0))
        if old:
            allocated += max(0, old.before - self._old_after) if self._old_after is not None else 0
            grown = self._capacity is not None and old.capacity is not None and old.capacity > self._capacity
            self.heap_grew += grown
            self._capacity = self.old_capacity = old.capacity
            self._old_after = old.after
        self._young_after = young.after
        if young.capacity is not None:
            self.young_capacities.add(young.capacity)
        if not known:
            return None
        self.allocation.add(self._last_end, event.start_s, allocated)
        return self._since_last(event.start_s)

    def _since_last(self, start_s: float | None) -> float | None:
        return start_s - self._last_end if start_s is not None and self._last_end is not None else None

    def _heap_allocation(
        self, before: int, after: int, start_s: float | None, end_s: float | None, kind: str = "young"
    ) -> float | None:
        """By the whole heap: G1, whose spaces count regions, and logs that do not tell the generations."""
        known = self._heap_after is not None or self.from_start
        allocated = max(0, before - (self._heap_after or 0))
        self._heap_after = after
        if not known:
            self._pending_from = end_s
            return None
        if self._pending_from is None:
            self._pending_from = self._last_end
        self._pending += allocated
        if kind in ("remark", "cleanup"):
            return None
        since, self._pending_from = self._pending_from, end_s
        self.allocation.add(since, start_s, self._pending)
        self._pending = 0
        return start_s - since if start_s is not None and since is not None else None

    def _survived(self, event: Pause, interval_s: float | None) -> None:
        survived, promoted = self._copied(event)
        if survived is None:
            return
        if promoted is None or event.inner:
            self.promotions_hidden += 1
            return
        self.promotions_seen += 1
        self.promoted += promoted
        self.survived.add(survived + promoted)
        failed = event.spaces.evacuation_failed or "(Evacuation Failure" in event.name
        if event.kind == "young" and not failed and self.promotions_seen > 1:
            self.young_costs.add(((survived + promoted) / MIB, event.ms))
        spaces = event.spaces
        room = self._survivor_room(spaces)
        full = room is not None and survived > 0.95 * room
        self.survivals.add(Survival(interval_s, spaces.ages, promoted, full, spaces.threshold))

    def _copied(self, event: Pause) -> tuple[int | None, int | None]:
        """Bytes that survive in young, and bytes promoted; None where the lines do not tell."""
        spaces = event.spaces
        if spaces.young and spaces.old:
            return spaces.young.after, max(0, spaces.old.after - spaces.old.before)
        region = self.settings.get("region")
        if spaces.survivor_regions and spaces.old_regions and isinstance(region, int):
            survived = sum(spaces.ages) or spaces.survivor_regions.after * region
            if event.kind == "mixed":
                return survived, None
            promoted = max(0, spaces.old_regions.after - spaces.old_regions.before) * region
            self.young_capacities.add((spaces.eden_regions.before if spaces.eden_regions else 0) * region + survived)
            return survived, promoted
        return None, None

    def _survivor_room(self, spaces: Spaces) -> int | None:
        if spaces.survivor_capacity:
            return spaces.survivor_capacity
        region = self.settings.get("region")
        if spaces.survivor_regions and spaces.survivor_regions.limit and isinstance(region, int):
            return spaces.survivor_regions.limit * region
        return None

    def _full(self, event: Pause) -> None:
        full = event.inner[0] if event.inner else event
        spaces = event.spaces
        if spaces.young and spaces.old:
            live: int | None = spaces.old.after + spaces.young.after
        else:
            live = full.heap.after if full.heap else None
        self._after_old_collection = False
        self.full_pauses.add("full", full.ms)
        if live is not None:
            self.live.add((event.end_s or 0.0, live))
            self.full_costs.add((live / MIB, full.ms))

    def _live_after_cycle(self, event: Pause) -> None:
        """The first young collection after a concurrent cycle, and every mixed one, shows what is left of old."""
        spaces = event.spaces
        if self._after_old_collection and spaces.old:
            self.live.add((event.end_s or 0.0, spaces.old.before))
            self._after_old_collection = False
        elif (self._after_old_collection or event.kind == "mixed") and event.heap and not spaces.young:
            region = self.settings.get("region")
            survivors = (
                spaces.survivor_regions.after * region if spaces.survivor_regions and isinstance(region, int) else 0
            )
            self.live.add((event.end_s or 0.0, max(0, event.heap.after - survivors)))
            self._after_old_collection = False
