"""When ZGC begins a cycle, and with how many workers: the rules of zDirector.cpp, release by release."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from advisor.simulate.zgc_rates import ONE_IN_1000, SAMPLE_S, AllocationRate, CycleTimes

WARM_UP_SHARE = 0.1
"""Part of the soft maximum in use at which each of the three warm-up cycles begins: 10, 20, 30 %."""
HIGH_USAGE = 0.05
"""Free part of the soft maximum at which a cycle begins in any case."""
PROACTIVE_GROWTH, PROACTIVE_S = 0.1, 300.0
_DROP, _ACCEPTABLE_DROP = 0.5, 0.01
"""Throughput assumed to be lost during a cycle, and the loss over time that a proactive one may cause."""
_LONG_CYCLE_S = 10.0
_UNSTEADY = 0.15
_CLOSE = 0.05


class Reason(StrEnum):
    """Why a cycle begins, as the log names it."""

    TIMER = "Timer"
    WARM_UP = "Warmup"
    RATE = "Allocation Rate"
    HIGH_USAGE = "High Usage"
    PROACTIVE = "Proactive"
    STALL = "Allocation Stall"
    EXPLICIT = "System.gc()"
    METADATA = "Metadata GC Threshold"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the flags say."""

    soft_max: float
    capacity: float
    headroom: float
    workers: int
    dynamic: bool
    tolerance: float
    interval_s: float
    proactive: bool
    jdk: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """A cycle with a reason and workers, or (without a reason) how long none can be due."""

    reason: Reason | None
    workers: int = 1
    wait_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Demand:
    """What the allocation-rate rule finds: workers wanted and seconds until a cycle has to begin."""

    workers: int
    until_s: float
    rate: float
    """Bytes a second it reckons with."""


class Director:
    """The rules of one director over its measurements."""

    def __init__(self, limits: Limits, rate: AllocationRate, times: CycleTimes) -> None:
        self.limits = limits
        self.rate = rate
        self.times = times
        self.used_after = 0.0

    def free(self, used: float, capacity: float) -> float:
        """Bytes left below a capacity, with room to relocate into kept back."""
        return max(0.0, capacity - used - self.limits.headroom)

    def warm_up_at(self) -> float:
        """Bytes in use at which the next warm-up cycle begins; infinite once warm."""
        if self.times.warm:
            return math.inf
        return (self.times.warm_ups + 1) * WARM_UP_SHARE * self.limits.soft_max

    def proactive_in_s(self, used: float, since_s: float, duration_s: float) -> float:
        """Until a cycle costs next to nothing: the heap has grown by a tenth or five minutes passed, and long ago."""
        if not self.limits.proactive or not self.times.warm:
            return math.inf
        growth = self.used_after + PROACTIVE_GROWTH * self.limits.soft_max - used
        by_growth = growth / max(self.rate.pace, 1.0) if growth > 0 else 0.0
        cheap = duration_s * (_DROP / _ACCEPTABLE_DROP - 1) - since_s
        return max(0.0, min(by_growth, PROACTIVE_S - since_s), cheap)

    def demand(
        self, times: CycleTimes, used: float, since_s: float, tolerance: float, capacity: float, margin_s: float = 0.0
    ) -> Demand:
        """The allocation-rate rule; `margin_s` is what is taken off for the time between two looks."""
        seen = self.rate.seen
        spread = seen.deviation / (seen.average + 1)
        dynamic = self.limits.dynamic and self.limits.jdk > 11
        pace = max(seen.predicted(), seen.average) if dynamic else seen.average
        rate = pace * tolerance + seen.deviation * ONE_IN_1000 + 1
        until_full = self.free(used, capacity) / rate
        if not dynamic:
            duration = times.duration_s(self.limits.workers)
            return Demand(self.limits.workers, until_full - duration - margin_s, rate)
        until_full /= 1 + spread
        wanted = self.workers(times, until_full, spread, since_s - margin_s)
        return Demand(wanted, until_full - times.duration_s(wanted) - margin_s, rate)

    def workers(self, times: CycleTimes, until_full_s: float, spread: float, since_s: float) -> int:
        """Workers that finish in time, changed with reluctance."""
        most = self.limits.workers
        if not self.times.warm:
            return most
        wanted = max(_for_deadline(times, until_full_s), _for_deadline(times, _LONG_CYCLE_S))
        last = times.last_workers
        whole = _whole(wanted, most)
        if spread >= _UNSTEADY:
            wanted = max(wanted, last, most / 2)
        elif whole < last:
            slower = times.parallel_s * (1 / whole - 1 / last)
            wanted = min(max(_for_deadline(times, until_full_s + since_s - slower) + 0.5, whole), last)
        return _whole(wanted, most)


def _for_deadline(times: CycleTimes, seconds: float) -> float:
    return times.parallel_s / max(seconds - times.serial_s, 0.001)


def _whole(workers: float, most: int) -> int:
    return min(max(1, math.ceil(workers - 1e-9)), most)


