"""What may be varied: choices and ranges, some of which matter for some choices only. Points are plain tuples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Value = str | int | float
Point = tuple[Value, ...]
"""One value per dimension, in order."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words. `only` names the values of the first dimension that it matters for; empty is all."""

    name: str
    values: tuple[str, ...]
    only: frozenset[str] = frozenset()

    @property
    def neutral(self) -> Value:
        """What stands for the dimension where it does not matter."""
        return self.values[0]

    def contains(self, value: Value) -> bool:
        """Whether a value is one of the words."""
        return value in self.values

    def at(self, share: float) -> Value:
        """The value at a share from 0 (the first) to below 1."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    def moved(self, value: Value, step: float) -> Value:
        """Another word: the next one, or the one before for a negative step."""
        place = self.values.index(str(self.clip(value))) + (1 if step >= 0 else -1)
        return self.values[place % len(self.values)]

    def clip(self, value: Value) -> Value:
        """The value itself where it is one of the words, else the first."""
        return value if value in self.values else self.values[0]


@dataclass(frozen=True, slots=True)
class Span:
    """A range of numbers, both ends within it; `log` spreads it evenly over orders of magnitude."""

    name: str
    low: float
    high: float
    log: bool = False
    whole: bool = False
    only: frozenset[str] = frozenset()

    @property
    def neutral(self) -> Value:
        """What stands for the dimension where it does not matter."""
        return self.clip(self.low)

    def contains(self, value: Value) -> bool:
        """Whether a number is in the range, and whole where it has to be."""
        if isinstance(value, str) or (self.whole and not isinstance(value, int)):
            return False
        return self.low <= value <= self.high

    def at(self, share: float) -> Value:
        """The value at a share from 0 (the low end) to 1."""
        if self.log:
            return self.clip(self.low * (self.high / self.low) ** share)
        if self.whole:
            return self.clip(math.floor(self.low + share * (self.high - self.low + 1)))
        return self.clip(self.low + share * (self.high - self.low))

    def moved(self, value: Value, step: float) -> Value:
        """The value a share of the range further on; a whole number moves by one at least."""
        number = float(self.low if isinstance(value, str) else value)
        moved = number * (self.high / self.low) ** step if self.log else number + step * (self.high - self.low)
        if self.whole and round(moved) == number:
            moved = number + math.copysign(1, step)
        return self.clip(moved)

    def clip(self, value: Value) -> Value:
        """The nearest value in the range; the low end for what is no number."""
        number = self.low if isinstance(value, str) else min(max(float(value), self.low), self.high)
        return min(max(round(number), math.ceil(self.low)), math.floor(self.high)) if self.whole else number


Dimension = Choice | Span


def point_at(dimensions: Sequence[Dimension], shares: Sequence[float]) -> Point:
    """The point at shares from 0 to below 1 of every dimension."""
    return canonical(dimensions, tuple(d.at(share) for d, share in zip(dimensions, shares, strict=True)))


def canonical(dimensions: Sequence[Dimension], point: Point) -> Point:
    """The point with the neutral value where a dimension does not matter, so that equal programs are equal points."""
    first = point[0]
    return tuple(
        d.neutral if d.only and first not in d.only else value for d, value in zip(dimensions, point, strict=True)
    )


def contains(dimensions: Sequence[Dimension], point: Point) -> bool:
    """Whether a point has a legal value for every dimension."""
    return len(point) == len(dimensions) and all(d.contains(v) for d, v in zip(dimensions, point, strict=True))
