"""The trials of one search: each flag set is run once; which is best, and which ones nothing beats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.outcome import Outcome
from advisor.optimize.evaluate import Evaluator
from advisor.optimize.objective import Objective, Score
from advisor.optimize.pareto import front, thinned

ALIKE = 0.1
"""Outcomes within 10 % of one another on every axis are one trade-off: predictions are no finer than that."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A flag set and what became of it; no outcome where it could not be run."""

    flags: FlagSet
    outcome: Outcome | None
    score: Score

    @property
    def rank(self) -> tuple[float, float, int, tuple[str, ...]]:
        """Small is good: limits first, then cost, then fewer flags; the words settle what is left."""
        words = self.flags.words()
        return round(self.score.violation, 9), round(self.score.cost, 9), len(words), words


class Study:
    """All trials in the order in which they were run."""

    def __init__(self, objective: Objective, evaluate: Evaluator, progress: Callable[[int], None]) -> None:
        """`progress` hears the number of trials after each."""
        self.objective = objective
        self._evaluate = evaluate
        self._progress = progress
        self._trials: dict[tuple[str, ...], Trial] = {}
        self.problem: InputError | None = None
        """Why the last trial without an outcome has none."""

    def __len__(self) -> int:
        return len(self._trials)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Those with an outcome."""
        return tuple(trial for trial in self._trials.values() if trial.outcome is not None)

    def run(self, flags: FlagSet) -> Trial:
        """The trial of a flag set, from the record where there is one."""
        words = flags.words()
        if words not in self._trials:
            outcome = self._outcome(flags)
            self._trials[words] = Trial(flags, outcome, self.objective.score(outcome))
            self._progress(len(self._trials))
        return self._trials[words]

    def outcome(self, flags: FlagSet) -> Outcome:
        """The outcome of a flag set, without making a trial of it. Raises InputError where it has none."""
        known = self._trials.get(flags.words())
        return known.outcome if known and known.outcome else self._evaluate(flags)

    def best(self) -> Trial:
        """The trial of the smallest rank. Raises the evaluator's InputError where no trial has an outcome."""
        if not self.trials:
            raise self.problem or InputError("nothing was tried", where="--trials")
        return min(self.trials, key=lambda trial: trial.rank)

    def front(self, best: Trial) -> list[Trial]:
        """The best and the trials that nothing beats, one of each kind of trade-off, ordered along the first axis.

        Only trials that keep all limits count, as long as the best does.
        """
        usable = [t for t in self.trials if not t.score.failed and (t.score.feasible or not best.score.feasible)]
        unbeaten = [usable[index] for index in front([trial.score.losses for trial in usable])]
        ordered = [best, *sorted((t for t in unbeaten if t is not best), key=lambda trial: trial.rank)]
        kept = [ordered[index] for index in thinned([trial.score.losses for trial in ordered], ALIKE)]
        return sorted(kept, key=lambda trial: (trial.score.losses, trial.rank))

    def _outcome(self, flags: FlagSet) -> Outcome | None:
        try:
            return self._evaluate(flags)
        except InputError as problem:
            self.problem = problem
            return None
