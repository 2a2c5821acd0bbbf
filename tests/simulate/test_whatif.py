"""What-if: baseline, self-check, confidence, refusals."""

from __future__ import annotations

import pytest

from advisor.model.errors import InputError, NotModelledError, UsageError
from advisor.simulate import compare, simulate
from tests.simulate.programs import fixed, profile

IN_USE = " ".join(fixed())


def test_the_same_flags_give_the_same_outcome_twice() -> None:
    result = compare(profile(flags=IN_USE), fixed())
    assert result.baseline == result.outcome
    assert result.flags == result.baseline_flags == fixed()


def test_a_baseline_without_a_model_is_none() -> None:
    result = compare(profile(flags="-XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC"), fixed())
    assert result.baseline is None
    assert result.outcome.pauses.count


def test_new_flags_without_a_model_say_what_can_be_simulated() -> None:
    with pytest.raises(NotModelledError, match="no model of epsilon on JDK 17") as caught:
        compare(profile(), ["-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC"])
    assert "serial, parallel" in str(caught.value)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["-XX:+UseConcMarkSweepGC"], "UseConcMarkSweepGC"),
        (["-XX:NoSuchFlag=1"], "NoSuchFlag"),
        (["-XX:+UseSerialGC", "-XX:+UseParallelGC"], "UseParallelGC"),
        (["-Xmx100q"], "-Xmx100q"),
        (["-XX:+UseSerialGC", "Main"], "Main"),
    ],
)
def test_flags_that_the_jvm_refuses_are_refused_by_name(flags: list[str], named: str) -> None:
    with pytest.raises(InputError, match=named):
        compare(profile(), flags)


def test_the_self_check_holds_the_model_against_the_log() -> None:
    truth = simulate(profile(flags=IN_USE), fixed(), replicates=1)
    kinds = truth.pauses.by_kind
    seen = {
        "collector": "serial",
        "duration": f"{truth.wall_s}s",
        "throughput": truth.throughput,
        "young_count": kinds["young"].count,
        "pause_mean": f"{truth.pauses.mean_ms}ms",
    }
    good = compare(profile(flags=IN_USE, observed=seen), fixed())
    assert good.confidence.level == "high"
    assert f"{kinds['young'].count} and" in (good.confidence.self_check or "")
    bad = compare(profile(flags=IN_USE, observed={**seen, "young_count": 400}), fixed())
    assert bad.confidence.level == "low"
    assert any("does not reproduce" in note for note in bad.confidence.notes)


def test_confidence_falls_with_what_is_not_known() -> None:
    assert compare(profile(costs=None), fixed()).confidence.level == "low"
    assert compare(profile(flags=IN_USE), fixed()).confidence.level == "medium"
    carried = compare(profile(flags=IN_USE), fixed(collector="parallel"))
    assert carried.confidence.level == "low"
    assert any("carried over" in note for note in carried.confidence.notes)
    assert any("adaptive sizing" in note for note in carried.confidence.notes)


def test_a_longer_duration_means_more_of_the_same() -> None:
    short = simulate(profile(), fixed(), replicates=1)
    long = compare(profile(), fixed(), duration=profile(duration="240s").duration, replicates=2).outcome
    assert long.pauses.count == pytest.approx(4 * (short.pauses.count or 0), rel=0.02)


def test_no_replicates_are_a_usage_error() -> None:
    with pytest.raises(UsageError):
        simulate(profile(), fixed(), replicates=0)


def test_the_order_of_events_does_not_change_the_program_under_other_flags() -> None:
    """Common random numbers: twice the heap at the same young generation changes nothing while old has room."""
    program = profile(allocation={"rate": "100 MB/s", "burstiness": 0.8})
    one = simulate(program, fixed(heap="1000m"), seed=5, replicates=4)
    other = simulate(program, fixed(heap="2000m"), seed=5, replicates=4)
    assert one.pauses == other.pauses
    assert one.intervals == other.intervals
