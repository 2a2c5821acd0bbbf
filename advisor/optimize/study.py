"""The trials of one search: each flag set is run once; which is best, and which ones nothing beats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.outcome import Outcome
from advisor.optimize.evaluate import Evaluator
from advisor.optimize.objective import Objective, Score
from advisor.optimize.pareto import front, thinned
from advisor.optimize.runners import Answer, Here, Runner

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


Progress = Callable[[int, Trial | None], None]
"""Hears, after each answer, how many there are and which trial leads."""


class Study:
    """All trials in the order in which they were asked for."""

    def __init__(
        self,
        objective: Objective,
        evaluate: Evaluator,
        progress: Progress | None = None,
        runner: Runner = Here(),  # noqa: B008 - immutable
    ) -> None:
        """`runner` evaluates what is new, as many sets at once as it likes."""
        self.objective = objective
        self._evaluate = evaluate
        self._progress = progress or _unheard
        self._runner = runner
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
        return self.run_all([flags])[0]

    def run_all(self, sets: Sequence[FlagSet]) -> list[Trial]:
        """The trials of flag sets, in order; those that are new are given to the runner at once."""
        new = {flags.words(): flags for flags in sets if flags.words() not in self._trials}
        asked = list(new.values())
        answers: dict[int, Answer] = {}
        try:
            for place, answer in self._runner.run(self._evaluate, asked):
                answers[place] = answer
                self._progress(len(self._trials) + len(answers), self.leading)
        finally:
            # In the order of asking, whatever the order of answers; also what is known when a search is broken off.
            for place in sorted(answers):
                self._enter(asked[place], answers[place])
        return [self._trials[flags.words()] for flags in sets]

    def _enter(self, flags: FlagSet, answer: Answer) -> None:
        outcome = None
        if isinstance(answer, InputError):
            self.problem = answer
        else:
            outcome = answer
        self._trials[flags.words()] = Trial(flags, outcome, self.objective.score(outcome))

    @property
    def leading(self) -> Trial | None:
        """The trial of the smallest rank, where any has an outcome."""
        return min(self.trials, key=lambda trial: trial.rank, default=None)

    def outcome(self, flags: FlagSet) -> Outcome:
        """The outcome of a flag set, without making a trial of it. Raises InputError where it has none."""
        known = self._trials.get(flags.words())
        return known.outcome if known and known.outcome else self._evaluate(flags)

    def best(self) -> Trial:
        """The trial of the smallest rank. Raises the evaluator's InputError where no trial has an outcome."""
        if (leading := self.leading) is None:
            raise self.problem or InputError("nothing was tried", where="--trials")
        return leading

    def front(self, best: Trial) -> list[Trial]:
        """The best and the trials that nothing beats, one of each kind of trade-off, ordered along the first axis.

        Only trials that keep all limits count, as long as the best does.
        """
        usable = [t for t in self.trials if not t.score.failed and (t.score.feasible or not best.score.feasible)]
        unbeaten = [usable[index] for index in front([trial.score.losses for trial in usable])]
        ordered = [best, *sorted((t for t in unbeaten if t is not best), key=lambda trial: trial.rank)]
        kept = [ordered[index] for index in thinned([trial.score.losses for trial in ordered], ALIKE)]
        return sorted(kept, key=lambda trial: (trial.score.losses, trial.rank))


def _unheard(done: int, leading: Trial | None) -> None:
    """Progress that nobody follows."""
