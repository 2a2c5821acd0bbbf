"""Number sequences by which the concurrent collectors predict (numberSeq.cpp): decaying and over the last samples."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class DecayingSequence:
    """AbsSeq: a decaying average and variance in which the newest value weighs `weight`.

    HotSpot's alpha is the weight of the newest value from release 17 on, and of the past before (numberSeq.cpp).
    """

    weight: float
    average: float = 0.0
    variance: float = 0.0
    count: int = 0

    def add(self, value: float) -> None:
        """Takes in one value."""
        if not self.count:
            self.average, self.variance = value, 0.0
        else:
            off = value - self.average
            self.average += self.weight * off
            self.variance = (1 - self.weight) * (self.variance + self.weight * off * off)
        self.count += 1

    def upper(self, deviations: float) -> float:
        """The average and so many standard deviations."""
        return self.average + deviations * math.sqrt(self.variance)


@dataclass(slots=True)
class RecentSequence:
    """TruncatedSeq: plain statistics of the last `length` values."""

    length: int
    values: deque[float] = field(init=False)
    _sum: float = 0.0
    _squares: float = 0.0

    def __post_init__(self) -> None:
        """Bounds the memory."""
        self.values = deque(maxlen=self.length)

    def add(self, value: float) -> None:
        """Takes in one value and forgets the oldest of a full sequence."""
        if len(self.values) == self.length:
            oldest = self.values[0]
            self._sum -= oldest
            self._squares -= oldest * oldest
        self.values.append(value)
        self._sum += value
        self._squares += value * value

    def fill(self, value: float) -> None:
        """As if nothing but this value had been seen."""
        self.values = deque([value] * self.length, maxlen=self.length)
        self._sum, self._squares = value * self.length, value * value * self.length

    @property
    def total(self) -> float:
        """Their sum."""
        return max(0.0, self._sum)

    @property
    def average(self) -> float:
        """Their mean; 0 without any."""
        return self.total / len(self.values) if self.values else 0.0

    @property
    def deviation(self) -> float:
        """Their standard deviation, as of a whole population."""
        if not self.values:
            return 0.0
        mean = self._sum / len(self.values)
        return math.sqrt(max(0.0, self._squares / len(self.values) - mean * mean))

    def predicted(self) -> float:
        """The next value on the straight line through them (TruncatedSeq::predict_next)."""
        count = len(self.values)
        if count < 2:
            return self.average
        middle = (count - 1) / 2
        slope = sum((place - middle) * value for place, value in enumerate(self.values))
        slope /= count * (count * count - 1) / 12
        return self.average + slope * (count - middle)
