"""Replay: how a program's allocation, survival and costs vary in time, as the log of a run showed them.

A factor says how far a stretch of the log differs from the mean of the model. Beyond the end of the log the program
goes on as in its later half.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from advisor.model.profile import Timeline
from advisor.model.quantities import MIB
from advisor.simulate.mutator import Phase

_FEW = 1e-3
"""Seconds of running time below which a stretch has no rate of its own."""
_MOST = 20.0
"""Largest factor of a stretch."""


@dataclass(frozen=True, slots=True)
class Track:
    """A factor that changes from stretch to stretch; `after` is that of later times."""

    ends: tuple[float, ...]
    factors: tuple[float, ...]
    sums: tuple[float, ...]
    after: float = 1.0

    @classmethod
    def of(cls, ends: Sequence[float], factors: Sequence[float]) -> Track:
        """A track from the ends of its stretches (seconds)."""
        starts = (0.0, *ends)
        lengths = [b - a for a, b in pairwise(starts)]
        sums = (0.0, *accumulate(f * d for f, d in zip(factors, lengths, strict=True)))
        half = len(factors) // 2
        weight = sum(lengths[half:])
        after = sum(f * d for f, d in zip(factors[half:], lengths[half:], strict=True)) / weight if weight else 1.0
        return cls(tuple(ends), tuple(factors), sums, after)

    def _sum(self, at: float) -> float:
        index = bisect_right(self.ends, at)
        if index >= len(self.ends):
            return self.sums[-1] + self.after * (at - self.ends[-1])
        start = self.ends[index - 1] if index else 0.0
        return self.sums[index] + self.factors[index] * (at - start)

    def mean(self, start: float, end: float) -> float:
        """The mean factor between two moments."""
        if end - start < 1e-9:
            index = bisect_right(self.ends, end)
            return self.factors[index] if index < len(self.factors) else self.after
        return (self._sum(end) - self._sum(start)) / (end - start)


def ends(timeline: Timeline) -> tuple[float, ...]:
    """When each stretch ends, in seconds of running time."""
    return tuple(accumulate(timeline.running_s))


def phases(
    timeline: Timeline, logged_s: float, rate: float, retained: float, survival: Sequence[float] | None
) -> tuple[Phase, ...]:
    """The program's phases: rate and survival as factors of the model's, retained bytes a second.

    `logged_s` is the running time of the log, of which no collection saw the last moments. The last phase goes on.
    """
    factors = survival or [1.0] * len(timeline.running_s)
    kept = retained_by_stretch(timeline, retained)
    found: list[Phase] = []
    now = 0.0
    for seconds, allocated, factor, stays in zip(timeline.running_s, timeline.allocated_mb, factors, kept, strict=True):
        if seconds < 1e-9:
            continue
        now += seconds
        pace = allocated * MIB / seconds
        found.append(Phase(now, min(pace / rate, _MOST * 5), factor, stays / seconds))
    if found:
        found += _rest(timeline, logged_s, rate, factors)
    return tuple(found)


def _rest(timeline: Timeline, logged_s: float, rate: float, factors: Sequence[float]) -> list[Phase]:
    """After its last collection the program goes on as in the later half, but until the log ends it fills no eden."""
    half = len(factors) // 2
    seconds = sum(timeline.running_s[half:])
    pace = sum(timeline.allocated_mb[half:]) * MIB / seconds if seconds > _FEW else rate
    survival = Track.of(ends(timeline), factors).after
    now = sum(timeline.running_s)
    goes_on = Phase(max(now, logged_s) + 1.0, min(pace / rate, _MOST), survival, 0.0)
    if logged_s - now < _FEW:
        return [goes_on]
    usual = sum(timeline.allocated_mb[half:]) * MIB / max(1, sum(timeline.collections[half:]))
    slower = min(goes_on.rate, usual / 2 / (logged_s - now) / rate)
    return [Phase(logged_s, slower, survival, 0.0), goes_on]


def retained_by_stretch(timeline: Timeline, retained: float) -> list[float]:
    """Bytes allocated in each stretch that live on: as the least that the old generation holds from then on grows.

    What was promoted after the last collection of old need not live: none of it counts, unless there was none at all.
    """
    least = _least_from_then_on(timeline.old_mb)
    whole = least[-1] if least else 0.0
    if whole <= 0:
        seconds = sum(timeline.running_s) or 1.0
        return [retained * s / seconds for s in timeline.running_s]
    return [retained * (b - a) / whole for a, b in pairwise((0.0, *least))]


def _least_from_then_on(old_mb: Sequence[float | None]) -> list[float]:
    """The smallest size of old at each stretch or later, at most what the last collection of old left."""
    least = [math.inf if old is None else old for old in old_mb]
    drops = [b for a, b in pairwise([old for old in old_mb if old is not None]) if b < a]
    bound = drops[-1] if drops else math.inf
    for index in range(len(least) - 1, -1, -1):
        bound = min(bound, least[index])
        least[index] = bound
    return [0.0 if math.isinf(value) else value for value in least]
