"""scikit-optimize: a surrogate model of the cost, and the points where it expects the most improvement.

Extra trees and a Gaussian process are offered; the library's gradient boosting does not work with current scikit-learn.
Acquisition is by sampling, since gradients cost more than the simulations they save.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

from advisor.optimize.dimensions import Choice, Dimension, Point, canonical
from advisor.optimize.objective import Score
from advisor.optimize.suggest import SuggesterKind, chebyshev, draw_weights
from advisor.optimize.suggesters.sobol import Sobol

INITIAL = 16
"""Points of an even spread before the first model."""
CANDIDATES = 1000
"""Random points among which the acquisition function chooses."""
TREES = 30


class Skopt:
    """An even spread first; then batches, each from a fresh model of a fresh scalarisation.

    Every other batch models the cost itself, to refine the best; the others a random weighing, to spread over the
    trade-offs. Within a batch the model is told the smallest value so far for the points already in it (constant liar).
    """

    def __init__(self, estimator: Literal["ET", "GP"], dimensions: Sequence[Dimension], seed: int) -> None:
        self._estimator = estimator
        self._dimensions = tuple(dimensions)
        self._stream = random.Random(f"skopt {estimator} {seed}")  # noqa: S311 - a search, not a secret
        self._start = Sobol(dimensions, seed)
        self._points: list[Point] = []
        self._scores: list[Score] = []
        self._batches = 0

    def ask(self, count: int) -> list[Point]:
        """Points of the even spread until enough are known, then the model's."""
        if len(self._points) < INITIAL or all(score.failed for score in self._scores):
            return self._start.ask(count)
        losses = len(self._scores[0].losses)
        weights = draw_weights(self._stream, losses) if self._batches % 2 else None
        self._batches += 1
        return self._modelled(count, chebyshev(self._scores, weights))

    def tell(self, points: Sequence[Point], scores: Sequence[Score]) -> None:
        """Remembers; models are made when points are asked for."""
        self._points.extend(canonical(self._dimensions, point) for point in points)
        self._scores.extend(scores)

    def _modelled(self, count: int, values: list[float]) -> list[Point]:
        with _quiet():
            optimizer = self._optimizer()
            optimizer.tell([list(point) for point in self._points], values)
            lie = min(values)
            asked: list[Point] = []
            while len(asked) < count:
                proposed = optimizer.ask()
                asked.append(self._plain(proposed))
                if len(asked) < count:
                    optimizer.tell(proposed, lie)
        return asked

    def _optimizer(self) -> Any:
        from skopt import Optimizer

        dimensions = [_dimension(dimension) for dimension in self._dimensions]
        return Optimizer(
            dimensions,
            base_estimator=self._regressor(dimensions),
            n_initial_points=1,
            acq_func="EI",
            acq_optimizer="sampling",
            acq_optimizer_kwargs={"n_points": CANDIDATES},
            random_state=self._stream.getrandbits(31),
        )

    def _regressor(self, dimensions: list[Any]) -> Any:
        seed = self._stream.getrandbits(31)
        if self._estimator == "GP":
            from skopt.utils import cook_estimator, normalize_dimensions

            # One start of the likelihood's climb instead of three: a third of the time, and no worse points.
            process = cook_estimator("GP", space=normalize_dimensions(dimensions), random_state=seed)
            return process.set_params(n_restarts_optimizer=0)
        from skopt.learning import ExtraTreesRegressor

        return ExtraTreesRegressor(n_estimators=TREES, min_samples_leaf=1, random_state=seed)

    def _plain(self, proposed: Sequence[Any]) -> Point:
        """Values as Python's own types, and within their bounds whatever rounding did in transformations."""
        values = (value.item() if hasattr(value, "item") else value for value in proposed)
        clipped = tuple(d.clip(value) for d, value in zip(self._dimensions, values, strict=True))
        return canonical(self._dimensions, clipped)


def _dimension(dimension: Dimension) -> Any:
    from skopt.space import Categorical, Integer, Real

    if isinstance(dimension, Choice):
        return Categorical(dimension.values, name=dimension.name)
    kind = Integer if dimension.whole else Real
    low, high = (int(dimension.low), int(dimension.high)) if dimension.whole else (dimension.low, dimension.high)
    prior = "log-uniform" if dimension.log else "uniform"
    # Without normalising, the library clips proposals of logarithmic ranges to the wrong bounds.
    return kind(low, high, prior=prior, transform="normalize", name=dimension.name)


@contextmanager
def _quiet() -> Iterator[None]:
    """One thread, and silence on what the library warns of by design: repeated points, kernels at the end of a range.

    Matrices of a hundred rows take up to 20 times longer on many threads, and sums in another order give other points.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The objective has been evaluated at", category=UserWarning)
        warnings.filterwarnings("ignore", module=r"sklearn\..*")
        yield


EXTRA_TREES = SuggesterKind("skopt-et", "extremely randomised trees, expected improvement", partial(Skopt, "ET"))
GAUSSIAN_PROCESS = SuggesterKind("skopt-gp", "a Gaussian process, expected improvement", partial(Skopt, "GP"))
