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
from advisor.optimize.evaluate import LATER, Evaluator
from advisor.optimize.prune import effects
from advisor.optimize.robust import Choice
from advisor.optimize.study import Study
from advisor.simulate import supports

FAR_ABOVE = 4.0
"""Ratio of the longest pause to the limit of a percentile from which on the longest is worth a word."""
LONGER = 1.5
"""Ratio of the longest pauses from which on what comes later is worth a word: residuals alone make less."""
_SHARES_OF_PAUSES = ("p50_pause", "p99_pause", "p99_9_pause", "mean_pause")


@dataclass(frozen=True, slots=True)
class Reporters:
    """What tells the outcomes of an answer: of the best set, of the others beside it, of the flags in use."""

    best: Evaluator
    listed: Evaluator
    in_use: Evaluator
    later: Evaluator | None = None
    """Of the best set where the program goes on much longer."""


def answered(study: Study, choice: Choice, reporters: Reporters, question: Question) -> Optimization:
    """The answer to a question from its trials; `seconds` is left to the caller."""
    profile, best = question.profile, choice.best
    baseline, warnings = _baseline(profile, reporters.in_use)
    described = _described(choice, study, profile, reporters.best)
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
        warnings=(*warnings, *_rare_pauses(described, profile.goals), *_later(described, profile, reporters.later)),
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


def _described(choice: Choice, study: Study, profile: WorkloadProfile, report: Evaluator) -> Best:
    best = choice.best
    outcome = report(best.flags)
    return Best(
        flags=best.flags.words(),
        outcome=outcome,
        meets_goals=best.score.feasible,
        goals=study.objective.verdicts(outcome),
        worth=effects(profile, best.flags, study.outcome),
        alike=tuple(trial.flags.words() for trial in choice.alike),
        worlds=choice.worlds,
    )


def _rare_pauses(best: Best, goals: Goals) -> Iterator[str]:
    """A word on every percentile that keeps its limit beside pauses far above it."""
    longest = Duration(best.outcome.pauses.max_ms / 1000)
    for goal in goals.limits:
        if goal.name in _SHARES_OF_PAUSES and goal.operator.startswith("<") and longest > FAR_ABOVE * goal.limit:
            yield f"{goal} leaves out rare pauses: the longest is {longest.human()}; limit max_pause if that matters"


def _later(best: Best, profile: WorkloadProfile, later: Evaluator | None) -> Iterator[str]:
    """A word where the workload ends before what it promotes has filled the old generation."""
    if later is None:
        return
    outcome = later(parse_words(best.flags))
    now, then = best.outcome.pauses.max_ms, outcome.pauses.max_ms
    if outcome.oom:
        yield f"a program that goes on like this for {LATER:.0f} times as long runs out of memory with the best flags"
    elif then > LONGER * now:
        span = Duration(LATER * float(profile.duration)).human()
        yield (
            f"the workload ends after {profile.duration.human()}, before longer pauses come: in {span} the longest is "
            f"{Duration(then / 1000).human()}; give --duration if the program runs longer"
        )
