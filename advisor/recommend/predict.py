"""What the flags in use do and what the new ones would do, where the simulator has the collectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.goals import Goals
from advisor.model.outcome import MeasuredError, Outcome
from advisor.model.profile import WorkloadProfile
from advisor.model.recommendation import GoalVerdict
from advisor.simulate.measured import measured_error
from advisor.simulate.modelled import supports

REPLICATES = 5
MAX_COLLECTIONS = 100
"""Collections simulated per run; longer runs are scaled up from a steady part. Keeps the command quick."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """Outcomes before and after; None where there is no model or no data."""

    baseline: Outcome | None = None
    predicted: Outcome | None = None
    notes: tuple[str, ...] = ()
    measured: MeasuredError | None = None

    def goals(self, goals: Goals) -> tuple[GoalVerdict, ...]:
        """Every limit against the prediction."""
        return tuple(GoalVerdict.of(goal, self.predicted) for goal in goals.limits)


def predict(profile: WorkloadProfile, flags: FlagSet, seed: int) -> Prediction:
    """Simulates the flags in use and the new ones under the same random workload."""
    if profile.allocation is None:
        return Prediction()
    notes: list[str] = []
    outcomes = [_outcome(profile, which, seed, notes) for which in (parse_words(profile.flags), flags)]
    target = effective(profile.jdk, profile.machine, flags)
    measured = measured_error(profile, target, flags) if outcomes[1] else None
    return Prediction(outcomes[0], outcomes[1], tuple(dict.fromkeys(notes)), measured)


def _outcome(profile: WorkloadProfile, flags: FlagSet, seed: int, notes: list[str]) -> Outcome | None:
    try:
        collector = effective(profile.jdk, profile.machine, flags).collector
        if not supports(collector):
            notes.append(f"no prediction for {collector}: the simulator has no model of it yet")
            return None
        from advisor.simulate import simulate

        return simulate(profile, flags, seed=seed, replicates=REPLICATES, max_collections=MAX_COLLECTIONS)
    except InputError as error:
        notes.append(f"no prediction: {error.message}")
        return None


def worth(profile: WorkloadProfile, kept: FlagSet, flags: FlagSet, seed: int) -> Mapping[str, Mapping[str, float]]:
    """Option text -> predicted change of the outcome when it alone is left out; empty where there is no model."""
    collector = effective(profile.jdk, profile.machine, kept.plus(flags)).collector
    if profile.allocation is None or not supports(collector):
        return {}
    from advisor.optimize.evaluate import Simulated
    from advisor.optimize.prune import effects

    evaluate = Simulated(profile, seed, max_collections=MAX_COLLECTIONS)
    return effects(profile, flags, lambda rest: evaluate(kept.plus(rest)))


def unmet(verdicts: tuple[GoalVerdict, ...]) -> Iterator[GoalVerdict]:
    """The goals that the prediction breaks."""
    return (verdict for verdict in verdicts if verdict.met is False)
