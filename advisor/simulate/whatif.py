"""What-if: the flags in use against new ones, and how far the answer can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import Effective, effective
from advisor.model.errors import InputError, NotModelledError
from advisor.model.flags import FlagSet, OptionKind
from advisor.model.machine import Collector
from advisor.model.outcome import Alternative, Confidence, MeasuredError, Outcome, Simulation
from advisor.model.profile import Observed, WorkloadProfile
from advisor.model.quantities import Duration
from advisor.simulate.calibrate import build_model
from advisor.simulate.measured import measured_error
from advisor.simulate.predict import Flags, as_flag_set, simulate, traced

COUNT_TOLERANCE, TOTAL_TOLERANCE = 0.05, 0.15
"""A self-check passes when the young collections and the total pause of the log come out this close."""

DOUBTFUL, HOPELESS = 0.15, 0.5
"""Median error of the total pause on real runs (a logarithm) beyond which confidence is medium, or low."""
WIDE = 3.0
"""Ratio of the ends of an interval of the total pause, beyond which a prediction is in doubt by itself."""


def compare(
    profile: WorkloadProfile,
    flags: Flags,
    *,
    seed: int = 0,
    replicates: int = 8,
    duration: Duration | None = None,
    beside: Sequence[Flags] = (),
) -> Simulation:
    """Simulates new flags, those `beside` them and the flags in use for the same program.

    The baseline is None where the flags in use mean a collector without a model. Raises what `simulate` raises for the
    new flags, and InputError for flags with which the JVM would not start.
    """
    new, old = as_flag_set(flags), as_flag_set(profile.flags)
    others = [as_flag_set(other) for other in beside]
    for asked in (new, *others):
        _check_flags(asked, profile)
    target = effective(profile.jdk, profile.machine, new)
    measured = measured_error(profile, target, new)
    predicted = simulate(profile, new, seed=seed, replicates=replicates, duration=duration)
    baseline = _baseline(profile, seed=seed, replicates=replicates, duration=duration)
    return Simulation(
        flags=new.words(),
        jdk=profile.jdk,
        collector=target.collector,
        baseline_flags=old.words(),
        baseline=baseline,
        outcome=predicted,
        confidence=_confidence(profile, target, predicted, seed, replicates, measured),
        measured_error=measured,
        seed=seed,
        comparisons=tuple(
            Alternative(
                flags=other.words(),
                collector=effective(profile.jdk, profile.machine, other).collector,
                outcome=simulate(profile, other, seed=seed, replicates=replicates, duration=duration),
            )
            for other in others
        ),
        timeline=traced(profile, new, seed=seed, duration=duration).timeline,
    )


def _baseline(profile: WorkloadProfile, *, seed: int, replicates: int, duration: Duration | None) -> Outcome | None:
    try:
        return simulate(profile, profile.flags, seed=seed, replicates=replicates, duration=duration)
    except NotModelledError:
        return None


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """The model's answer for the flags of the log, against the log."""

    text: str
    passed: bool


def self_check(profile: WorkloadProfile, *, seed: int = 0, replicates: int = 8) -> SelfCheck | None:
    """Simulates the flags in use for the length of the log; None where there is nothing to check against."""
    observed = profile.observed
    if observed is None or not observed.young_count or observed.pause_mean is None:
        return None
    if effective(profile.jdk, profile.machine, as_flag_set(profile.flags)).collector != observed.collector:
        return None
    outcome = _baseline(profile, seed=seed, replicates=replicates, duration=observed.duration)
    return _judged(outcome, observed) if outcome else None


def _judged(outcome: Outcome, observed: Observed) -> SelfCheck:
    kinds = outcome.pauses.by_kind
    young = kinds["young"].count if "young" in kinds else 0
    full = kinds["full"].count if "full" in kinds else 0
    seen_total = float(observed.pause_mean or 0) * 1000 * (observed.young_count + observed.full_count)
    total = outcome.pauses.total_ms
    close = abs(young / observed.young_count - 1) <= COUNT_TOLERANCE or abs(young - observed.young_count) <= 1
    right = seen_total > 0 and abs(total / seen_total - 1) <= TOTAL_TOLERANCE
    text = (
        f"flags of the log: {young} young and {full} full collections predicted, {observed.young_count} and "
        f"{observed.full_count} observed; total pause {total:.0f} ms predicted, {seen_total:.0f} ms observed"
    )
    return SelfCheck(text, close and right)


def _confidence(
    profile: WorkloadProfile,
    target: Effective,
    predicted: Outcome,
    seed: int,
    replicates: int,
    measured: MeasuredError | None,
) -> Confidence:
    check = self_check(profile, seed=seed, replicates=min(replicates, 3))
    doubts = list(_doubts(profile, target))
    low, high = predicted.intervals["pauses.total_ms"]
    if high > WIDE * low:
        doubts.append("the interval is wide: little differences in the program decide what happens")
    total = measured.errors.get("pauses.total_ms") if measured else None
    if total and total.median > DOUBTFUL:
        doubts.append("predictions of this kind were far off on real runs, as below")
    level: Literal["high", "medium", "low"]
    if total and total.median > HOPELESS:
        level = "low"
    elif check is not None and not check.passed:
        doubts.append("the model does not reproduce the log itself: take the direction, not the figures")
        level = "low"
    elif check is None:
        own = profile.costs is not None and profile.costs.collector == target.collector
        level = "medium" if own else "low"
    else:
        level = "medium" if doubts else "high"
    return Confidence(level=level, self_check=check.text if check else None, notes=tuple(doubts))


def _doubts(profile: WorkloadProfile, target: Effective) -> Iterator[str]:
    """What lowers the confidence, one sentence each."""
    yield from build_model(profile, float(profile.duration)).notes
    if profile.costs is None:
        yield "costs of collections are priors: no log of this program has calibrated them"
    elif profile.costs.collector != target.collector:
        yield f"costs were calibrated under {profile.costs.collector} and carried over to {target.collector}"
    if target.collector is Collector.PARALLEL and target.value("UseAdaptiveSizePolicy") is True:
        yield "adaptive sizing follows the lengths of pauses, which are predictions themselves"
    if target.layout.initial_heap < target.layout.max_heap:
        yield "the heap may grow during the run; its growth is modelled only roughly"


def _check_flags(flags: FlagSet, profile: WorkloadProfile) -> None:
    """Raises InputError for the first option with which that JVM would not start."""
    for option in flags:
        if option.kind is OptionKind.OTHER:
            raise InputError(f"not a JVM option: {option.text!r}", where="flags", hint="give JVM options only")
    for verdict in judge(flags, profile.jdk, profile.machine):
        if verdict.severity == "error":
            hint = f"use {verdict.replacement}" if verdict.replacement else None
            message = f"JDK {profile.jdk} refuses {verdict.option.text}: {verdict.message}"
            raise InputError(message, where="flags", hint=hint)
