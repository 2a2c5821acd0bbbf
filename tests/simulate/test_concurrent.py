"""Collectors that work beside the program: when cycles begin, what they cost the program, what flags change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.simulate.g1_policy import Predictor, YoungBounds, marking_start, primed
from advisor.simulate.machine import Processors
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.run import Tally
from tests.simulate.programs import MIB, fixed, run

CHURN = Workload(200.0 * MIB, (Component(0.05, 0.3), Component(0.04, 8.0)))
"""Old objects die after seconds, so that the old generation fills and can be emptied again."""


def cms(words: str = "", *, only: bool = True) -> Tally:
    """A run of ParNew and CMS with every size fixed; `only`: nothing but the occupancy starts a cycle."""
    more = f"{words} -XX:+UseCMSInitiatingOccupancyOnly" if only else words
    return run(fixed(more, collector="cms", heap="400m", young="60m"), CHURN, 120.0, jdk=11)[0]


def g1(words: str = "", *, jdk: int = 17, heap: str = "600m") -> Tally:
    """A run of G1 in a heap of fixed size."""
    return run(f"-Xms{heap} -Xmx{heap} -XX:+UseG1GC {words}".split(), CHURN, 120.0, jdk=jdk)[0]


def stops(tally: Tally, kind: str) -> int:
    return sum(1 for pause in tally.pauses if pause.kind == kind)


def test_a_cycle_has_two_pauses_and_empties_the_old_generation_without_a_full_collection() -> None:
    tally = cms("-XX:CMSInitiatingOccupancyFraction=60")
    assert tally.cycles > 3
    assert stops(tally, "full") == 0
    assert abs(stops(tally, "initial-mark") - tally.cycles) <= 1
    assert abs(stops(tally, "remark") - tally.cycles) <= 1


def test_a_higher_occupancy_makes_fewer_cycles() -> None:
    counts = [cms(f"-XX:CMSInitiatingOccupancyFraction={percent}").cycles for percent in (50, 60, 70, 80)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_without_occupancy_only_cycles_start_no_later() -> None:
    words = "-XX:CMSInitiatingOccupancyFraction=80"
    assert cms(words, only=False).cycles >= cms(words).cycles


def test_too_late_a_start_ends_in_concurrent_mode_failure() -> None:
    fast = Workload(900.0 * MIB, (Component(0.1, 0.3), Component(0.06, 6.0)))
    flags = "-XX:CMSInitiatingOccupancyFraction=99 -XX:+UseCMSInitiatingOccupancyOnly"
    tally, _ = run(fixed(flags, collector="cms", heap="500m", young="100m"), fast, 60.0, jdk=11)
    assert stops(tally, "full") > 0


def test_scavenge_before_remark_shortens_remark() -> None:
    before = cms("-XX:CMSInitiatingOccupancyFraction=60")
    after = cms("-XX:CMSInitiatingOccupancyFraction=60 -XX:+CMSScavengeBeforeRemark")

    def longest(tally: Tally) -> float:
        return max(pause.seconds for pause in tally.pauses if pause.kind == "remark")

    assert longest(after) < longest(before)


def test_a_lower_initiating_occupancy_marks_more_often() -> None:
    counts = [g1(f"-XX:InitiatingHeapOccupancyPercent={p} -XX:-G1UseAdaptiveIHOP").cycles for p in (20, 35, 50)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


@pytest.mark.parametrize("jdk", [8, 11, 17, 21, 25])
def test_a_shorter_goal_makes_young_collections_more_and_shorter(jdk: int) -> None:
    def young(goal: int) -> list[float]:
        return [p.seconds for p in g1(f"-XX:MaxGCPauseMillis={goal}", jdk=jdk).pauses if p.kind in ("young", "mixed")]

    runs = {goal: young(goal) for goal in (10, 40, 200)}
    assert len(runs[10]) >= len(runs[40]) >= len(runs[200])
    assert sum(runs[10]) / len(runs[10]) <= sum(runs[200]) / len(runs[200]) * (1 + 1e-9)


def test_a_fixed_young_generation_ignores_the_pause_goal() -> None:
    assert g1("-Xmn120m -XX:MaxGCPauseMillis=10").pauses == g1("-Xmn120m -XX:MaxGCPauseMillis=500").pauses


def test_mixed_collections_follow_marking_and_empty_old_regions() -> None:
    tally = g1("-XX:InitiatingHeapOccupancyPercent=30")
    kinds = [pause.kind for pause in tally.pauses]
    assert "full" not in kinds
    assert kinds.index("mixed") > kinds.index("cleanup") > kinds.index("remark")
    assert tally.peak_used <= 600 * MIB


def test_the_first_young_generations_are_small_and_grow_with_samples() -> None:
    """On JDK 17 real logs begin with 5 % of the heap and grow for about ten collections; on 25 the second is large."""
    sizes: dict[int, list[float]] = {}
    for jdk in (17, 25):
        tally, model = run(["-Xms400m", "-Xmx400m", "-XX:+UseG1GC"], CHURN, 0.2, jdk=jdk)
        sizes[jdk] = [tally.allocated, model.young.eden]  # type: ignore[attr-defined]
    assert sizes[17][1] < 60 * MIB < sizes[25][1]


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_prediction_is_no_smaller_than_the_average(samples: list[float]) -> None:
    predictor = Predictor(0.5)
    for value in samples:
        predictor.sample(value)
    assert min(samples) * (1 - 1e-9) <= predictor.average <= max(samples) * (1 + 1e-9)
    assert predictor.predicted >= predictor.average


def test_a_prior_fades_or_is_replaced() -> None:
    fading, replaced = primed(0.5, 100.0, replaceable=False), primed(0.5, 100.0, replaceable=True)
    for predictor in (fading, replaced):
        predictor.sample(1.0)
    assert fading.average == pytest.approx(70.3)
    assert replaced.average == 1.0


def test_bounds_are_shares_of_the_heap_or_what_flags_fix() -> None:
    assert YoungBounds(5, 60).of(400) == (20, 240)
    assert YoungBounds(5, 60, least_fixed=50, most_fixed=50).of(400) == (50, 50)
    assert YoungBounds(5, 60, least_fixed=50, most_fixed=50).fixed


def test_marking_starts_at_a_share_until_there_are_samples() -> None:
    start = marking_start(45, 0.5, 10, 5, adaptive=True)
    assert start.threshold(1000, 1000, 0) == 450
    for _ in range(3):
        start.marking.sample(2.0)
        start.allocation.sample(50.0)
    assert start.threshold(1000, 1000, 0) <= 850 - 100
    assert start.threshold(1000, 1000, 10_000) == 0


def test_concurrent_threads_slow_a_program_only_where_processors_run_short() -> None:
    assert Processors(8).program_speed(2) == 1.0
    assert Processors(2).program_speed(1) == 1.0
    assert Processors(1).program_speed(1) < 1.0
