"""G1: regions, a young generation sized by predicted pauses, marking beside the program, mixed collections.

Sources: HotSpot g1Policy.cpp, g1CollectedHeap.cpp, g1ConcurrentMark.cpp of JDK 11 to 25; of JDK 8 its source alone.
Its heap is in `g1_heap`, its old regions in `g1_old`, what it believes and decides by that in `g1_policy`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.g1_heap import RegionHeap
from advisor.simulate.g1_policy import marking_start
from advisor.simulate.heap import Evacuation, add, evacuate, tenuring_threshold
from advisor.simulate.mutator import Filling, Vector
from advisor.simulate.protocol import Cause, Pause, Setting

_FAILURE_FACTOR = 2.0
"""How much longer a pause gets by an evacuation failure: 1.5 to 3 times."""
_MIXED_TIME_LEFT = 0.2
"""A mixed collection adds old regions while more than this share of the goal is left."""


class Step(Enum):
    """Where a concurrent cycle stands."""

    IDLE = 0
    REQUESTED = 1
    MARK = 2
    REBUILD = 3
    PREPARED = 4
    """Marking is over; the next young collection is the last before mixed ones."""
    MIXED = 5


class G1(RegionHeap):
    """Garbage first."""

    collector: ClassVar[Collector] = Collector.G1

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._target = self._number("TargetSurvivorRatio", 50)
        self._by_ages = not (self._flag("AlwaysTenure") or self._flag("NeverTenure"))
        self._waste_percent = self._number("G1HeapWastePercent", 5)
        self._live_threshold = self._number("G1MixedGCLiveThresholdPercent", 85)
        self._start = marking_start(
            self._number("InitiatingHeapOccupancyPercent", 45),
            self._sigma,
            self._reserve_percent,
            self._waste_percent,
            adaptive=self.jdk >= 9 and self._flag("G1UseAdaptiveIHOP"),
        )
        self._threads = max(1, setting.effective.conc_gc_threads)
        self._step, self._left_s = Step.IDLE, math.inf
        self._marking_s = 0.0
        self._candidates_at_start = 0.0
        self._old_before = 0.0
        self._age_table: list[float] = []
        """Bytes that survived the last collection, by age."""
        self.failures["evacuation_failure"] = 0
        self._size_young()

    # Marking

    def pass_time(self, decay: Vector, running_s: float, wall_s: float) -> None:
        super().pass_time(decay, running_s, wall_s)
        if self._step in (Step.MARK, Step.REBUILD):
            self._left_s -= wall_s
            self._marking_s += wall_s
        elif self._step is Step.PREPARED:
            self._marking_s += wall_s

    def due_s(self) -> float:
        return max(self._left_s, 0.0) if self._step in (Step.MARK, Step.REBUILD) else math.inf

    def busy_processors(self) -> float:
        return float(self._threads) if self._step in (Step.MARK, Step.REBUILD) else 0.0

    def act(self) -> Sequence[Pause]:
        if self._step is Step.MARK:
            return (self._remark(),)
        return (self._cleanup(),) if self._step is Step.REBUILD else ()

    def _remark(self) -> Pause:
        """Regions without a live object are free at once; from 17 on the heap may shrink."""
        for batch in self._regions.drop_empty():
            self._forget(batch.used, batch.live)
        if self.jdk >= 17:
            self._shrink()
        candidates = sum(batch.used for batch in self._regions.collectable(self._live_threshold))
        self._step, self._left_s = Step.REBUILD, self.watch.phase("rebuild", candidates) / self._threads
        workers = self.watch.lines.workers
        return Pause("remark", self.watch.phase("remark", self.young.used) / workers, workers)

    def _cleanup(self) -> Pause:
        """Chooses the candidates of the mixed phase."""
        waste = self._waste_percent / 100 * self.committed()
        self._candidates_at_start = self._regions.choose(self._live_threshold, waste, prune=self.jdk >= 17)
        self.cycles += 1
        self._step, self._left_s = (Step.PREPARED if self._candidates_at_start else Step.IDLE), math.inf
        return Pause("cleanup", self.watch.phase("cleanup", 0.0), self.watch.lines.workers)

    # Young and mixed collections

    def attempt_is_safe(self) -> bool:
        """A young collection always starts; what it cannot copy stays where it is."""
        return self._free_regions() > 0 or self.young.filling.used > 0

    def _asked_for(self, elapsed_s: float) -> Sequence[Pause]:
        if not self._flag("ExplicitGCInvokesConcurrent"):
            return (self._full(),)
        return self._started(elapsed_s)

    def collect(self, cause: Cause) -> Sequence[Pause]:
        if cause is Cause.METADATA:
            elapsed_s, self._since_collection_s = self._since_collection_s, 0.0
            return self._started(elapsed_s)
        return super().collect(cause)

    def _started(self, elapsed_s: float) -> Sequence[Pause]:
        if self._step in (Step.IDLE, Step.PREPARED, Step.MIXED):
            self._end_mixed()
            self._step = Step.REQUESTED
        return self._young(elapsed_s)

    def _young(self, elapsed_s: float) -> Sequence[Pause]:
        if self.direct_share and self._step is Step.IDLE and self._until_marking() < self.setting.large_size:
            self._step = Step.REQUESTED
        mixed = self._step is Step.MIXED
        self.threshold = self._next_threshold()
        eden_used = self.young.filling.used
        evacuation = evacuate(self.young, self.threshold)
        taken = self._evacuated_old() if mixed else []
        copied_old = sum(sum(live) for _, live in taken)
        moved = evacuation.copied + evacuation.promoted + copied_old
        seconds = self.watch.young(moved)
        needed = self._needed_regions(evacuation, copied_old)
        room = self._room_for_copies(sum(used for used, _ in taken))
        if needed > room:
            seconds *= _FAILURE_FACTOR
            evacuation = self._left_in_place(evacuation, max(room, 0.0) / needed)
        self._install(evacuation)
        for used, live in taken:
            self._forget(used, live)
            self._add_old(sum(live), live)
            self.reclaimed -= sum(live)
        self.moved.append(moved)
        self.promoted_bytes += evacuation.promoted
        self.promoted.sample(evacuation.promoted)
        self._learn(evacuation, moved)
        self._observe(seconds, evacuation, eden_used, moved)
        self._grow(seconds, elapsed_s)
        self._next_step(elapsed_s, mixed=mixed)
        self._size_young()
        pause = Pause("mixed" if mixed else "young", seconds, self.watch.lines.workers)
        return (pause,) if self.room() >= self._region / 2 else (pause, self._full())

    def _install(self, evacuation: Evacuation) -> None:
        young = self.young
        before = young.used
        self._typical_allocated = young.filling.used
        self._add_old(evacuation.promoted, evacuation.leaving)
        young.ages, young.survivors_used = evacuation.staying, evacuation.copied
        self._age_table = [sum(age) for age in evacuation.staying]
        young.filling = Filling.empty(self.setting.width)
        self.reclaimed += before - evacuation.copied - evacuation.promoted
        self._reclaim_humongous()

    def _next_threshold(self) -> int:
        if not self._by_ages:
            return self.max_threshold
        return tenuring_threshold(self._age_table, self.young.survivor, self._target, self.max_threshold)

    def _needed_regions(self, evacuation: Evacuation, copied_old: float) -> int:
        """Survivors begin a region of their own; what goes to old fills up the last region there first."""
        old = math.ceil((self.old.used + evacuation.promoted + copied_old) / self._region) - self._old_regions()
        return math.ceil(evacuation.copied / self._region) + old

    def _room_for_copies(self, released: float) -> float:
        """Regions that copies may go to: those outside of eden, and what the heap can still grow by."""
        eden = math.ceil(self.young.filling.used / self._region)
        return self._most - self._old_regions() - self._survivor_regions() - eden + 0.5 * released / self._region

    def _left_in_place(self, evacuation: Evacuation, copied: float) -> Evacuation:
        """A failed evacuation: regions that free ones do not suffice for become old ones, garbage and all."""
        self._count("evacuation_failure")
        young = self.young
        left = 1 - copied
        stuck = [part * left for part in young.live()]
        self._add_old(young.used * left, stuck)
        young.filling = Filling(young.filling.used * copied, young.filling.live)
        young.survivors_used *= copied
        if self._step is Step.IDLE:
            self._step = Step.REQUESTED
        staying = [[part * copied for part in age] for age in evacuation.staying]
        leaving = [part * copied for part in evacuation.leaving]
        return Evacuation(staying, leaving, evacuation.copied * copied, evacuation.promoted * copied, overflow=True)

    def _evacuated_old(self) -> list[tuple[float, Vector]]:
        """(bytes, live bytes) of the old regions that this mixed collection takes."""
        percent = self._number("G1OldCSetRegionThresholdPercent", 10)
        most = math.ceil(self._committed * percent / 100) * self._region
        return self._regions.evacuate(min(max(self._mixed_least(), self._affordable_old()), most))

    def _mixed_least(self) -> float:
        count = max(1, self._number("G1MixedGCCountTarget", 8))
        return math.ceil(self._candidates_at_start / self._region / count) * self._region

    def _affordable_old(self) -> float:
        """Bytes of old regions whose live part fits the time that the young part leaves."""
        if self._bounds.fixed:
            return 0.0
        young_s = self._costs.other.predicted + self._costs.per_byte.predicted * (
            self.young.survivors_used + self._costs.survival.predicted * self.young.filling.used
        )
        left_s = (self._goal_s - young_s) * (1 - _MIXED_TIME_LEFT)
        marked = self._regions.marked
        share = sum(b.alive for b in marked) / max(sum(b.used for b in marked), 1.0)
        return max(0.0, left_s) / max(self._costs.per_byte.predicted * max(share, 0.01), 1e-12)

    def _observe(self, seconds: float, evacuation: Evacuation, eden_used: float, moved: float) -> None:
        fixed = self.watch.lines.young.fixed
        costs = self._costs
        if moved > 0:
            costs.per_byte.sample(max(seconds - fixed, 0.0) / moved)
        costs.other.sample(fixed)
        costs.per_region.sample(2e-5)
        if eden_used > 0:
            first_age = sum(evacuation.staying[0]) if evacuation.staying else evacuation.promoted
            costs.survival.sample(min(1.0, first_age / eden_used))

    def _next_step(self, elapsed_s: float, *, mixed: bool) -> None:
        if not mixed:
            self._sample_allocation(elapsed_s)
        if self._step is Step.REQUESTED:
            self._begin_marking()
        elif self._step is Step.PREPARED:
            self._step = Step.MIXED
            self._start.marking.sample(self._marking_s)
        elif mixed and not self._goes_on():
            self._end_mixed()
        elif self._step is Step.IDLE and self._until_marking() < 0:
            self._step = Step.REQUESTED
        self._old_before = self.old.used

    def room(self) -> float:
        """While no cycle is under way, a humongous object that passes the threshold causes a collection."""
        left = super().room()
        if not self.direct_share or self._step is not Step.IDLE:
            return left
        more = max(self._until_marking() / self._rounding(), float(self.setting.large_size)) - self.direct.used
        return min(left, max(0.0, more) * (1 / self.direct_share - 1))

    def _until_marking(self) -> float:
        """Bytes that old may take before a cycle starts."""
        return self._start.threshold(self.committed(), self.most_live(), self._desired_young) - self._occupied_old()

    def _occupied_old(self) -> float:
        """Bytes of the old and humongous regions: whole ones, full or not."""
        return float(self._old_regions() * self._region)

    def _begin_marking(self) -> None:
        self._marking_s = 0.0
        seconds = self.watch.phase("mark", sum(self.old.live)) / self._threads
        self._step, self._left_s = Step.MARK, seconds

    def _sample_allocation(self, elapsed_s: float) -> None:
        grown = max(0.0, self.old.used - self._old_before)
        if elapsed_s > 0:
            self._start.allocation.sample(grown / elapsed_s)

    def _shortest_young(self) -> bool:
        return self._step is Step.MIXED and self.jdk < 21

    def _goes_on(self) -> bool:
        left = self._regions.marked
        if self.jdk >= 17:
            return bool(left)
        return sum(batch.garbage for batch in left) > self._waste_percent / 100 * self.committed()

    def _end_mixed(self) -> None:
        self._regions.unmark()
        self._step = Step.IDLE

    # Full collections

    def _full(self) -> Pause:
        """Everything is compacted; the heap is as large as it may be before the program runs out of memory."""
        self._end_mixed()
        young, old = self.young, self.old
        before = young.used + old.used
        live = add([old.live, young.live()], self.setting.width)
        total = sum(live)
        old.live, old.used = [0.0] * self.setting.width, 0.0
        self._regions.clear()
        self._humongous, self._humongous_used = [0.0] * self.setting.width, 0.0
        young.ages, young.survivors_used, self._age_table = [], 0.0, []
        young.filling = Filling.empty(self.setting.width)
        kept = min(total, self.most_live())
        self._add_old(kept, [part * kept / total if total else 0.0 for part in live])
        self.reclaimed += before - kept
        self._count("full_gc")
        self._full_count += 1
        self._young_since_full = 0
        pause = Pause("full", self.watch.full(total), self.watch.lines.workers)
        self._shrink()
        while self._committed < self._most and self._free_regions() < max(2, self._committed // 20):
            self._committed += 1
        self._size_young()
        self.oom = total > self.most_live() - self._region or self.room() < self._region / 2
        return pause

    def _quiet_room(self) -> float:
        if self._step is not Step.IDLE:
            return 0.0
        large = self._typical_allocated * self.direct_share / (1 - self.direct_share) * self._rounding()
        return self._until_marking() - large

    def repeat(self, most: int, interval_s: float, means_s: Sequence[float]) -> tuple[int, Sequence[Pause]]:
        """Only while no cycle is under way; the promoted bytes join the newest old regions."""
        used = self.old.used
        live = list(self.old.live)
        count, pauses = super().repeat(most, interval_s, means_s)
        if count:
            self._regions.follow(self.old.used - used, live, self.old.live)
            self._old_before = self.old.used
        return count, pauses
