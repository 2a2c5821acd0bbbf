"""PSAdaptiveSizePolicy: how Parallel adapts eden, survivor spaces and the tenuring threshold.

Source: HotSpot psAdaptiveSizePolicy.cpp and adaptiveSizePolicy.cpp, alike in releases 8 to 25. Left out: the
slopes of pause over size, taken as they usually are: smaller spaces have shorter pauses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from advisor.jvm.heap_sizing import align_up
from advisor.model.quantities import KIB
from advisor.simulate.estimators import PaddedAverage, WeightedAverage

UNIT = 512 * KIB
"""Alignment of Parallel's spaces."""
_READY = 5
"""AdaptiveSizePolicyReadyThreshold: young collections before survivors, threshold and footprint adapt."""
_TOLERANCE = 1.10
"""ThresholdTolerance: how unequal the costs of young and full collections may be."""
_MAJOR_AGES_AFTER = 10
"""AdaptiveSizeMajorGCDecayTimeScale: average intervals after which the cost of full collections fades."""


@dataclass(frozen=True, slots=True)
class SizeFlags:
    """The flags that steer the policy. Times in seconds, changes in percent."""

    max_threshold: int
    pause_goal_s: float
    time_ratio: int
    increment: int = 20
    supplement: int = 80
    supplement_decay: int = 8
    promo_increment: int = 20
    promo_supplement: int = 80
    promo_supplement_decay: int = 2
    decrease_scale: int = 4
    min_survivor_ratio: int = 3
    weight: int = 10
    time_weight: int = 25
    footprint: bool = True


@dataclass(slots=True)
class SizePolicy:
    """Running averages and the sizes that follow from them."""

    flags: SizeFlags
    eden: float
    """Desired size."""
    survivor: float
    threshold: int
    promo: float
    """Desired free room of the old generation."""
    survived: PaddedAverage = field(init=False)
    minor_cost: WeightedAverage = field(init=False)
    major_cost: WeightedAverage = field(init=False)
    minor_pause: PaddedAverage = field(init=False)
    major_pause: PaddedAverage = field(init=False)
    major_interval: WeightedAverage = field(init=False)
    since_major_s: float = 0.0
    minor_count: int = 0
    major_count: int = 0
    _supplement: int = field(init=False)
    _promo_supplement: int = field(init=False)

    def __post_init__(self) -> None:
        time_weight = self.flags.time_weight
        self.survived = PaddedAverage(self.flags.weight, 3)
        self.minor_cost, self.major_cost = WeightedAverage(time_weight), WeightedAverage(time_weight)
        self.minor_pause, self.major_pause = PaddedAverage(time_weight, 1), PaddedAverage(time_weight, 1)
        self.major_interval = WeightedAverage(time_weight)
        self._supplement, self._promo_supplement = self.flags.supplement, self.flags.promo_supplement

    @property
    def ready(self) -> bool:
        """Whether enough young collections were seen."""
        return self.minor_count >= _READY

    def minor(self, pause_s: float, interval_s: float, survived: float) -> None:
        """Takes in a young collection; `survived` includes promotion where survivors overflowed."""
        self.minor_count += 1
        self.since_major_s += pause_s + interval_s
        self.minor_cost.sample(_cost(pause_s, interval_s))
        self.minor_pause.sample(pause_s)
        self.survived.sample(survived)

    def major(self, pause_s: float) -> None:
        """Takes in a full collection; its interval runs since the last one."""
        self.major_cost.sample(_cost(pause_s, self.since_major_s))
        self.major_interval.sample(self.since_major_s)
        self.major_pause.sample(pause_s)
        self.major_count += 1
        self.since_major_s = 0.0

    def adapt_promo(self, most: float) -> None:
        """compute_old_gen_free_space after a full collection; `most` is what the old generation has room for."""
        minor, major = self.minor_cost.average, self.major_cost.average
        if max(self.minor_pause.padded, self.major_pause.padded) > self.flags.pause_goal_s:
            if self.major_pause.padded > self.minor_pause.padded:
                self.promo -= self.promo * self._decrease
        elif minor + major > 1 / (1 + self.flags.time_ratio):
            percent = self.flags.promo_increment + self._promo_supplement
            self.promo += self.promo * percent / 100 * (major / (minor + major))
            if self.major_count % self.flags.promo_supplement_decay == 0:
                self._promo_supplement //= 2
        elif self.flags.footprint and self.ready:
            self.promo -= self.promo * self._decrease * self.promo / (self.eden + self.promo)
        self.promo = min(max(align_up(self.promo, UNIT), UNIT), max(most, UNIT))

    def adapt_survivors(self, young_max: float, *, overflow: bool) -> None:
        """compute_survivor_space_size_and_threshold."""
        minor, major = self.minor_cost.average, self.major_cost.average
        down = not overflow and minor > major * _TOLERANCE
        up = not overflow and major > minor * _TOLERANCE
        limit = max(young_max // max(self.flags.min_survivor_ratio, 1) // UNIT * UNIT, UNIT)
        target = max(align_up(self.survived.padded, UNIT), UNIT)
        if down or (not up and (overflow or target > limit)):
            self.threshold = max(self.threshold - 1, 1)
        elif up:
            self.threshold = min(self.threshold + 1, self.flags.max_threshold)
        self.survivor = min(target, limit)

    def adapt_eden(self, largest: float) -> None:
        """compute_eden_space_size after a young collection; `largest` is what the survivor spaces leave."""
        current = self.eden
        gc_cost = self.minor_cost.average + self._faded_major_cost()
        if max(self.minor_pause.padded, self.major_pause.padded) > self.flags.pause_goal_s:
            if self.minor_pause.padded > self.major_pause.padded:
                self.eden -= self.eden * self._decrease
        elif gc_cost > 1 / (1 + self.flags.time_ratio):
            self._grow_for_throughput()
        elif self.flags.footprint and self.ready:
            self.eden -= self.eden * self._decrease * self.eden / (self.eden + self.promo)
        self.eden = max(align_up(self.eden, UNIT), UNIT)
        if self.eden > largest:
            self.eden = max(largest, min(current, largest))

    @property
    def _decrease(self) -> float:
        return self.flags.increment / self.flags.decrease_scale / 100

    def _grow_for_throughput(self) -> None:
        minor, major = self.minor_cost.average, self.major_cost.average
        share = minor / (minor + major) if minor + major else 0.0
        self.eden += self.eden * (self.flags.increment + self._supplement) / 100 * share
        if self.ready and self.minor_count % self.flags.supplement_decay == 0:
            self._supplement //= 2

    def _faded_major_cost(self) -> float:
        """decaying_major_gc_cost: full collections long past count for less."""
        interval = self.major_interval.average * _MAJOR_AGES_AFTER
        if interval and self.since_major_s > interval:
            return self.major_cost.average * interval / self.since_major_s
        return self.major_cost.average


def _cost(pause_s: float, interval_s: float) -> float:
    whole = pause_s + interval_s
    return pause_s / whole if whole > 0 and math.isfinite(whole) else 0.0
