"""ZGC with two generations (JDK 21 with ZGenerational, JDK 25): minor collections beside major ones.

Sources: HotSpot zDirector.cpp, zDriver.cpp, zGeneration.cpp, zRelocationSetSelector.cpp of JDK 21 and 25. Left out:
what classic ZGC leaves out, and the change of the number of workers within a cycle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.concurrent import ConcurrentCollector, Pages
from advisor.simulate.protocol import Cause, Pause, Setting
from advisor.simulate.zgc_director import GenerationalDirector, Reason
from advisor.simulate.zgc_parts import Pauses, Round, limits_of, page_waste, relocation_candidates, tenuring_threshold
from advisor.simulate.zgc_rates import CycleTimes, GranuleRate

_CHUNKS = 2
"""Steps in which relocated pages become free."""
_NEWEST = 0.7
"""Weight of the newest collection in the average of what collections freed."""


class ZgcGenerational(ConcurrentCollector):
    """Generational ZGC."""

    collector: ClassVar[Collector] = Collector.ZGC_GENERATIONAL
    jdks: ClassVar[frozenset[int]] = frozenset({21, 25})

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.failures["allocation_stall"] = 0
        self.old_groups: list[Pages] = []
        self.limits = limits_of(self)
        young, old = CycleTimes.of(self.jdk), CycleTimes.of(self.jdk)
        self.director = GenerationalDirector(self.limits, GranuleRate.of(self.limits.soft_max), young, old)
        self._pauses = Pauses(self.watch, self.jdk)
        self._young: Round | None = None
        self._old: Round | None = None
        self._old_live = 0.0
        self._majors = 0
        self.next_look = GenerationalDirector.LOOK_S
        self._desperate = False
        self.reasons: list[tuple[Reason, float]] = []
        """Why each collection began, and the bytes in use then."""

    def preload(self, retained: float) -> None:
        """What was there before the program began is old."""
        super().preload(retained)
        self.old_groups, self.groups = self.groups, []
        self._old_live = retained

    def all_groups(self) -> Sequence[Pages]:
        """Young and old."""
        return [*self.groups, *self.old_groups]

    def young_used(self) -> float:
        """Bytes of young pages."""
        return sum(group.used for group in self.groups) + self.filling.used

    def old_used(self) -> float:
        """Bytes of old pages."""
        return sum(group.used for group in self.old_groups)

    def rounds(self) -> int:
        """Major collections."""
        return self._majors

    # Decisions

    def allocated(self, size: float, seconds: float) -> None:
        """The director's samples."""
        self.director.rate.sample(size, seconds)

    def next_look_s(self) -> float:
        """The director looks on while an old collection runs."""
        return math.inf if self._young is not None else max(0.0, self.next_look)

    def look(self) -> Sequence[Pause]:
        """Major collections are asked about first, since they include a minor one."""
        if self._young is not None or self.next_look > 1e-9:
            return ()
        major = math.inf if self._old is not None else self._major_reason()
        if isinstance(major, Reason):
            return self._start(major, major=True)
        interval = self.number("ZCollectionIntervalMinor", -1.0)
        minor = self.director.minor(self.used(), self.young_used(), self.clock_s, interval)
        if isinstance(minor, Reason):
            return self._start(minor, major=self._old is None and self._old_pays())
        self.look_after(max(GenerationalDirector.LOOK_S / 4, min(major, minor)), self.director.rate.pace)
        return ()

    def _major_reason(self) -> Reason | float:
        interval = self.number("ZCollectionIntervalMajor", -1.0)
        if interval <= 0:
            interval = self.limits.interval_s
        return self.director.major(self.used(), self.clock_s, interval)

    def _old_pays(self) -> bool:
        urgent = self.director.urgent(self.used(), self.young_used())
        return self.director.old_pays(self.old_used(), self._old_live, urgent=urgent)

    def urgent(self) -> Sequence[Pause]:
        """A waiting program asks for a minor collection, and for a major one when that brings nothing."""
        major, self._desperate = self._desperate and self._old is None, True
        return self._start(Reason.STALL, major=major)

    def collect(self, cause: Cause) -> Sequence[Pause]:
        """A full heap makes the program wait; what it asks for is a major collection."""
        if cause is Cause.ALLOCATION:
            if self.asked_to_look():
                return self.look()
            self._desperate = False
            return self.wait("allocation_stall")
        if self._young is not None or self._old is not None:
            return ()
        return self._start(Reason.EXPLICIT if cause is Cause.EXPLICIT else Reason.METADATA, major=True)

    # Young collections

    def _workers(self, reason: Reason) -> int:
        since = self.clock_s - self.director.young.ended_s
        if reason in (Reason.STALL, Reason.EXPLICIT) or not self.limits.dynamic:
            return self.limits.workers
        found = [
            self.director.demand(self.director.young, self.used(), since, tolerance, capacity).workers
            for tolerance, capacity in ((1.0, self.limits.soft_max), (self.limits.tolerance, self.capacity))
        ]
        return max(found)

    def _start(self, reason: Reason, *, major: bool) -> Sequence[Pause]:
        self.reasons.append((reason, self.used()))
        self._young = Round(reason, self.clock_s, self._workers(reason), major=major)
        allocated = self.filling.used
        self.look_in = math.inf
        self.retire(page_waste(self))
        live = self.mark(self.groups)
        self._young.spent(self.watch.work("zgc-mark", live))
        self._young.spent(self.watch.work("zgc-remembered", self.old_used()))
        self._young.allocated = allocated
        self.begin(self._young.thread_s, self._young.workers, self._young_marked, self.watch.work("zgc-select", 0))
        return (self._pauses.mark_start(),)

    def _young_marked(self) -> Sequence[Pause]:
        young = self._young
        assert young is not None  # noqa: S101 - only called while one runs
        self.free_empty(self.groups)
        young.threshold = self._threshold(young)
        chosen = relocation_candidates(self.groups, self.number("ZYoungCompactionLimit", 25.0))
        copied = sum(group.marked for group in chosen)
        self.moved.append(copied)
        thread_s = self.watch.work("zgc-relocate", copied)
        young.spent(thread_s)
        self._young_relocate(chosen, _CHUNKS, thread_s / _CHUNKS)
        return self._pauses.mark_end(), self._pauses.relocate_start()

    def _threshold(self, young: Round) -> int:
        fixed = int(self.number("ZTenuringThreshold", -1))
        if fixed >= 0:
            return fixed
        most = int(self.number("MaxTenuringThreshold", 15))
        return tenuring_threshold(self.groups, self.limits.soft_max, self.filling.used, most)

    def _young_relocate(self, chosen: list[Pages], chunks: int, thread_s: float) -> None:
        def end() -> Sequence[Pause]:
            assert self._young is not None  # noqa: S101 - only called while one runs
            self._young.freed += self.shrink(chosen, chunks)
            if chunks > 1:
                self._young_relocate(chosen, chunks - 1, thread_s)
                return ()
            return self._young_done(chosen)

        assert self._young is not None  # noqa: S101 - only called while one runs
        self.begin(thread_s, self._young.workers, end)

    def _young_done(self, chosen: Sequence[Pages]) -> Sequence[Pause]:
        young, self._young = self._young, None
        assert young is not None  # noqa: S101 - only called while one runs
        self._settle(chosen, young.threshold)
        young.record(self.director.young, self.clock_s)
        self.director.young_freed += _NEWEST * (young.freed - self.director.young_freed)
        if young.major:
            return self._start_old(young)
        self.cycles += 1
        self.director.minors_since_major += 1
        self.look_after(0.0, 0.0)
        return self.look()

    def _settle(self, chosen: Sequence[Pages], threshold: int) -> None:
        """What was moved, and what stays in place because it is dense, is one collection older or promoted."""
        moved = {id(group) for group in chosen}
        stay = [group for group in self.groups if id(group) not in moved and group.used > 0]
        by_age: dict[int, list[Pages]] = {}
        for group in chosen:
            by_age.setdefault(group.age, []).append(group)
        stay += [self.moved_into(groups, age) for age, groups in by_age.items()]
        young: list[Pages] = []
        for group in stay:
            if group.age >= threshold:
                self.promoted_bytes += group.used
                self.old_groups.append(group)
                group.age = 0
            else:
                group.age += 1
                young.append(group)
        self.groups = self.tidy(young)
        self.old_groups = self.tidy(self.old_groups)

    # Old collections

    def _start_old(self, young: Round) -> Sequence[Pause]:
        warm = self.director.times.warm
        self._old = Round(young.reason, self.clock_s, self.limits.workers if not warm else 1)
        live = self.mark(self.old_groups)
        self._old_live = live
        self._old.spent(self.watch.work("zgc-old-mark", live))
        self.begin(self._old.thread_s, self._old.workers, self._old_marked)
        self.look_after(0.0, 0.0)
        return self.look()

    def _old_marked(self) -> Sequence[Pause]:
        old = self._old
        assert old is not None  # noqa: S101 - only called while one runs
        old.freed += self.free_empty(self.old_groups)
        chosen = relocation_candidates(self.old_groups, self.number("ZFragmentationLimit", 5.0))
        thread_s = self.watch.work("zgc-remap", 0)
        copied = self.watch.work("zgc-old-relocate", sum(group.marked for group in chosen))
        old.spent(thread_s + copied)

        def remapped() -> Sequence[Pause]:
            self.begin(copied, old.workers, lambda: self._old_done(chosen))
            return (self._pauses.relocate_start(),)

        self.begin(thread_s, old.workers, remapped, self.watch.work("zgc-select", 0))
        return (self._pauses.mark_end(),)

    def _old_done(self, chosen: list[Pages]) -> Sequence[Pause]:
        old, self._old = self._old, None
        assert old is not None  # noqa: S101 - only called while one runs
        old.freed += self.shrink(chosen, 1)
        moved = {id(group) for group in chosen}
        kept = [group for group in self.old_groups if id(group) not in moved]
        self.old_groups = self.tidy([*kept, self.moved_into(chosen)])
        old.record(self.director.times, self.clock_s)
        self.director.old_freed += _NEWEST * (old.freed - self.director.old_freed)
        self.director.used_after = self.used()
        self.director.minors_since_major = 0
        self._majors += 1
        self.cycles += 1
        self.look_after(0.0, 0.0)
        return self.look()
