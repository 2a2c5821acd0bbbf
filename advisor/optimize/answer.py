"""TRIALS -> ANSWER: the best set with what each of its flags is worth, and the sets that nothing beats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.model.errors import InputError
from advisor.model.goals import Goals
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Duration
from advisor.model.study import Question
from advisor.model.trial import Best, Candidate, Optimization
from advisor.optimize.evaluate import Evaluator
from advisor.optimize.prune import effects
from advisor.optimize.study import Study, Trial
from advisor.simulate import supports

FAR_ABOVE = 4.0
"""Ratio of the longest pause to the limit of a percentile from which on the longest is worth a word."""
_SHARES_OF_PAUSES = ("p50_pause", "p99_pause", "p99_9_pause", "mean_pause")


@dataclass(frozen=True, slots=True)
class Reporters:
    """What tells the outcomes of an answer: of the best set, of the others beside it, of the flags in use."""

    best: Evaluator
    listed: Evaluator
    in_use: Evaluator


def answered(study: Study, best: Trial, reporters: Reporters, question: Question) -> Optimization:
    """The answer to a question from its trials; `seconds` is left to the caller."""
    profile = question.profile
    baseline, warnings = _baseline(profile, reporters.in_use)
    described = _described(best, study, profile, reporters.best)
    return Optimization(
        best=described,
        baseline=baseline,
        pareto=tuple(
            Candidate(
                flags=trial.flags.words(), outcome=described.outcome if trial is best else reporters.listed(trial.flags)
            )
            for trial in study.front(best)
        ),
        evaluations=len(study.trials),
        seconds=0.0,
        seed=question.seed,
        suggester=question.suggester,
        warnings=(*warnings, *_rare_pauses(described, profile.goals)),
    )


def _baseline(profile: WorkloadProfile, evaluate: Evaluator) -> tuple[Outcome | None, tuple[str, ...]]:
    """The outcome of the flags in use, or why there is none."""
    in_use = parse_words(profile.flags)
    collector = effective(profile.jdk, profile.machine, in_use).collector
    if not supports(collector):
        note = f"{collector}, the collector in use, has no model yet: it was not searched and there is no baseline"
        return None, (note,)
    try:
        return evaluate(in_use), ()
    except InputError as error:
        return None, (f"there is no baseline: {error.message}",)


def _described(best: Trial, study: Study, profile: WorkloadProfile, report: Evaluator) -> Best:
    outcome = report(best.flags)
    return Best(
        flags=best.flags.words(),
        outcome=outcome,
        meets_goals=best.score.feasible,
        goals=study.objective.verdicts(outcome),
        worth=effects(profile, best.flags, study.outcome),
    )


def _rare_pauses(best: Best, goals: Goals) -> Iterator[str]:
    """A word on every percentile that keeps its limit beside pauses far above it."""
    longest = Duration(best.outcome.pauses.max_ms / 1000)
    for goal in goals.limits:
        if goal.name in _SHARES_OF_PAUSES and goal.operator.startswith("<") and longest > FAR_ABOVE * goal.limit:
            yield f"{goal} leaves out rare pauses: the longest is {longest.human()}; limit max_pause if that matters"
