"""ParNew and CMS: copying young collections, an old generation that is marked and swept beside the program.

Sources: HotSpot concurrentMarkSweepGeneration.cpp, concurrentMarkSweepThread.cpp of JDK 8 and 11. Left out: free lists
by size (a share of old stands for fragmentation), incremental mode, class unloading by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.age_table import AgedSurvivors
from advisor.simulate.estimators import WeightedAverage
from advisor.simulate.heap import Evacuation
from advisor.simulate.mutator import Vector
from advisor.simulate.protocol import Cause, Pause, Setting

_SAFETY = 0.9
"""1 - CMSIncrementalSafetyFactor: how much of the time until old is full may be counted on."""
_FRAGMENTED_PER_CYCLE, _FRAGMENTED_AT_MOST = 0.01, 0.10
"""Share of free old memory that is lost to fragments, growing with each sweep until a compaction."""
_MAX_PRECLEAN_S = 5.0
"""CMSMaxAbortablePrecleanTime."""
_EXPONENT_WEIGHT = 50
"""CMSExpAvgFactor, in percent."""


class Step(Enum):
    """Where a concurrent cycle stands."""

    IDLE = 0
    START = 1
    MARK = 2
    PRECLEAN = 3
    SWEEP = 4


class Cms(AgedSurvivors):
    """ParNew and CMS."""

    collector: ClassVar[Collector] = Collector.CMS
    jdks: ClassVar[frozenset[int]] = frozenset({8, 11})

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.dead_wood_percent = 0.0
        self.failures["concurrent_mode_failure"] = 0
        self._step, self._left_s = Step.IDLE, math.inf
        self._garbage = 0.0
        self._fragmented = 0.0
        self._expanded = False
        self._threads = max(1, setting.effective.conc_gc_threads)
        self._initiating = self._initiating_share()
        self._by_occupancy_only = self._flag("UseCMSInitiatingOccupancyOnly")
        self._period = WeightedAverage(_EXPONENT_WEIGHT)
        self._per_young = WeightedAverage(_EXPONENT_WEIGHT)
        self._duration = WeightedAverage(_EXPONENT_WEIGHT)
        self._cycle_s = 0.0
        self._since_young_s = 0.0

    def _initiating_share(self) -> float:
        """CMSInitiatingOccupancyFraction, or what MinHeapFreeRatio and CMSTriggerRatio make of it: 92 % by default."""
        given = self._number("CMSInitiatingOccupancyFraction", -1)
        if given >= 0:
            return given / 100
        free = min(self._number("MinHeapFreeRatio", 40), 100)
        return ((100 - free) + self._number("CMSTriggerRatio", 80) * free / 100) / 100

    # The concurrent cycle

    def pass_time(self, decay: Vector, running_s: float, wall_s: float) -> None:
        super().pass_time(decay, running_s, wall_s)
        self._since_young_s += running_s
        if self._step not in (Step.IDLE, Step.START):
            self._left_s -= wall_s
            self._cycle_s += wall_s

    def due_s(self) -> float:
        if self._step is Step.IDLE:
            return math.inf
        return 0.0 if self._step is Step.START else max(self._left_s, 0.0)

    def busy_processors(self) -> float:
        if self._step is Step.MARK:
            return float(self._threads)
        return 1.0 if self._step is Step.SWEEP else 0.0

    def act(self) -> Sequence[Pause]:
        match self._step:
            case Step.START:
                return self._initial_mark()
            case Step.MARK:
                return self._preclean()
            case Step.PRECLEAN:
                return self._remark()
            case Step.SWEEP:
                return self._swept()
            case _:
                return ()

    def _initial_mark(self) -> Sequence[Pause]:
        live = sum(self.old.live)
        self._garbage = max(0.0, self.old.used - live)
        self._cycle_s = 0.0
        self._go(Step.MARK, self.watch.phase("mark", live) / self._threads)
        seconds = self.watch.phase("initial-mark", self.young.used) / self.watch.lines.workers
        return (Pause("initial-mark", seconds, self.watch.lines.workers),)

    def _preclean(self) -> Sequence[Pause]:
        """Remark is put off until eden is half full, so that it does not fall beside a young collection."""
        eden = self.young.eden
        fill_s = self._period.average or self._since_young_s
        share = self.young.filling.used / eden
        wanted = self._number("CMSScheduleRemarkEdenPenetration", 50) / 100
        wait = (wanted - share) % 1.0 * fill_s if share > 0.1 else max(0.0, wanted - share) * fill_s
        worth_it = self.young.filling.used > self._number("CMSScheduleRemarkEdenSizeThreshold", 2 << 20)
        self._go(Step.PRECLEAN, min(wait, _MAX_PRECLEAN_S) if worth_it else 0.0)
        return ()

    def _remark(self) -> Sequence[Pause]:
        pauses: Sequence[Pause] = ()
        if self._flag("CMSScavengeBeforeRemark") and self.attempt_is_safe():
            pauses = self._young(self._since_young_s)
            if self._step is not Step.PRECLEAN:
                return pauses
        self._go(Step.SWEEP, self.watch.phase("sweep", self.old.used))
        workers = self.watch.lines.workers
        seconds = self.watch.phase("remark", self.young.used) / workers
        return (*pauses, Pause("remark", seconds, workers))

    def _swept(self) -> Sequence[Pause]:
        """What was garbage when marking began is free; what died since floats on to the next cycle."""
        old = self.old
        freed = min(self._garbage, max(0.0, old.used - sum(old.live)))
        old.used -= freed
        self.reclaimed += freed
        self.cycles += 1
        self._fragmented = min(self._fragmented + _FRAGMENTED_PER_CYCLE, _FRAGMENTED_AT_MOST)
        old.capacity = min(old.limit, max(old.capacity, self._least_old()))
        self._duration.sample(self._cycle_s)
        self._expanded = False
        self._go(Step.IDLE, math.inf)
        return ()

    def _go(self, step: Step, seconds: float) -> None:
        self._step, self._left_s = step, seconds

    # Triggers

    def after_young(self, evacuation: Evacuation, pause_s: float, elapsed_s: float) -> None:
        super().after_young(evacuation, pause_s, elapsed_s)
        self._period.sample(self._since_young_s + pause_s)
        self._per_young.sample(evacuation.promoted)
        self._since_young_s = 0.0
        self._start_if_due()

    def after_repeat(self, count: int, interval_s: float, pauses_s: float) -> None:
        self._start_if_due()

    def _start_if_due(self) -> None:
        if self._step is Step.IDLE and self._should_start():
            self._go(Step.START, 0.0)

    def _should_start(self) -> bool:
        old = self.old
        if old.used > self._initiating * old.capacity:
            return True
        if self._by_occupancy_only:
            return False
        if not self._duration.count:
            return old.used > self._number("CMSBootstrapOccupancy", 50) / 100 * old.capacity
        return self._expanded or self._until_full_s() <= self._duration.average + self._period.average

    def _until_full_s(self) -> float:
        """Seconds until old is full at the rate of promotion seen."""
        expected = min(self.young.capacity, self.promoted.padded)
        free = self.old.capacity - self.old.used
        if free <= expected:
            return 0.0
        rate = self._per_young.average / max(self._period.average, 1e-9)
        return _SAFETY * (free - expected) / max(rate, 1.0)

    def _expand_old(self) -> None:
        before = self.old.capacity
        super()._expand_old()
        self._expanded |= self.old.capacity > before

    def _quiet_room(self) -> float:
        """Up to the occupancy at which the next cycle starts; nothing while one is under way."""
        if self._step is not Step.IDLE:
            return 0.0
        share = self._initiating
        if not self._by_occupancy_only and not self._duration.count:
            share = min(share, self._number("CMSBootstrapOccupancy", 50) / 100)
        return share * self.old.capacity - self.old.used

    # Full collections

    def attempt_is_safe(self) -> bool:
        """The padded average promotion fits, or all of young would, in what is not lost to fragments."""
        usable = self.old.free * (1 - self._fragmented)
        return usable >= min(self.promoted.padded, self.young.used)

    def _promotion_fits(self, promoted: float) -> bool:
        return promoted <= self.old.free * (1 - self._fragmented)

    def collect(self, cause: Cause) -> Sequence[Pause]:
        if cause is Cause.METADATA or (cause is Cause.EXPLICIT and self._flag("ExplicitGCInvokesConcurrent")):
            if self._step is Step.IDLE:
                self._go(Step.START, 0.0)
            return ()
        return super().collect(cause)

    def after_full(self, pause_s: float) -> None:
        super().after_full(pause_s)
        if self._step not in (Step.IDLE, Step.START):
            self._count("concurrent_mode_failure")
        self._fragmented = 0.0
        self._expanded = False
        self._go(Step.IDLE, math.inf)
