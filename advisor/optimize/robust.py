"""Choosing among the best sets by what is uncertain of the workload: one that is good in bad worlds too.

Every world varies bursts, residuals and the parameters that a log leaves open. All sets meet the same worlds, so
differences are the flags' own; worlds are added where sets cannot be told apart yet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev

from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.outcome import Outcome
from advisor.optimize.objective import Objective, Score
from advisor.optimize.study import Study, Trial

Worlds = Callable[[FlagSet, Sequence[int]], list[Outcome]]
"""The outcomes of a flag set in the worlds of some numbers, from 1. Raises InputError where there are none."""

FINALISTS = 8
NEAR = 0.15
"""Cost beyond that of the best up to which a set may still turn out to be better: 15 % of a figure."""
FIRST_WORLDS, MOST_WORLDS = 4, 16
WORST_SHARE = 0.25
"""Of the worlds, those that count: the mean of the worst quarter is what a set promises."""
_CLEAR = 2.0
"""Standard errors of the paired difference beyond which one set is worse than another."""


@dataclass(slots=True)
class _Finalist:
    trial: Trial
    scores: list[Score] = field(default_factory=list)

    @property
    def values(self) -> list[float]:
        """One number per world: broken limits come before cost."""
        return [math.inf if score.failed else 1e3 * score.violation + score.cost for score in self.scores]

    @property
    def worst(self) -> float:
        """The mean over the worst worlds."""
        count = max(1, math.ceil(WORST_SHARE * len(self.scores)))
        return fmean(sorted(self.values)[-count:])

    @property
    def rank(self) -> tuple[float, tuple[float, float, int, tuple[str, ...]]]:
        """Small is good."""
        return round(self.worst, 9), self.trial.rank


@dataclass(frozen=True, slots=True)
class Choice:
    """The set that holds in bad worlds, and those that the same worlds do not show to be worse."""

    best: Trial
    alike: tuple[Trial, ...]
    worlds: int


def robust(study: Study, worlds_of: Worlds) -> Choice:
    """The choice among the trials near the best one."""
    finalists = [_Finalist(trial) for trial in _near(study)]
    worlds = FIRST_WORLDS
    while True:
        for finalist in finalists:
            _meet(finalist, worlds, worlds_of, study.objective)
        best = min(finalists, key=lambda finalist: finalist.rank)
        finalists = [
            finalist for finalist in finalists if finalist is best or not clearly_worse(finalist.values, best.values)
        ]
        if len(finalists) == 1 or worlds >= MOST_WORLDS:
            alike = sorted((f for f in finalists if f is not best), key=lambda f: f.rank)
            return Choice(best.trial, tuple(finalist.trial for finalist in alike), worlds)
        worlds *= 2


def clearly_worse(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether `one` is larger beyond chance, world by world."""
    pairs = [a - b for a, b in zip(one, other, strict=True) if not a == b == math.inf]
    if any(math.isinf(difference) for difference in pairs):
        return sum(math.isinf(value) for value in one) > sum(math.isinf(value) for value in other)
    if len(pairs) < 2:
        return False
    return fmean(pairs) > _CLEAR * stdev(pairs) / math.sqrt(len(pairs)) and fmean(pairs) > 0


def _near(study: Study) -> list[Trial]:
    """The best trial and the others that the nominal world does not set far apart from it, best first."""
    ordered = sorted(study.trials, key=lambda trial: trial.rank)
    best = study.best()
    near = [t for t in ordered if not t.score.failed and t.score.violation <= best.score.violation + NEAR]
    return [best, *(t for t in near if t is not best and t.score.cost <= best.score.cost + NEAR)][:FINALISTS]


def _meet(finalist: _Finalist, worlds: int, worlds_of: Worlds, objective: Objective) -> None:
    numbers = range(len(finalist.scores) + 1, worlds + 1)
    outcomes: Sequence[Outcome | None]
    try:
        outcomes = worlds_of(finalist.trial.flags, numbers)
    except InputError:
        outcomes = [None] * len(numbers)
    finalist.scores.extend(map(objective.score, outcomes))