class ClassicDirector(Director):
    """One generation, looking ten times a second (releases 11, 17 and 21)."""

    def decide(self, used: float, now_s: float) -> Verdict:
        """The rules in their order."""
        limits, times = self.limits, self.times
        since = now_s - times.ended_s
        if 0 < limits.interval_s <= since:
            return Verdict(Reason.TIMER, limits.workers)
        if used >= self.warm_up_at():
            return Verdict(Reason.WARM_UP, limits.workers)
        wait = limits.interval_s - since if limits.interval_s > 0 else math.inf
        if not times.warm:
            wait = min(wait, self._later(self.warm_up_at() - used))
        if times.trusted:
            demand = self.demand(times, used, since, limits.tolerance, limits.soft_max, SAMPLE_S)
            fewer = (limits.workers - demand.workers) * SAMPLE_S if limits.dynamic and limits.jdk > 11 else 0.0
            more = limits.dynamic and limits.jdk > 11 and demand.workers > max(times.last_workers, 1)
            if demand.until_s - fewer <= 0 or more:
                return Verdict(Reason.RATE, demand.workers)
            wait = min(wait, self._later((demand.until_s - fewer) * demand.rate))
        if limits.jdk > 11 and self.free(used, limits.soft_max) <= HIGH_USAGE * limits.soft_max:
            return Verdict(Reason.HIGH_USAGE, limits.workers)
        proactive = self.proactive_in_s(used, since, times.duration_s(limits.workers))
        if proactive <= 0:
            return Verdict(Reason.PROACTIVE, limits.workers)
        return Verdict(None, wait_s=max(SAMPLE_S, min(wait, proactive)))

    def _later(self, size: float) -> float:
        """When to look again while so many bytes are left: a little before they are used up at the mean rate."""
        return max(SAMPLE_S, 0.9 * size / self.rate.pace) if self.rate.pace else SAMPLE_S


class GenerationalDirector(Director):
    """Two generations, looking a hundred times a second and at every granule (releases 21 and 25).

    `times` are those of the old generation, by which all rules go that speak of warm-up; `young` those of the young.
    """

    LOOK_S = 0.01

    def __init__(self, limits: Limits, rate: AllocationRate, young: CycleTimes, old: CycleTimes) -> None:
        super().__init__(limits, rate, old)
        self.young = young
        self.young_freed = 0.0
        self.old_freed = 0.0
        self.minors_since_major = 0

    def major(self, used: float, now_s: float, interval_s: float) -> Reason | float:
        """The reason for a major collection, or for how long there is none."""
        since = now_s - self.times.ended_s
        if 0 < interval_s <= since:
            return Reason.TIMER
        if used >= self.warm_up_at():
            return Reason.WARM_UP
        wait = interval_s - since if interval_s > 0 else math.inf
        if not self.times.warm:
            wait = min(wait, self._later(self.warm_up_at() - used))
        workers = self.limits.workers
        proactive = self.proactive_in_s(used, since, self.times.duration_s(workers) + self.young.duration_s(workers))
        return Reason.PROACTIVE if proactive <= 0 else min(wait, proactive)

    def minor(self, used: float, young_used: float, now_s: float, interval_s: float) -> Reason | float:
        """The reason for a minor collection, or for how long there is none."""
        limits = self.limits
        since = now_s - self.young.ended_s
        if 0 < interval_s <= since:
            return Reason.TIMER
        wait = interval_s - since if interval_s > 0 else math.inf
        small = young_used - 0.05 * limits.soft_max
        if small <= 0:
            return min(wait, self._later(-small))
        if self.times.trusted:
            ahead = self._minor_in_s(used, since)
            if ahead <= 0:
                return Reason.RATE
            wait = min(wait, ahead)
        left = self.free(used, limits.soft_max) - HIGH_USAGE * limits.soft_max
        return Reason.HIGH_USAGE if left <= 0 else min(wait, self._later(left))

    def _minor_in_s(self, used: float, since_s: float) -> float:
        """Until the soft or the hard allocation-rate rule asks for a collection."""
        limits = self.limits
        rules = ((1.0, limits.soft_max), (limits.tolerance, limits.capacity))
        ahead = math.inf
        for tolerance, capacity in rules if limits.dynamic else ((limits.tolerance, limits.soft_max),):
            found = self.demand(self.young, used, since_s, tolerance, capacity)
            until_full = found.until_s + self.young.duration_s(found.workers)
            slack = found.until_s - (_CLOSE * until_full if limits.dynamic else 0.0)
            if slack <= 0:
                return 0.0
            ahead = min(ahead, self._later(slack * found.rate))
        return ahead

    def old_pays(self, old_used: float, old_live: float, *, urgent: bool) -> bool:
        """Whether a minor collection had better be a major one (rule_major_allocation_rate)."""
        if not self.times.trusted:
            return False
        young_s = self.young.serial_s + self.young.parallel_s
        old_s = self.times.serial_s + self.times.parallel_s
        garbage = max(0.0, old_used - old_live)
        extra = young_s * garbage / max(self.young_freed, 1.0)
        cheaper = old_s / max(self.old_freed, 1.0) < young_s / max(self.young_freed, 1.0)
        return extra * self.minors_since_major > old_s or cheaper or urgent

    def urgent(self, used: float, young_used: float) -> bool:
        """Young is small and yet the heap is nearly full."""
        full = self.free(used, self.limits.soft_max) <= HIGH_USAGE * self.limits.soft_max
        return young_used <= 0.05 * self.limits.soft_max and full

    def _later(self, size: float) -> float:
        return max(self.LOOK_S / 4, 0.9 * size / self.rate.pace) if self.rate.pace else self.LOOK_S
