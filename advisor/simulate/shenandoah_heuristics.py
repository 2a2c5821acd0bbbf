"""When Shenandoah begins a cycle and which regions it evacuates: its heuristics, release by release.

Sources: HotSpot shenandoahHeuristics.cpp, shenandoahAdaptiveHeuristics.cpp, shenandoahStaticHeuristics.cpp,
shenandoahCompactHeuristics.cpp, shenandoahAggressiveHeuristics.cpp.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from advisor.simulate.concurrent import Pages
from advisor.simulate.sequences import DecayingSequence, RecentSequence

POLL_S = 0.005
"""The control thread looks every 1 to 10 ms (ShenandoahControlIntervalMin, ShenandoahControlIntervalMax)."""
SAMPLE_S = 0.1
_DECAY = 0.5
"""ShenandoahAdaptiveDecayFactor."""
_LEAST, _MOST, _FIRST = 0.319, 3.291, 1.8
"""Bounds of the margins of error in standard deviations, and where they begin."""
_DEGENERATED, _FULL = 0.1, 0.2
_Z = 0.5
_ATTENUATION = 100.0


class Trigger(StrEnum):
    """Why a cycle begins, in the words of the log."""

    FREE = "Free is below minimum threshold"
    LEARNING = "Learning"
    RATE = "Average GC time is above the time for average allocation rate"
    SPIKE = "Average GC time is above the time for instantaneous allocation rate"
    ALLOCATED = "Allocated since last cycle is larger than allocation threshold"
    INTERVAL = "Time since last GC is larger than guaranteed interval"
    ALWAYS = "Start next cycle immediately"
    ASKED = "asked for"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the flags say, percentages of the soft maximum of the heap."""

    heuristics: str
    capacity: float
    min_free: float
    init_free: float
    spike: float
    learning: int
    allocated: float
    guaranteed_s: float
    jdk: int


