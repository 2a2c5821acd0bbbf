"""What ZGC measures to predict: the rate of allocation and the lengths of its cycles (zStat.cpp)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

from advisor.simulate.sequences import DecayingSequence, RecentSequence

ONE_IN_1000 = 3.290527
"""Standard deviations that one value in a thousand exceeds."""
SAMPLE_S = 0.1
"""The classic director samples and decides ten times a second."""
_SAMPLES = 10
_GRANULES, _GENERATIONAL_SAMPLES = 128, 100
_PAGE = 2 << 20
WARM_UPS = 3


class AllocationRate(Protocol):
    """The rate of allocation as a director sees it, bytes a second."""

    def sample(self, size: float, seconds: float) -> None:
        """So many bytes were allocated in so long."""
        ...

    @property
    def seen(self) -> RecentSequence:
        """The values that the rules use."""
        ...

    @property
    def pace(self) -> float:
        """The plain mean of what was measured; 0 before anything was."""
        ...


@dataclass(slots=True)
class SampledRate:
    """Sums over the last second, ten times a second: classic ZGC."""

    seen: RecentSequence = field(default_factory=lambda: RecentSequence(_SAMPLES))
    _parts: RecentSequence = field(default_factory=lambda: RecentSequence(_SAMPLES))
    _size: float = 0.0
    _seconds: float = 0.0

    @property
    def pace(self) -> float:
        """The mean of the samples, as bytes a second."""
        return self._parts.average / SAMPLE_S

    def sample(self, size: float, seconds: float) -> None:
        """What was allocated in a stretch is spread evenly over the samples that fall into it."""
        self._size += size
        self._seconds += seconds
        count = int(self._seconds / SAMPLE_S + 1e-9)
        if not count:
            return
        each = self._size * SAMPLE_S / self._seconds
        if count >= 2 * _SAMPLES:
            self._parts.fill(each)
            self.seen.fill(each * _SAMPLES)
        else:
            for _ in range(count):
                self._parts.add(each)
                self.seen.add(self._parts.total)
        self._size -= each * count
        self._seconds -= SAMPLE_S * count


@dataclass(slots=True)
class GranuleRate:
    """Sums over the last hundred granules of soft max / 128: generational ZGC."""

    granule: float
    seen: RecentSequence = field(default_factory=lambda: RecentSequence(_GENERATIONAL_SAMPLES))
    _times: RecentSequence = field(default_factory=lambda: RecentSequence(_GENERATIONAL_SAMPLES))
    _size: float = 0.0
    _seconds: float = 0.0

    @classmethod
    def of(cls, soft_max: float) -> GranuleRate:
        """For a soft maximum of the heap."""
        return cls(math.ceil(soft_max / _GRANULES / _PAGE) * _PAGE)

    @property
    def pace(self) -> float:
        """The mean over the granules, or over the part of the first one that was seen."""
        if not self._times.values:
            return self._size / self._seconds if self._seconds else 0.0
        return self.granule / self._times.average

    def sample(self, size: float, seconds: float) -> None:
        """What was allocated in a stretch is spread evenly over the granules that fall into it."""
        self._size += size
        self._seconds += seconds
        count = int(self._size / self.granule + 1e-9)
        if not count or self._seconds <= 0:
            return
        each_s = self._seconds * self.granule / self._size
        if count >= 2 * _GENERATIONAL_SAMPLES:
            self._times.fill(each_s)
            self.seen.fill(self.granule / each_s)
        else:
            for _ in range(count):
                self._times.add(each_s)
                self.seen.add(self.granule * len(self._times.values) / self._times.total)
        self._size -= count * self.granule
        self._seconds = max(0.0, self._seconds - count * each_s)


@dataclass(slots=True)
class CycleTimes:
    """Serial time and thread seconds of the cycles of one generation (ZStatCycle)."""

    serial: DecayingSequence
    parallel: DecayingSequence
    warm_ups: int = 0
    ended_s: float = 0.0
    last_workers: float = 0.0

    @classmethod
    def of(cls, jdk: int) -> CycleTimes:
        """Alpha is 0.7: the weight of the newest cycle, in release 11 that of the past."""
        weight = 0.3 if jdk <= 11 else 0.7
        return cls(DecayingSequence(weight), DecayingSequence(weight))

    def record(self, now_s: float, serial_s: float, thread_s: float, workers: float, *, warm_up: bool) -> None:
        """A cycle ended."""
        self.ended_s = now_s
        self.last_workers = workers
        self.serial.add(serial_s)
        self.parallel.add(thread_s)
        if warm_up and self.warm_ups < WARM_UPS:
            self.warm_ups += 1

    @property
    def trusted(self) -> bool:
        """Whether times may be predicted from: after the first warm-up cycle."""
        return self.warm_ups > 0

    @property
    def warm(self) -> bool:
        """Whether all warm-up cycles are done."""
        return self.warm_ups >= WARM_UPS

    @property
    def serial_s(self) -> float:
        """Serial time that a cycle hardly exceeds."""
        return self.serial.upper(ONE_IN_1000)

    @property
    def parallel_s(self) -> float:
        """Thread seconds that a cycle hardly exceeds."""
        return self.parallel.upper(ONE_IN_1000)

    def duration_s(self, workers: float) -> float:
        """A cycle with so many workers."""
        return self.serial_s + self.parallel_s / max(workers, 1.0)
