"""How G1 decides: predictions, the size of the young generation, when to mark, which old regions to evacuate.

Sources: HotSpot g1Predictions.hpp, g1Analytics.cpp, g1Policy.cpp, g1YoungGenSizer.cpp, g1IHOPControl.cpp,
g1HeapSizingPolicy.cpp, g1CollectionSetCandidates.cpp of JDK 11 to 25; JDK 8 is read from its source alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from advisor.model.quantities import MIB

_NEWEST = 0.3
"""Weight of the newest sample in a decaying average."""
_KEPT = 10
"""Samples that the plain figures are taken over."""
_COPY_PRIOR_S_PER_BYTE = (6e-8, 3e-8, 3e-8, 1.5e-8, 1.5e-8, 1e-8, 1e-8, 9e-9)
_REGION_PRIOR_S = (3e-4, 2e-4, 2e-4, 1.5e-4, 1.5e-4, 1.2e-4, 1.2e-4, 1e-4)
_OTHER_PRIOR_S = 5e-3
"""What a JVM that has not yet collected takes a byte, a young region and the rest of a pause for, by workers."""
_FIRST_SURVIVAL = 0.4
_FORGETS_PRIORS = 25
"""The release from which real samples take the place of the priors; before, the priors fade."""
_ADAPTIVE_SAMPLES = 3
"""G1AdaptiveIHOPNumInitialSamples."""
_IHOP_NEWEST = 0.05


@dataclass(slots=True)
class Predictor:
    """A decaying average with its spread (TruncatedSeq and G1Predictions): the prediction leans to the safe side."""

    confidence: float
    newest: float = _NEWEST
    average: float = 0.0
    variance: float = 0.0
    count: int = 0
    replaceable: bool = False
    """The first sample is a prior that the next one takes the place of."""
    unpadded: bool = False
    """The prior is taken as it is."""

    def sample(self, value: float) -> None:
        """Takes in one value."""
        if self.replaceable:
            self.count, self.replaceable = 0, False
        if not self.count:
            self.average = value
        else:
            off = value - self.average
            self.average += self.newest * off
            self.variance = (1 - self.newest) * (self.variance + off * self.newest * off)
        self.count += 1

    @property
    def predicted(self) -> float:
        """The average plus `confidence` deviations, more of them while samples are few."""
        deviation = math.sqrt(self.variance)
        if self.unpadded and self.replaceable:
            return self.average
        if self.count < 5:
            deviation = max(deviation, self.average * (5 - self.count) / 2)
        return self.average + self.confidence * deviation


def primed(confidence: float, prior: float, *, replaceable: bool) -> Predictor:
    """A predictor that begins with a prior as its first sample."""
    found = Predictor(confidence)
    found.sample(prior)
    found.replaceable = replaceable
    return found


@dataclass(slots=True)
class Costs:
    """What G1 believes a young collection costs."""

    workers: int
    confidence: float
    jdk: int
    per_byte: Predictor = field(init=False)
    per_region: Predictor = field(init=False)
    other: Predictor = field(init=False)
    survival: Predictor = field(init=False)
    """Share of eden that is copied."""

    def __post_init__(self) -> None:
        index = min(max(self.workers, 1), 8) - 1
        forgets = self.jdk >= _FORGETS_PRIORS
        self.per_byte = primed(self.confidence, _COPY_PRIOR_S_PER_BYTE[index], replaceable=forgets)
        self.per_region = primed(self.confidence, _REGION_PRIOR_S[index], replaceable=forgets)
        self.other = primed(self.confidence, _OTHER_PRIOR_S, replaceable=forgets)
        self.survival = primed(self.confidence, _FIRST_SURVIVAL, replaceable=True)
        self.survival.unpadded = True

    def affordable(self, budget_s: float, survivors: float, region: int) -> float:
        """Eden regions whose collection fits the budget beside the survivors, which are copied again."""
        left = budget_s - self.other.predicted - survivors * self.per_byte.predicted
        each = self.survival.predicted * region * self.per_byte.predicted + self.per_region.predicted
        return max(0.0, left / each)


@dataclass(frozen=True, slots=True)
class YoungBounds:
    """Least and most regions of the young generation, as shares of the heap or fixed by flags."""

    least_percent: float
    most_percent: float
    least_fixed: int | None = None
    most_fixed: int | None = None

    def of(self, regions: int) -> tuple[int, int]:
        """The bounds in a heap of so many regions."""
        least = self.least_fixed if self.least_fixed is not None else max(1, int(regions * self.least_percent / 100))
        most = self.most_fixed if self.most_fixed is not None else max(1, int(regions * self.most_percent / 100))
        return min(least, most), max(least, most)

    @property
    def fixed(self) -> bool:
        """Whether flags leave nothing to decide; pauses are then not predicted."""
        return self.least_fixed is not None and self.least_fixed == self.most_fixed


@dataclass(slots=True)
class MarkingStart:
    """The occupancy of old at which marking begins: a share of the heap, or what the past says is early enough."""

    percent: float
    adaptive: bool
    reserve_percent: float
    waste_percent: float
    marking: Predictor
    allocation: Predictor

    def threshold(self, capacity: float, maximum: float, young: float) -> float:
        """Bytes of old and humongous regions; `young` are those of the young generation at its desired size."""
        ready = min(self.marking.count, self.allocation.count) >= _ADAPTIVE_SAMPLES
        if not self.adaptive or not ready:
            return capacity * self.percent / 100
        most = maximum * (100 - self.reserve_percent - self.waste_percent) / 100
        target = min(most, capacity * (100 - self.waste_percent) / 100)
        needed = self.marking.predicted * self.allocation.predicted + young
        return max(0.0, target - needed)


def marking_start(
    percent: float, confidence: float, reserve_percent: float, waste_percent: float, *, adaptive: bool
) -> MarkingStart:
    """The control without samples; its averages move slowly."""
    marking, allocation = (Predictor(confidence, _IHOP_NEWEST) for _ in range(2))
    return MarkingStart(percent, adaptive, reserve_percent, waste_percent, marking, allocation)


@dataclass(slots=True)
class TimeShare:
    """Collection time over the last ten pauses, by which the heap grows (g1HeapSizingPolicy.cpp)."""

    goal: float
    """Share of time: 1 / (1 + GCTimeRatio)."""
    pauses: list[float] = field(default_factory=list)
    spans: list[float] = field(default_factory=list)
    exceeded: int = 0

    def growth(self, pause_s: float, running_s: float, capacity: float, maximum: float) -> float:
        """Bytes to grow by after a young collection."""
        self.pauses.append(pause_s)
        self.spans.append(running_s + pause_s)
        del self.pauses[:-_KEPT], self.spans[:-_KEPT]
        goal = self.goal
        if capacity <= maximum / 2:
            goal = max(goal * capacity / (maximum / 2), 0.01)
        recent = pause_s / max(running_s + pause_s, 1e-9)
        long_term = sum(self.pauses) / max(sum(self.spans), 1e-9)
        self.exceeded += recent > goal
        if self.exceeded < 4 and not (len(self.pauses) >= _KEPT and long_term > goal):
            return 0.0
        self.exceeded = 0
        self.pauses.clear()
        self.spans.clear()
        scale = min(max(0.2, (long_term - goal) / goal if goal else 1.0), 2.0)
        return max(min((maximum - capacity) * 0.2 * scale, capacity), 1.0 * MIB)
