"""PROFILE -> RECOMMENDATION: the rules' flags, pruned to those that change anything, within the memory there is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from advisor.jvm.commandline import parse_option
from advisor.jvm.ergonomics import Effective, effective
from advisor.model.errors import InternalError
from advisor.model.flags import FlagSet
from advisor.model.profile import WorkloadProfile
from advisor.model.recommendation import MemoryBudget, Reason, Recommendation, Silent
from advisor.recommend.budget import budget, shortfall
from advisor.recommend.earn import Earned, earning
from advisor.recommend.gaps import gaps
from advisor.recommend.predict import Prediction, predict, worth
from advisor.recommend.prune import without_defaults
from advisor.recommend.tuning import Division, divide
from advisor.rules import Proposals, propose

__all__ = ["recommend"]

NOTHING_EARNED = Earned(FlagSet(), {})


def recommend(
    profile: WorkloadProfile,
    *,
    assumptions: Sequence[str] = (),
    seed: int = 0,
    simulated: bool = True,
    effects: bool = False,
) -> Recommendation:
    """The few flags for a workload, each with its reason; or a refusal with the numbers that make it impossible.

    `assumptions` are sentences on what the input did not say; they become warnings. With `simulated` the outcome of the
    flags in use and of the new ones is predicted where the simulator has the collectors; with `effects` also what would
    change if each flag alone were left out.
    """
    proposals = propose(profile)
    division = divide(profile)
    if proposals.refused:
        return _refusal(profile, division, proposals, proposals.refused, assumptions)
    chosen = without_defaults(proposals.flag_set(profile.jdk), division.kept, profile.jdk, profile.machine)
    earned = earning(profile, division.kept, chosen.flags, seed) if simulated else Earned(chosen.flags, {})
    result = effective(profile.jdk, profile.machine, division.kept.plus(earned.flags))
    problem = shortfall(profile, result)
    if problem:
        return _refusal(profile, division, proposals, problem, assumptions)
    prediction = predict(profile, division.kept.plus(earned.flags), seed) if simulated else Prediction()
    missed = worth(profile, division.kept, earned.flags, seed) if effects else {}
    flags = earned.flags.words()
    return Recommendation(
        jdk=profile.jdk,
        collector=result.collector,
        flags=flags,
        command_line=shlex.join(("java", *division.kept.words(), *flags)),
        reasons=_reasons(proposals, earned.flags, missed),
        kept=division.kept.words(),
        dropped=division.dropped(earned.flags, result),
        baseline=prediction.baseline,
        predicted=prediction.predicted,
        measured_error=prediction.measured,
        goals=prediction.goals(profile.goals),
        memory=budget(profile, result),
        warnings=(
            *assumptions,
            *gaps(profile),
            *(text for text, _ in proposals.warnings),
            *chosen.notes,
            *prediction.notes,
        ),
        advice=tuple(f"{option}  ({because})" for option, _, because in proposals.advice),
        silent=_silent(proposals, earned),
    )


def _reasons(proposals: Proposals, flags: FlagSet, missed: Mapping[str, Mapping[str, float]]) -> tuple[Reason, ...]:
    """One reason per option, in the order of the options."""
    by_flag = {proposal.flag: proposal for proposal in proposals.proposals}
    reasons: list[Reason] = []
    for option in flags:
        proposal = by_flag.get(option.name)
        if proposal is None:
            reasons.append(_unlock_reason(option.text))
            continue
        reasons.append(
            Reason(
                flag=option.text,
                value=_shown(option.value),
                rule=proposal.rule,
                because=proposal.because,
                source=proposal.source,
                effect=missed.get(option.text, {}),
            )
        )
    return tuple(reasons)


def _unlock_reason(text: str) -> Reason:
    if not text.startswith("-XX:+Unlock"):
        raise InternalError(f"no rule stands behind {text}")
    return Reason(
        flag=text,
        value="true",
        rule="unlock",
        because="The flags after it are locked in this release; the option has to come before them.",
        source="the release's flag table (kind of each flag)",
    )


def _shown(value: str | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else value or ""


def _silent(proposals: Proposals, earned: Earned = NOTHING_EARNED) -> tuple[Silent, ...]:
    """The rules that did not fire, and those whose flag earned nothing."""
    by_flag = {proposal.flag: proposal for proposal in proposals.proposals}
    idle = ((by_flag.get(parse_option(text).name), because) for text, because in earned.idle.items())
    return (
        *(Silent(rule=found.rule, title=found.title, because=because) for found, because in idle if found),
        *(Silent(rule=s.rule, title=s.title, because=s.because) for s in proposals.silent),
    )


def _refusal(
    profile: WorkloadProfile, division: Division, proposals: Proposals, why: str, assumptions: Sequence[str]
) -> Recommendation:
    in_use = effective(profile.jdk, profile.machine, division.kept)
    return Recommendation(
        jdk=profile.jdk,
        collector=in_use.collector,
        flags=(),
        command_line=shlex.join(("java", *division.kept.words())),
        reasons=(),
        kept=division.kept.words(),
        memory=_memory_wanted(profile, in_use),
        warnings=(*assumptions, *gaps(profile), *(text for text, _ in proposals.warnings)),
        silent=_silent(proposals),
        refused=why,
    )


def _memory_wanted(profile: WorkloadProfile, result: Effective) -> MemoryBudget:
    """The budget of a refusal: what would be needed beside the heap, and nothing promised for the heap."""
    return budget(profile, result, heap_bytes=0)
