"""Flags that only make collection cheaper have to do so in the simulation, or they go."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.jvm.constraints import accepted
from advisor.jvm.ergonomics import effective
from advisor.model.errors import InputError
from advisor.model.flags import FlagSet, Option
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.recommend.predict import MAX_COLLECTIONS
from advisor.simulate.modelled import supports

ON_PROBATION = frozenset(
    {"MaxNewSize", "SurvivorRatio", "InitialSurvivorRatio", "UseAdaptiveSizePolicy", "PretenureSizeThreshold"}
)
"""Flags with no other purpose than fewer or shorter pauses, which the models can see."""
WORTH = 0.03
"""A flag earns its place when total pause time without it is more than 3 % higher."""


@dataclass(frozen=True, slots=True)
class Earned:
    """The flags that stay, and flag -> why for those that go."""

    flags: FlagSet
    idle: dict[str, str]


def earning(profile: WorkloadProfile, kept: FlagSet, flags: FlagSet, seed: int) -> Earned:
    """Drops, one at a time, flags on probation whose absence costs nothing; all stay where nothing can be simulated."""
    idle: dict[str, str] = {}
    collector = effective(profile.jdk, profile.machine, kept.plus(flags)).collector
    if profile.allocation is None or not supports(collector) or not any(o.name in ON_PROBATION for o in flags):
        return Earned(flags, idle)
    current = flags
    try:
        outcome = _simulated(profile, kept.plus(current), seed)
        for option in [o for o in flags if o.name in ON_PROBATION]:
            rest = FlagSet(tuple(o for o in current if o is not option))
            without = _without(profile, kept.plus(rest), seed)
            if without is not None and _no_worse(without, outcome):
                idle[option.text] = _why(option, without, outcome)
                current, outcome = rest, without
    except InputError:
        return Earned(flags, {})
    return Earned(current, idle)


def _simulated(profile: WorkloadProfile, flags: FlagSet, seed: int) -> Outcome:
    from advisor.optimize.evaluate import Simulated

    return Simulated(profile, seed, max_collections=MAX_COLLECTIONS)(flags)


def _without(profile: WorkloadProfile, rest: FlagSet, seed: int) -> Outcome | None:
    return _simulated(profile, rest, seed) if accepted(rest, profile.jdk, profile.machine) else None


def _no_worse(without: Outcome, outcome: Outcome) -> bool:
    """Whether nothing that counts is lost: memory, failures, and total pause time within `WORTH`."""
    if without.oom and not outcome.oom:
        return False
    return without.pauses.total_ms <= outcome.pauses.total_ms * (1 + WORTH)


def _why(option: Option, without: Outcome, outcome: Outcome) -> str:
    return (
        f"simulated, {option.text} earns nothing: {outcome.pauses.total_ms:.0f} ms of pauses with it, "
        f"{without.pauses.total_ms:.0f} ms without"
    )
