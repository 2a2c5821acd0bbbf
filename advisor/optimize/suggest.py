"""The seam between a search and what proposes its next points."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from advisor.optimize.dimensions import Dimension, Point
from advisor.optimize.objective import Score
from advisor.optimize.pareto import Vector

AUGMENTATION = 0.05
"""Weight of the sum beside the maximum: a point that is only weakly dominated never ties with what beats it."""
_BROKEN = 1.1
"""Above every feasible value, which is at most 1 + AUGMENTATION."""
_FAILED = 2.2
"""Above every infeasible value, which is below _BROKEN + 1 + 0.1."""


class Suggester(Protocol):
    """Proposes points and learns what became of them. The same seed and the same answers give the same points."""

    def ask(self, count: int) -> list[Point]:
        """That many points of the space."""

    def tell(self, points: Sequence[Point], scores: Sequence[Score]) -> None:
        """What became of points, asked for or not, failures too."""


@dataclass(frozen=True, slots=True)
class SuggesterKind:
    """A suggester by its permanent name."""

    name: str
    about: str
    make: Callable[[Sequence[Dimension], int], Suggester]


def draw_weights(stream: random.Random, count: int) -> Vector:
    """Weights that add up to 1, uniform over all such."""
    parts = [stream.expovariate(1.0) for _ in range(count)]
    return tuple(part / sum(parts) for part in parts)


def chebyshev(scores: Sequence[Score], weights: Vector | None) -> list[float]:
    """One number per score, small is good: the augmented Chebyshev distance from the best seen on every axis.

    Without weights the cost itself, scaled to the same range. Broken limits come after everything feasible, the worse
    the later, and failures last; the steps between are small so that a smooth model can follow them. Scalarisation
    after Knowles, "ParEGO" (2006).
    """
    known = [score for score in scores if not score.failed]
    columns = [_scaled(column) for column in zip(*(_vector(score, weights) for score in known), strict=True)]
    rows = iter(zip(*columns, strict=True))
    return [_FAILED if score.failed else _value(next(rows), score, weights) for score in scores]


def _vector(score: Score, weights: Vector | None) -> Vector:
    return (score.cost,) if weights is None else score.losses


def _scaled(column: Sequence[float]) -> list[float]:
    low, high = min(column), max(column)
    return [(value - low) / (high - low) if high > low else 0.0 for value in column]


def _value(row: Vector, score: Score, weights: Vector | None) -> float:
    weighted = [weight * value for weight, value in zip(weights or (1.0,), row, strict=True)]
    distance = max(weighted) + AUGMENTATION * sum(weighted)
    if score.feasible:
        return distance
    return _BROKEN + score.violation / (1.0 + score.violation) + 0.1 * distance / (1 + AUGMENTATION)
