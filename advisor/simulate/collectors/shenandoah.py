"""Shenandoah: marking, evacuation and updating of references beside the program, four short pauses a cycle.

Sources: HotSpot shenandoahControlThread.cpp, shenandoahConcurrentGC.cpp, shenandoahDegeneratedGC.cpp,
shenandoahPacer.cpp and the heuristics of JDK 11, 17, 21 and 25. Left out: immediate garbage beyond regions of which
nothing is left, fragmentation by humongous objects, uncommitting.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.concurrent import ConcurrentCollector, Pages, split
from advisor.simulate.protocol import Cause, Pause, Setting
from advisor.simulate.shenandoah_heuristics import Heuristics, Settings, Trigger, collection_set

_TAXED, _SURCHARGE = 0.9, 1.1
"""Part of free memory that pacing hands out over a phase, and ShenandoahPacingSurcharge."""
_SLOWEST = 0.05
"""Pace below which a thread would wait longer than ShenandoahPacingMaxDelay allows."""
PAUSE_S = {
    "init-mark": (15e-6, 40e-9),
    "final-mark": (50e-6, 80e-9),
    "init-update": (12e-6, 5e-9),
    "final-update": (12e-6, 45e-9),
}
"""Seconds of each pause: fixed and per region, JDK 17 to 25; programs differ by a factor of two."""
OLD_PAUSE = 4.0
"""The same with JDK 11, which still scans roots in pauses: so many times as long."""


class Shenandoah(ConcurrentCollector):
    """Shenandoah with one generation."""

    collector: ClassVar[Collector] = Collector.SHENANDOAH
    jdks: ClassVar[frozenset[int]] = frozenset({11, 17, 21, 25})
    guaranteed_interval: ClassVar[str] = "ShenandoahGuaranteedGCInterval"
    """The flag with the milliseconds after which a cycle begins in any case."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.failures |= {"degenerated": 0, "full_gc": 0}
        soft = self.number("SoftMaxHeapSize", self.capacity)
        self.soft_max = min(soft, self.capacity) if soft > 0 else self.capacity
        self.heuristics = Heuristics(self._settings())
        self.concurrent = setting.effective.value("ShenandoahGCMode") != "passive"
        self.reserve = self.capacity * self.number("ShenandoahEvacReserve", 5) / 100
        self._regions = self.capacity / max(setting.effective.layout.region or (self.capacity / 2048), 1)
        self._workers = max(1, setting.effective.conc_gc_threads)
        self._parallel = max(1, setting.effective.parallel_gc_threads)
        self._pacing = self.flag("ShenandoahPacing") and self.concurrent
        self._running = False
        self._began_s = 0.0
        self._budget = math.inf
        self._allocated = 0.0
        self._chosen: list[Pages] = []
        self._in_a_row = 0
        self.reasons: list[tuple[Trigger, float]] = []
        """Why each cycle began, and the bytes in use then."""

    def _settings(self) -> Settings:
        heuristics = self.setting.effective.value("ShenandoahGCHeuristics")
        return Settings(
            heuristics=str(heuristics) if heuristics else "adaptive",
            capacity=self.soft_max,
            min_free=self.number("ShenandoahMinFreeThreshold", 10),
            init_free=self.number("ShenandoahInitFreeThreshold", 70),
            spike=self.number("ShenandoahAllocSpikeFactor", 5),
            learning=int(self.number("ShenandoahLearningSteps", 5)),
            allocated=self.number("ShenandoahAllocationThreshold", 0) or 10.0,
            guaranteed_s=self.number(self.guaranteed_interval, 300_000) / 1000,
            jdk=self.jdk,
        )

    # What the program sees

    def free_room(self) -> float:
        """The evacuation reserve is not for the program."""
        return max(0.0, self.capacity - self.reserve - (self.used() - self._copies))

    def most_live(self) -> float:
        """What even a full collection leaves to allocate from is without the reserve."""
        return self.capacity - self.reserve - self.least_room()

    def available(self) -> float:
        """Free bytes as the heuristics count them: without the reserve and without what lies above the soft maximum."""
        return max(0.0, self.free_room() - (self.capacity - self.soft_max))

    def allocated(self, size: float, seconds: float) -> None:
        """Samples between cycles, the pacer's budget within them."""
        self._allocated += size
        if self._running:
            self._budget -= size
        else:
            self.heuristics.sample(size, seconds)

    def pace(self) -> float:
        """Pacing hands out what is free evenly over the work of a phase."""
        rate = self.speed
        if not self._running or not self._pacing or not rate or not self._phases:
            return 1.0
        wanted = rate * max(phase.left_s for phase in self._phases)
        return min(1.0, max(self._budget / wanted, _SLOWEST)) if wanted > 0 else 1.0

    def next_look_s(self) -> float:
        """The heuristics are asked only while no cycle runs."""
        return math.inf if self._running or not self.concurrent else max(0.0, self.next_look)

    def look(self) -> Sequence[Pause]:
        """Asks the heuristics."""
        if self._running or not self.concurrent or self.next_look > 1e-9:
            return ()
        found = self.heuristics.decide(self.available(), self._allocated, self.clock_s)
        if isinstance(found, Trigger):
            return self._start(found)
        self.look_after(found, self.heuristics.pace)
        return ()

    def urgent(self) -> Sequence[Pause]:
        """Nothing: an allocation that fails stops the program."""
        return ()

    # The cycle

    def _start(self, trigger: Trigger) -> Sequence[Pause]:
        self.heuristics.trigger = trigger
        self.heuristics.restart()
        self.reasons.append((trigger, self.used()))
        self._running, self._began_s, self._allocated = True, self.clock_s, 0.0
        self.look_in = math.inf
        self.retire()
        live = self.mark(self.groups)
        self._run("shenandoah-mark", live, self._marked)
        return (self._pause("initial-mark", "init-mark"),)

    def _run(self, phase: str, size: float, end: Callable[[], Sequence[Pause]], taxed: float = math.inf) -> None:
        """One phase; the pacer lets the program allocate a tenth of what is free, and of the rest what it taxes."""
        free = self.free_room()
        self._budget = free * (1 - _TAXED) + min(taxed, free * _TAXED) / _SURCHARGE
        self.begin(self.watch.work(phase, size), self._workers, end)

    def _marked(self) -> Sequence[Pause]:
        before = sum(group.garbage for group in self.groups)
        immediate = self.free_empty(self.groups)
        pause = self._pause("remark", "final-mark")
        if before and immediate * 100 > self.number("ShenandoahImmediateThreshold", 90) * before:
            return (pause, *self._done())
        self._choose()
        copied = sum(group.marked for group in self._chosen)
        self.moved.append(copied)
        chosen = sum(group.used for group in self._chosen)
        self._run("shenandoah-evacuate", copied, self._evacuated, min(chosen, self.free_room() * _TAXED / 2))
        return (pause,)

    def _choose(self) -> None:
        percent = self.soft_max / 100
        most = percent * self.number("ShenandoahEvacReserve", 5) / max(self.number("ShenandoahEvacWaste", 1.2), 1.0)
        wanted = percent * self.number("ShenandoahMinFreeThreshold", 10) + most
        least = max(0.0, wanted - self.available())
        threshold = self.number("ShenandoahGarbageThreshold", 25)
        self._chosen = []
        for group, share in collection_set(self.groups, most, least, threshold):
            if share < 1:
                self.groups.append(split(group, 1 - share))
            self._chosen.append(group)

    def _evacuated(self) -> Sequence[Pause]:
        self._copies = sum(group.marked for group in self._chosen)
        self.reclaimed -= self._copies
        self._run("shenandoah-update", self.used(), self._updated, self.used())
        return (self._pause("other", "init-update"),)

    def _updated(self) -> Sequence[Pause]:
        pause = self._pause("other", "final-update")
        self._reclaim()
        return (pause, *self._done())

    def _reclaim(self) -> None:
        chosen, self._chosen = self._chosen, []
        self._drop_copies()
        self.reclaimed += sum(group.garbage for group in chosen)
        self.settle(chosen)

    def settle(self, chosen: Sequence[Pages]) -> None:
        """Puts what was evacuated into its new regions."""
        moved = {id(group) for group in chosen}
        self.groups = self.tidy([*(g for g in self.groups if id(g) not in moved), self.moved_into(chosen)])

    def _drop_copies(self) -> None:
        self.reclaimed += self._copies
        self._copies = 0.0

    def _done(self) -> Sequence[Pause]:
        self.cycles += 1
        self._in_a_row = 0
        self.heuristics.succeeded(self.clock_s - self._began_s, self.available(), self.clock_s)
        self._running, self._budget = False, math.inf
        self.look_after(0.0, 0.0)
        return self.look()

    def _pause(self, kind: str, name: str) -> Pause:
        fixed, per_region = PAUSE_S[name]
        seconds = (fixed + per_region * self._regions) * (OLD_PAUSE if self.jdk <= 11 else 1.0)
        return Pause(kind, self.watch.short(seconds), self._parallel)

    # Failures

    def collect(self, cause: Cause) -> Sequence[Pause]:
        """What the program asks for is a cycle; memory that runs out stops it."""
        if cause is Cause.ALLOCATION:
            return self.look() if self.asked_to_look() else self._failed()
        if self._running:
            return ()
        if cause is Cause.EXPLICIT and not self.flag("ExplicitGCInvokesConcurrent"):
            return (self._full(),)
        return self._start(Trigger.ASKED) if self.concurrent else (self._full(),)

    def _failed(self) -> Sequence[Pause]:
        """Degenerated: the rest of the cycle while the program is stopped; full after too many, or where it is vain."""
        if self.concurrent and self._in_a_row > self.number("ShenandoahFullGCThreshold", 3):
            return (self._full(),)
        pause = self._degenerated()
        if self.free_room() >= self.least_room():
            return (pause,)
        return (pause, self._full())

    def _degenerated(self) -> Pause:
        left_s = sum(phase.left_s for phase in self._phases) * self._workers
        if not self._running:
            self.retire()
            left_s = self.watch.work("shenandoah-mark", self.mark(self.groups))
        if not self._copies:
            self.free_empty(self.groups)
            self._choose()
            left_s += self.watch.work("shenandoah-evacuate", sum(group.marked for group in self._chosen))
            left_s += self.watch.work("shenandoah-update", self.used())
        self._reclaim()
        self._stop()
        self.failures["degenerated"] = (self.failures["degenerated"] or 0) + 1
        self._in_a_row += 1
        self.heuristics.degenerated(self.clock_s)
        return Pause("other", left_s / self._parallel, self._parallel)

    def _stop(self) -> None:
        self._drop_copies()
        self._phases, self._running = [], False
        self._allocated, self._budget = 0.0, math.inf
        self.look_after(0.0, 0.0)

    def _full(self) -> Pause:
        """Mark-compact of everything."""
        self._chosen = []
        self._drop_copies()
        self.retire()
        live = self.mark(self.groups)
        self.reclaimed += sum(group.garbage for group in self.groups)
        self.groups = [self.moved_into(self.groups)]
        self._stop()
        self._in_a_row = 0
        self.failures["full_gc"] = (self.failures["full_gc"] or 0) + 1
        self.heuristics.full(self.clock_s)
        self.oom = self.free_room() < self.least_room()
        return Pause("full", self.watch.full(live), self._parallel)
