"""Scrambled Sobol sequence: even coverage, no learning. What every other suggester has to beat."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.optimize.dimensions import Dimension, Point, point_at
from advisor.optimize.objective import Score
from advisor.optimize.suggest import SuggesterKind

_BLOCK = 10
"""Points are drawn 2^10 at a time: a Sobol sequence is balanced in powers of two only."""


class Sobol:
    """Points of the sequence in order; what became of them changes nothing."""

    def __init__(self, dimensions: Sequence[Dimension], seed: int) -> None:
        self._dimensions = tuple(dimensions)
        self._seed = seed
        self._blocks = 0
        self._waiting: list[Point] = []

    def ask(self, count: int) -> list[Point]:
        """The next points of the sequence."""
        while len(self._waiting) < count:
            self._waiting.extend(self._block())
        asked, self._waiting = self._waiting[:count], self._waiting[count:]
        return asked

    def tell(self, points: Sequence[Point], scores: Sequence[Score]) -> None:
        """Nothing is learnt."""

    def _block(self) -> list[Point]:
        import numpy as np
        from scipy.stats import qmc

        stream = np.random.default_rng((self._seed, self._blocks))
        self._blocks += 1
        shares = qmc.Sobol(len(self._dimensions), scramble=True, rng=stream).random_base2(_BLOCK)
        return [point_at(self._dimensions, row) for row in shares.tolist()]


SOBOL = SuggesterKind("sobol", "an even spread that learns nothing: the baseline", Sobol)
