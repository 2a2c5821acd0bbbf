"""SPACE + GOALS -> SUGGESTER -> PARETO SET: the flags with the best simulated outcome."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from advisor import __version__
from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.model.errors import NotModelledError, UsageError
from advisor.model.flags import FlagSet
from advisor.model.goals import PAUSE_GOALS, Goals
from advisor.model.machine import Collector
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.model.study import Question
from advisor.model.trial import Optimization
from advisor.optimize.answer import Reporters, answered
from advisor.optimize.evaluate import (
    LISTED_REPLICATES,
    REPORTED_REPLICATES,
    SCREENED_COLLECTIONS,
    SEARCHED_COLLECTIONS,
    Beside,
    Evaluator,
    Simulated,
    lasting,
)
from advisor.optimize.kinds import COLLECTORS
from advisor.optimize.objective import objective
from advisor.optimize.prune import effects, leave_one_out, pruned
from advisor.optimize.ranges import space_for
from advisor.optimize.robust import Choice
from advisor.optimize.robust import robust as robust_choice
from advisor.optimize.runners import Here, Runner, runner_for
from advisor.optimize.screen import KEPT_SHARE, screened
from advisor.optimize.search import REFINED_SHARE, refine, search
from advisor.optimize.space import NO_FLAGS, Space
from advisor.optimize.store import Recorded, StudyStore, study_key
from advisor.optimize.study import Progress, Study, Trial
from advisor.optimize.suggesters import suggester_kind
from advisor.rules import Proposals, propose
from advisor.simulate import supports

__all__ = [
    "Evaluator",
    "Question",
    "StudyStore",
    "Trial",
    "answer_to",
    "effects",
    "leave_one_out",
    "optimize",
    "question",
    "runner_for",
    "study_key",
]

DEFAULT_SUGGESTER = "skopt-gp"
DEFAULT_TRIALS = 64
CONCURRENT = frozenset(
    {Collector.ZGC, Collector.ZGC_GENERATIONAL, Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL}
)
"""Collectors that pay for short pauses with processor time, whose predictions are also the furthest off."""
SHORT_PAUSE_S = 0.010
"""A limit on pauses from which on they are searched without being asked for: others hardly keep it."""


def optimize(  # noqa: PLR0913 - the whole question in one call; all but the profile have defaults
    profile: WorkloadProfile,
    *,
    goals: Goals | None = None,
    seed: int = 0,
    trials: int = DEFAULT_TRIALS,
    suggester: str = DEFAULT_SUGGESTER,
    collectors: Sequence[Collector] | None = None,
    pinned: FlagSet = NO_FLAGS,
    robust: bool = True,
    progress: Progress | None = None,
    evaluate: Evaluator | None = None,
    runner: Runner = Here(),  # noqa: B008 - immutable
    store: StudyStore | None = None,
) -> Optimization:
    """The best flags for a workload under its goals, and the sets that nothing else beats.

    Searched are the collectors with a model (ZGC and Shenandoah only where they are in use or a pause limit of 10 ms or
    less asks for them), or those of `collectors`; `pinned` options are in every set and not
    repeated in the answer; `robust` chooses by the worst of what is uncertain, not by its middle; `progress` hears of
    each trial; `evaluate` stands in for the simulator; `runner` evaluates here or on workers; what `store` knows of the
    same question is not evaluated again. The same question gets the same answer but for `seconds`, whatever the runner
    and the store. A search that is interrupted answers with what it has.
    Raises UsageError for an unknown suggester or a number of trials below 1, NotModelledError for collectors without
    a model, InputError where the profile lacks what a simulation needs or no heap fits.
    """
    wanted = profile if goals is None else profile.model_copy(update={"goals": goals})
    asked = question(
        wanted, seed=seed, trials=trials, suggester=suggester, collectors=collectors, pinned=pinned, robust=robust
    )
    return answer_to(asked, progress=progress, evaluate=evaluate, runner=runner, store=store)


def question(
    profile: WorkloadProfile,
    *,
    seed: int = 0,
    trials: int = DEFAULT_TRIALS,
    suggester: str = DEFAULT_SUGGESTER,
    collectors: Sequence[Collector] | None = None,
    pinned: FlagSet = NO_FLAGS,
    robust: bool = True,
) -> Question:
    """The question of a search; see `optimize`. Raises UsageError."""
    if trials < 1:
        raise UsageError("at least one trial is needed", where="--trials")
    return Question(
        profile=profile,
        seed=seed,
        trials=trials,
        suggester=suggester_kind(suggester).name,
        collectors=None if collectors is None else tuple(collectors),
        pinned=pinned.words(),
        robust=robust,
        version=__version__,
    )


def answer_to(
    asked: Question,
    *,
    progress: Progress | None = None,
    evaluate: Evaluator | None = None,
    runner: Runner = Here(),  # noqa: B008 - immutable
    store: StudyStore | None = None,
) -> Optimization:
    """What a search for a question finds; see `optimize`."""
    started = time.perf_counter()
    steps = _Search(asked, evaluate)
    key = store.begin(asked) if store is not None else ""
    kept = Recorded(store, key, runner) if store is not None else runner
    study = Study(objective(asked.profile.goals), steps.evaluator(), progress, kept)
    interrupted: tuple[str, ...] = ()
    try:
        choice = steps.choice(study)
    except KeyboardInterrupt:
        if not study.trials:
            raise
        choice = Choice(study.best(), (), 1)
        interrupted = (f"the search was interrupted after {len(study.trials)} sets of flags: this is the best so far",)
    if store is not None and not interrupted:
        store.finish(key)
    found = answered(study, choice, steps.reporters(), asked)
    warnings = (*interrupted, *found.warnings, *steps.remarks())
    return found.model_copy(update={"seconds": round(time.perf_counter() - started, 3), "warnings": warnings})


@dataclass(slots=True)
class _Search:
    """The steps of a search for one question."""

    question: Question
    evaluate: Evaluator | None
    pinned: FlagSet
    proposals: Proposals
    space: Space

    def __init__(self, question: Question, evaluate: Evaluator | None) -> None:
        self.question = question
        self.evaluate = evaluate
        self.pinned = parse_words(question.pinned)
        self.proposals = propose(question.profile)
        self.space = space_for(question.profile, _searched(question), self.pinned, self.proposals.proposals)

    def evaluator(self) -> Evaluator:
        """Tells the outcome of a set during the search."""
        return Beside(self.pinned, self.evaluate or self._simulated(SEARCHED_COLLECTIONS))

    def choice(self, study: Study) -> Choice:
        """The best set that the trials lead to, less the flags that are worth nothing."""
        seed, trials = self.question.seed, self.question.trials
        refined = int(trials * REFINED_SHARE)
        suggester = suggester_kind(self.question.suggester).make(self.space.dimensions, seed)
        search(self.space, study, suggester, self._starts(), trials - refined, self._promising(study, trials))
        refine(self.space, study, refined, random.Random(f"refine {seed}"))  # noqa: S311 - a search, not a secret
        if not self.question.robust or self.evaluate is not None:
            return Choice(pruned(self.space, study, study.best()), (), 1)
        found = robust_choice(study, self._worlds)
        return replace(found, best=pruned(self.space, study, found.best))

    def _promising(self, study: Study, trials: int) -> list[FlagSet]:
        """What a screening finds; nothing where evaluations are not to be had for little."""
        if self.evaluate is not None:
            return []
        evaluate = Beside(self.pinned, self._simulated(SCREENED_COLLECTIONS))
        return screened(self.space, study.objective, evaluate, self.question.seed, int(trials * KEPT_SHARE))

    def _worlds(self, flags: FlagSet, numbers: Sequence[int]) -> list[Outcome]:
        return self._simulated(SEARCHED_COLLECTIONS).worlds(self.pinned.plus(flags), numbers)

    def _simulated(self, collections: int) -> Simulated:
        """In so much detail."""
        return Simulated(self.question.profile, self.question.seed, max_collections=collections)

    def reporters(self) -> Reporters:
        """Tell the outcome of the sets of the answer, with intervals."""
        profile, seed = self.question.profile, self.question.seed
        return Reporters(
            Beside(self.pinned, self.evaluate or Simulated(profile, seed, REPORTED_REPLICATES)),
            Beside(self.pinned, self.evaluate or Simulated(profile, seed, LISTED_REPLICATES)),
            self.evaluate or Simulated(profile, seed, REPORTED_REPLICATES),
            None if self.evaluate else Beside(self.pinned, Simulated(lasting(profile), seed)),
        )

    def remarks(self) -> tuple[str, ...]:
        """What the rules have to say of the workload."""
        refused = self.proposals.refused
        return () if refused is None else (f"the rules refuse this workload: {refused}",)

    def _starts(self) -> Iterator[FlagSet]:
        """What is known before the search: no flags at all, the flags in use, what the rules propose."""
        yield NO_FLAGS
        there = frozenset(self.pinned.words())
        in_use = parse_words(self.question.profile.flags)
        yield FlagSet(tuple(o for o in in_use if o.sets_flag and o.text not in there))
        if self.proposals.refused is None:
            yield self.proposals.flag_set(self.question.profile.jdk)


def _searched(question: Question) -> tuple[Collector, ...]:
    """The collectors asked for; else those with a model, the concurrent ones only where they may be needed."""
    modelled = tuple(dict.fromkeys(collector for collector in COLLECTORS.values() if supports(collector)))
    asked = question.collectors or ()
    unknown = [collector for collector in asked if collector not in modelled]
    if unknown:
        raise NotModelledError(
            f"{unknown[0]} cannot be searched: the simulator has no model of it",
            hint=f"collectors that can be searched: {', '.join(modelled)}",
        )
    if asked:
        return tuple(map(Collector, asked))
    return modelled if _asks_for_concurrent(question.profile) else tuple(c for c in modelled if c not in CONCURRENT)


def _asks_for_concurrent(profile: WorkloadProfile) -> bool:
    limit = profile.goals.limit(*PAUSE_GOALS)
    in_use = effective(profile.jdk, profile.machine, parse_words(profile.flags)).collector
    return in_use in CONCURRENT or (limit is not None and limit <= SHORT_PAUSE_S)
