"""SPACE + GOALS -> SUGGESTER -> PARETO SET: the flags with the best simulated outcome."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.model.errors import InputError, NotModelledError, UsageError
from advisor.model.flags import FlagSet
from advisor.model.goals import Goals
from advisor.model.machine import Collector
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Duration
from advisor.model.trial import Best, Candidate, Optimization
from advisor.optimize.evaluate import LISTED_REPLICATES, REPORTED_REPLICATES, Evaluator, Simulated
from advisor.optimize.objective import objective
from advisor.optimize.prune import effects, leave_one_out, pruned
from advisor.optimize.ranges import space_for
from advisor.optimize.search import REFINED_SHARE, refine, search
from advisor.optimize.space import COLLECTORS, NO_FLAGS
from advisor.optimize.study import Study, Trial
from advisor.optimize.suggesters import suggester_kind
from advisor.rules import Proposals, propose
from advisor.simulate import supports

__all__ = ["Evaluator", "effects", "leave_one_out", "optimize"]

DEFAULT_SUGGESTER = "skopt-gp"
DEFAULT_TRIALS = 64
FAR_ABOVE = 4.0
"""Ratio of the longest pause to the limit of a percentile from which on the longest is worth a word."""
_SHARES_OF_PAUSES = ("p50_pause", "p99_pause", "p99_9_pause", "mean_pause")


def optimize(  # noqa: PLR0913 - the whole question in one call; all but the profile have defaults
    profile: WorkloadProfile,
    *,
    goals: Goals | None = None,
    seed: int = 0,
    trials: int = DEFAULT_TRIALS,
    suggester: str = DEFAULT_SUGGESTER,
    collectors: Sequence[Collector] | None = None,
    pinned: FlagSet = NO_FLAGS,
    progress: Callable[[int, int], None] | None = None,
    evaluate: Evaluator | None = None,
) -> Optimization:
    """The best flags for a workload under its goals, and the sets that nothing else beats.

    Searched are the collectors with a model, or those of `collectors`; `pinned` options are in every set and not
    repeated in the answer; `progress` hears trials done and planned; `evaluate` stands in for the simulator. The same
    arguments give the same answer but for `seconds`.
    Raises UsageError for an unknown suggester or a number of trials below 1, NotModelledError for collectors without
    a model, InputError where the profile lacks what a simulation needs or no heap fits.
    """
    started = time.perf_counter()
    if trials < 1:
        raise UsageError("at least one trial is needed", where="--trials")
    kind = suggester_kind(suggester)
    wanted = profile if goals is None else profile.model_copy(update={"goals": goals})
    proposals = propose(wanted)
    space = space_for(wanted, _searched(collectors), pinned, proposals.proposals)
    study = Study(
        objective(wanted.goals),
        _beside(pinned, evaluate or Simulated(wanted, seed)),
        lambda done: progress(min(done, trials), trials) if progress else None,
    )
    refined = int(trials * REFINED_SHARE)
    starts = _starts(wanted, pinned, proposals)
    search(space, study, kind.make(space.dimensions, seed), starts, trials - refined)
    refine(space, study, refined, random.Random(f"refine {seed}"))  # noqa: S311 - a search, not a secret
    best = pruned(space, study, study.best())
    report = evaluate or Simulated(wanted, seed, REPORTED_REPLICATES)
    listed = _beside(pinned, evaluate or Simulated(wanted, seed, LISTED_REPLICATES))
    baseline, warnings = _baseline(wanted, report)
    described = _described(best, study, wanted, pinned, report)
    return Optimization(
        best=described,
        baseline=baseline,
        pareto=tuple(
            Candidate(flags=trial.flags.words(), outcome=described.outcome if trial is best else listed(trial.flags))
            for trial in study.front(best)
        ),
        evaluations=len(study.trials),
        seconds=round(time.perf_counter() - started, 3),
        seed=seed,
        suggester=kind.name,
        warnings=(*warnings, *_remarks(proposals), *_rare_pauses(described, wanted.goals)),
    )


def _searched(collectors: Sequence[Collector] | None) -> tuple[Collector, ...]:
    modelled = tuple(dict.fromkeys(collector for collector in COLLECTORS.values() if supports(collector)))
    unknown = [collector for collector in collectors or () if collector not in modelled]
    if unknown:
        raise NotModelledError(
            f"{unknown[0]} cannot be searched: the simulator has no model of it",
            hint=f"collectors that can be searched: {', '.join(modelled)}",
        )
    return tuple(collectors or modelled)


def _beside(pinned: FlagSet, evaluate: Evaluator) -> Evaluator:
    return lambda flags: evaluate(pinned.plus(flags))


def _starts(profile: WorkloadProfile, pinned: FlagSet, proposals: Proposals) -> Iterator[FlagSet]:
    """What is known before the search: no flags at all, the flags in use, what the rules propose."""
    yield NO_FLAGS
    there = frozenset(pinned.words())
    yield FlagSet(tuple(o for o in parse_words(profile.flags) if o.sets_flag and o.text not in there))
    if proposals.refused is None:
        yield proposals.flag_set(profile.jdk)


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


def _described(best: Trial, study: Study, profile: WorkloadProfile, pinned: FlagSet, report: Evaluator) -> Best:
    outcome = report(pinned.plus(best.flags))
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


def _remarks(proposals: Proposals) -> tuple[str, ...]:
    return () if proposals.refused is None else (f"the rules refuse this workload: {proposals.refused}",)