@dataclass(slots=True)
class Heuristics:
    """Adaptive heuristics with what they learn; the simpler ones use parts of it."""

    settings: Settings
    margin: float = _FIRST
    spike_margin: float = _FIRST
    penalties: float = 0.0
    learned: int = 0
    ended_s: float = 0.0
    trigger: Trigger = Trigger.ASKED
    _cycles: DecayingSequence = field(default_factory=lambda: DecayingSequence(_DECAY))
    _recent_cycles: RecentSequence = field(default_factory=lambda: RecentSequence(10))
    _rate: DecayingSequence = field(default_factory=lambda: DecayingSequence(_DECAY))
    _rates: RecentSequence = field(default_factory=lambda: RecentSequence(100))
    _averages: DecayingSequence = field(default_factory=lambda: DecayingSequence(_DECAY))
    _available: RecentSequence = field(default_factory=lambda: RecentSequence(10))
    _size: float = 0.0
    _seconds: float = 0.0

    @property
    def pace(self) -> float:
        """Mean bytes a second that were measured; 0 before anything was."""
        return self._rates.average

    def sample(self, size: float, seconds: float) -> None:
        """What the program allocated while no cycle ran, ten samples a second."""
        self._size += size
        self._seconds += seconds
        if self._seconds < SAMPLE_S:
            return
        rate = self._size / self._seconds
        for _ in range(min(int(self._seconds / SAMPLE_S + 1e-9), 20)):
            self._rate.add(rate)
            self._rates.add(rate)
            self._averages.add(self._rates.average)
        self._size = self._seconds = 0.0

    def restart(self) -> None:
        """A cycle begins: what was allocated since the last sample counts as none."""
        self._size = self._seconds = 0.0

    def decide(self, available: float, allocated: float, now_s: float) -> Trigger | float:
        """The trigger that fires, or for how many seconds none can."""
        flags = self.settings
        percent = flags.capacity / 100
        free = available - flags.min_free * percent
        if flags.heuristics == "aggressive":
            return Trigger.ALWAYS
        if free < 0:
            return Trigger.FREE
        waits = [self._later(free)]
        if flags.heuristics == "adaptive":
            if self.learned < flags.learning:
                left = available - flags.init_free * percent
                if left < 0:
                    return Trigger.LEARNING
                waits.append(self._later(left))
            found = self._by_rate(available, allocated, now_s)
            if isinstance(found, Trigger):
                return found
            waits.append(found)
        elif flags.heuristics == "compact":
            left = flags.allocated * percent - allocated
            if left <= 0:
                return Trigger.ALLOCATED
            waits.append(self._later(left))
        if flags.guaranteed_s > 0:
            left = self.ended_s + flags.guaranteed_s - now_s
            if left <= 0:
                return Trigger.INTERVAL
            waits.append(left)
        return max(POLL_S, min(waits))

    def _by_rate(self, available: float, allocated: float, now_s: float) -> Trigger | float:
        """Whether a cycle would last longer than the headroom does."""
        flags = self.settings
        headroom = max(0.0, available - (flags.spike + self.penalties) * flags.capacity / 100)
        if flags.jdk <= 11:
            since = max(now_s - self.ended_s, 1e-3)
            slack = headroom - self._recent_cycles.average * allocated / since
            return Trigger.RATE if slack < 0 else self._later(slack)
        cycle_s = self._cycles.upper(self.margin)
        bound = self._rate.average + self._averages.upper(self.margin) - self._averages.average
        slack = headroom - cycle_s * bound
        if slack < 0:
            return Trigger.RATE
        return Trigger.SPIKE if self._spiking(cycle_s, headroom) else self._later(slack)

    def _spiking(self, cycle_s: float, headroom: float) -> bool:
        if self._seconds <= 0 or not self._rates.deviation:
            return False
        rate = self._size / self._seconds
        return (rate - self._rates.average) / self._rates.deviation > self.spike_margin and cycle_s * rate > headroom

    def _later(self, size: float) -> float:
        """When to look again while so many bytes are left."""
        return min(0.9 * size / self.pace, 10.0) if self.pace else POLL_S

    # What cycles teach

    def succeeded(self, seconds: float, available: float, now_s: float) -> None:
        """A concurrent cycle ended."""
        self._learn(seconds, now_s)
        self.penalties = max(0.0, self.penalties - 1)
        if self.settings.heuristics != "adaptive":
            return
        self._available.add(available)
        deviation = self._available.deviation
        score = (available - self._available.average) / deviation if deviation else 0.0
        if abs(score) <= _Z:
            return
        if self.trigger is Trigger.RATE:
            self.margin = _bounded(self.margin - score / _ATTENUATION)
        elif self.trigger is Trigger.SPIKE:
            self.spike_margin = _bounded(self.spike_margin + score / _ATTENUATION)

    def degenerated(self, now_s: float) -> None:
        """A cycle had to be finished while the program was stopped."""
        self.ended_s = now_s
        self._punish(10.0, _DEGENERATED)

    def full(self, now_s: float) -> None:
        """A full collection was needed."""
        self.ended_s = now_s
        self._punish(20.0, _FULL)

    def _learn(self, seconds: float, now_s: float) -> None:
        self.ended_s = now_s
        self.learned += 1
        self._cycles.add(seconds)
        self._recent_cycles.add(seconds)

    def _punish(self, percent: float, deviations: float) -> None:
        self.penalties = min(100.0, self.penalties + percent)
        self.margin = _bounded(self.margin + deviations)
        self.spike_margin = _bounded(self.spike_margin - deviations)


def _bounded(margin: float) -> float:
    return min(max(margin, _LEAST), _MOST)


def collection_set(
    groups: Sequence[Pages], most_live: float, least_garbage: float, threshold_percent: float
) -> list[tuple[Pages, float]]:
    """Groups and shares of them to evacuate, by garbage: what fits the reserve and is worth it."""
    chosen: list[tuple[Pages, float]] = []
    live = garbage = 0.0
    for group in sorted(groups, key=lambda g: -g.garbage_share):
        if group.used <= 0:
            continue
        if garbage >= least_garbage and group.garbage_share * 100 <= threshold_percent:
            break
        share = 1.0 if group.marked <= 0 else min(1.0, (most_live - live) / group.marked)
        if group.garbage_share * 100 <= threshold_percent and group.garbage > 0:
            share = min(share, (least_garbage - garbage) / group.garbage)
        if share <= 0 or math.isnan(share):
            break
        chosen.append((group, share))
        live += group.marked * share
        garbage += group.garbage * share
        if share < 1:
            break
    return chosen
