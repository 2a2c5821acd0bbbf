"""The running averages by which HotSpot's policies decide (gcUtil.hpp): their exact form makes the dynamics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class WeightedAverage:
    """AdaptiveWeightedAverage: a plain mean for the first samples, then exponential smoothing of `weight` percent."""

    weight: int
    average: float = 0.0
    count: int = 0

    def sample(self, value: float) -> None:
        """Takes in one value."""
        self.count += 1
        weight = self.weight if self.count > 100 else max(self.weight, 100 // self.count)
        self.average += (value - self.average) * weight / 100


@dataclass(slots=True)
class PaddedAverage:
    """AdaptivePaddedAverage: the average plus `padding` times the smoothed deviation from it."""

    weight: int
    padding: int
    skip_zero_deviation: bool = False
    """AdaptivePaddedNoZeroDevAverage: zeros count in the average but not in the deviation."""
    average: float = 0.0
    deviation: float = 0.0
    count: int = 0

    def sample(self, value: float) -> None:
        """Takes in one value."""
        self.count += 1
        weight = self.weight if self.count > 100 else max(self.weight, 100 // self.count)
        self.average += (value - self.average) * weight / 100
        if value or not self.skip_zero_deviation:
            self.deviation += (abs(value - self.average) - self.deviation) * weight / 100

    @property
    def padded(self) -> float:
        """The estimate that is safe with some likelihood."""
        return self.average + self.padding * self.deviation
