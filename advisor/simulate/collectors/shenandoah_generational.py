"""Shenandoah with two generations (JDK 25 with ShenandoahGCMode=generational): cycles over young regions alone.

Sources: HotSpot shenandoahGenerationalHeap.cpp, shenandoahOldHeuristics.cpp, shenandoahAgeCensus.cpp of JDK 25. Left
out: moving capacity between the generations, old marking because of fragmentation, promotion in place of humongous
objects, cycles that hurry mixed evacuation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.collectors.shenandoah import Shenandoah
from advisor.simulate.concurrent import Pages
from advisor.simulate.protocol import Cause, Pause, Setting

_FIRST_LIVE = 1 / 16
"""Part of the heap that old is taken to keep alive before it was ever marked."""
_FIRST_GROWTH = 50.0
"""Percent by which old may grow over what lived before it is marked again; halved at each marking."""
_MORTALITY = 0.1
"""Share of a cohort that dies between two cycles, up to which its age is old enough in HotSpot."""
_LEAST_COHORT = 32 << 10
_OLD_SHARE = 0.75
"""ShenandoahOldEvacRatioPercent."""
_MAX_AGE = 15


class ShenandoahGenerational(Shenandoah):
    """Generational Shenandoah."""

    collector: ClassVar[Collector] = Collector.SHENANDOAH_GENERATIONAL
    jdks: ClassVar[frozenset[int]] = frozenset({25})
    guaranteed_interval: ClassVar[str] = "ShenandoahGuaranteedYoungGCInterval"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.old_groups: list[Pages] = []
        self.old_marks = 0
        self._growth = _FIRST_GROWTH
        self._old_live = self.capacity * _FIRST_LIVE
        self._marking = False
        self._mixed = False
        self._since_old = 0
        self._old_ended_s = 0.0

    def preload(self, retained: float) -> None:
        """What was there before the program began is old."""
        super().preload(retained)
        self.old_groups, self.groups = self.groups, []

    def all_groups(self) -> Sequence[Pages]:
        """Young and old."""
        return [*self.groups, *self.old_groups]

    def old_used(self) -> float:
        """Bytes of old regions."""
        return sum(group.used for group in self.old_groups)

    # Promotion

    def settle(self, chosen: Sequence[Pages]) -> None:
        """Young regions are one cycle older; those old enough are promoted, evacuated or as they are."""
        tenure = self._tenure()
        moved = {id(group) for group in chosen}
        ages = sorted({group.age for group in chosen})
        fresh = [self.moved_into([g for g in chosen if g.age == age], age) for age in ages]
        staying = [group for group in self.groups if id(group) not in moved] + fresh
        self.groups = []
        for group in staying:
            group.age = min(group.age + 1, _MAX_AGE)
            if group.age > tenure:
                self.promoted_bytes += group.used
                group.age = 0
                self.old_groups.append(group)
            else:
                self.groups.append(group)
        self.groups, self.old_groups = self.tidy(self.groups), self.tidy(self.old_groups)
        self._since_old += 1
        self._evacuate_old()

    def _tenure(self) -> int:
        """The lowest age from which cohorts hardly shrink any more."""
        live: dict[int, float] = {}
        for group in self.groups:
            live[group.age] = live.get(group.age, 0.0) + group.marked
        tenure = _MAX_AGE
        for age in range(_MAX_AGE, 0, -1):
            before, now = live.get(age - 1, 0.0), live.get(age, 0.0)
            if before > _LEAST_COHORT and 1 - now / before > _MORTALITY:
                break
            tenure = age
        return max(tenure, 1)

    # The old generation

    def look(self) -> Sequence[Pause]:
        """Old is marked between young cycles."""
        if not self._marking and not self._mixed and self._old_has_grown():
            self._marking = True
            live = self.mark(self.old_groups)
            self.begin(self.watch.work("shenandoah-mark", live), 1, self._old_marked)
        return super().look()

    def _old_has_grown(self) -> bool:
        used = self.old_used()
        interval_s = self.number("ShenandoahGuaranteedOldGCInterval", 600_000) / 1000
        if 0 < interval_s <= self.clock_s - self._old_ended_s:
            return True
        small = used < self.number("ShenandoahIgnoreOldGrowthBelowPercentage", 10) / 100 * self.capacity
        if small and self._since_old < self.number("ShenandoahDoNotIgnoreGrowthAfterYoungCycles", 50):
            return False
        return used > self._old_live * (1 + self._growth / 100)

    def _old_marked(self) -> Sequence[Pause]:
        self._marking = False
        self.old_marks += 1
        self._old_ended_s = self.clock_s
        self._old_live = sum(group.marked for group in self.old_groups)
        self._growth = max(self._growth / 2, self.number("ShenandoahMinOldGenGrowthPercent", 12.5))
        self._since_old = 0
        self.free_empty(self.old_groups)
        self._mixed = bool(self._worth_evacuating())
        return (self._pause("remark", "final-mark"),)

    def _worth_evacuating(self) -> list[Pages]:
        threshold = self.number("ShenandoahOldGarbageThreshold", 15)
        return [group for group in self.old_groups if group.marked > 0 and group.garbage_share * 100 > threshold]

    def _evacuate_old(self) -> None:
        """Mixed evacuation: old regions with enough garbage, within the budget, along with a young cycle."""
        if not self._mixed:
            return
        budget = self.reserve * _OLD_SHARE / (1 - _OLD_SHARE)
        chosen = self._worth_evacuating()
        taken: list[Pages] = []
        for group in sorted(chosen, key=lambda g: -g.garbage_share):
            if sum(g.marked for g in taken) + group.marked > budget and taken:
                break
            taken.append(group)
        self._mixed = len(taken) < len(chosen)
        if not taken:
            return
        self.reclaimed += sum(group.garbage for group in taken)
        moved = {id(group) for group in taken}
        kept = [group for group in self.old_groups if id(group) not in moved]
        self.old_groups = self.tidy([*kept, self.moved_into(taken)])

    def _failed(self) -> Sequence[Pause]:
        """Old marking gives way; it begins anew later."""
        self._phases = [phase for phase in self._phases if phase.end != self._old_marked]
        self._marking = False
        return super()._failed()

    def _full(self) -> Pause:
        """Everything is collected; what lives is old."""
        self.groups, self.old_groups = [*self.groups, *self.old_groups], []
        self._marking = self._mixed = False
        pause = super()._full()
        self.groups, self.old_groups = [], self.groups
        self._old_live = self.old_used()
        return pause

    def collect(self, cause: Cause) -> Sequence[Pause]:
        """What the program asks for goes through both generations."""
        pauses = super().collect(cause)
        if cause is not Cause.ALLOCATION and not self._marking and self._running:
            self._marking = True
            self.begin(self.watch.work("shenandoah-mark", self.mark(self.old_groups)), 1, self._old_marked)
        return pauses
