"""Screening: many points in little detail, so that the search in full detail begins where it pays."""

from __future__ import annotations

import random
from collections.abc import Sequence

from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.optimize.evaluate import Evaluator
from advisor.optimize.objective import Objective, Score
from advisor.optimize.space import Space
from advisor.optimize.suggest import chebyshev, draw_weights
from advisor.optimize.suggesters.sobol import Sobol

SCREENED = 256
"""Points that are looked at."""
KEPT_SHARE = 0.25
"""Share of the trials that go to the best of them."""


def screened(space: Space, objective: Objective, evaluate: Evaluator, seed: int, keep: int) -> list[FlagSet]:
    """The most promising flag sets of an even spread, at most `keep`.

    Every other one is the best by cost, the rest by random weighings of the axes, so that trade-offs begin well too.
    """
    spread = {flags.words(): flags for flags in map(space.flags, Sobol(space.dimensions, seed).ask(SCREENED))}
    sets = [flags for flags in spread.values() if space.admits(flags)]
    scores = [_score(objective, evaluate, flags) for flags in sets]
    chosen: dict[int, FlagSet] = {}
    stream = random.Random(f"screen {seed}")  # noqa: S311 - a search, not a secret
    usable = any(not score.failed for score in scores)
    while usable and len(chosen) < min(keep, len(sets)):
        weights = draw_weights(stream, len(objective.axes)) if len(chosen) % 2 else None
        place = _best(chebyshev(scores, weights), chosen)
        chosen[place] = sets[place]
    return list(chosen.values())


def _best(values: Sequence[float], taken: dict[int, FlagSet]) -> int:
    return min((place for place in range(len(values)) if place not in taken), key=lambda place: (values[place], place))


def _score(objective: Objective, evaluate: Evaluator, flags: FlagSet) -> Score:
    try:
        return objective.score(evaluate(flags))
    except InputError:
        return objective.score(None)
