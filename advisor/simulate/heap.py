"""The heap in numbers: what young and old hold, who survives a young collection, and where it goes.

Objects of one age are one vector of live bytes by lifetime component. Survivors were all live when they were copied, so
the bytes an age occupies are the sum of its vector at that time; garbage since then is the difference.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from advisor.simulate.mutator import Filling, Vector

MAX_AGE = 15
"""Four bits of the mark word hold the age (markWord.hpp)."""


@dataclass(slots=True)
class Old:
    """The old generation: capacity is what is committed, `limit` what it may grow to."""

    capacity: float
    limit: float
    used: float = 0.0
    live: Vector = field(default_factory=list)

    @property
    def free(self) -> float:
        """Bytes that can still be promoted, growth included."""
        return self.limit - self.used

    def take(self, vector: Vector, occupied: float) -> None:
        """Takes in promoted objects."""
        self.live = list(map(operator.add, self.live, vector))
        self.used += occupied

    def age(self, decay: Vector) -> None:
        """Lets time pass."""
        self.live = list(map(operator.mul, self.live, decay))


@dataclass(slots=True)
class Young:
    """The young generation: what eden took since the last collection, and the survivors by age (index 0 is age 1)."""

    eden: float
    """Capacity of eden."""
    survivor: float
    """Capacity of one survivor space."""
    filling: Filling
    ages: list[Vector] = field(default_factory=list)
    survivors_used: float = 0.0

    @property
    def used(self) -> float:
        """Occupied bytes of eden and survivors."""
        return self.filling.used + self.survivors_used

    @property
    def capacity(self) -> float:
        """Eden and both survivor spaces."""
        return self.eden + 2 * self.survivor

    @property
    def room(self) -> float:
        """What eden can still take."""
        return max(0.0, self.eden - self.filling.used)

    def age(self, decay: Vector) -> None:
        """Lets time pass for the survivors; what fills eden is kept up to date while it fills."""
        self.ages = [list(map(operator.mul, vector, decay)) for vector in self.ages]

    def live(self) -> Vector:
        """Everything in the young generation that still lives."""
        return add([self.filling.live, *self.ages], len(self.filling.live))


class Evacuation(NamedTuple):
    """The outcome of a young collection, before it is put in place."""

    staying: list[Vector]
    leaving: Vector
    copied: float
    promoted: float
    overflow: bool


def evacuate(young: Young, threshold: int) -> Evacuation:
    """Who stays and who is promoted: ages below the threshold are copied while to-space has room.

    Which objects overflow is a matter of the order of traversal, so overflow thins all ages alike.
    """
    cohorts = [young.filling.live, *young.ages]
    staying, old_enough = cohorts[:threshold], cohorts[threshold:]
    leaving = add(old_enough, len(young.filling.live))
    total = sum(map(sum, staying))
    if total <= young.survivor:
        return Evacuation(staying, leaving, total, sum(leaving), overflow=False)
    keep = young.survivor / total
    spilled = [live * (1 - keep) for live in add(staying, len(leaving))]
    leaving = [a + b for a, b in zip(leaving, spilled, strict=True)]
    staying = [[live * keep for live in vector] for vector in staying]
    return Evacuation(staying, leaving, young.survivor, sum(leaving), overflow=True)


def tenuring_threshold(age_bytes: Iterable[float], survivor_capacity: float, target_ratio: float, maximum: int) -> int:
    """The age at which objects are promoted next time (ageTable.cpp, compute_tenuring_threshold).

    It is the smallest age whose cumulative bytes exceed the desired share of a survivor space, at most `maximum`.
    """
    desired = survivor_capacity * target_ratio / 100
    total = 0.0
    for age, size in enumerate(age_bytes, 1):
        total += size
        if total > desired:
            return min(age, maximum)
    return maximum


def add(vectors: Sequence[Vector], width: int) -> Vector:
    """The sum of vectors."""
    total = [0.0] * width
    for vector in vectors:
        total = list(map(operator.add, total, vector))
    return total
