"""Goals as numbers: what counts, by how much, and what a broken limit weighs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model.goals import GOAL_NAMES, Goal, Goals
from advisor.model.outcome import Outcome
from advisor.optimize.objective import TIE_BREAK, WORST_RATIO, objective, violation
from tests.optimize.workloads import MIB, outcome

figures = st.builds(
    outcome, p99_ms=st.floats(0, 1e5), throughput=st.floats(0.01, 1.0), rss_bytes=st.integers(MIB, 1 << 36)
)
goals = st.builds(
    lambda name, operator, limit: Goal(name=name, operator=operator, limit=limit),
    st.sampled_from(GOAL_NAMES),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.floats(0, 1e9),
)


def names(asked: Goals) -> list[str]:
    return [axis.name for axis in objective(asked).axes]


def test_by_default_pause_throughput_and_footprint_count_alike() -> None:
    axes = objective(Goals()).axes
    assert [(axis.name, axis.maximize) for axis in axes] == [
        ("p99_pause", False), ("throughput", True), ("rss", False),
    ]  # fmt: skip
    assert {axis.weight for axis in axes} == {1.0}


def test_what_was_asked_for_leads_and_the_rest_breaks_ties() -> None:
    axes = objective(Goals(minimize=("heap",))).axes
    assert [(axis.name, axis.weight) for axis in axes] == [
        ("heap", 1.0), ("p99_pause", TIE_BREAK), ("throughput", TIE_BREAK),
    ]  # fmt: skip


def test_a_limit_names_the_axis_of_its_family() -> None:
    asked = Goals(limits=(Goal.parse("max_pause < 1s"), Goal.parse("heap < 1g")))
    assert names(asked) == ["max_pause", "throughput", "heap"]


def test_what_is_limited_counts_little_once_the_limit_is_kept() -> None:
    """45 ms of an allowed 50 with 99 % throughput is better than 2 ms with 97 %."""
    measure = objective(Goals(limits=(Goal.parse("p99_pause < 50ms"),)))
    assert measure.score(outcome(45, 0.99)).cost < measure.score(outcome(2, 0.97)).cost
    assert measure.score(outcome(45, 0.99)).cost > measure.score(outcome(20, 0.99)).cost


def test_capacity_is_not_traded_for_short_pauses() -> None:
    measure = objective(Goals())
    assert measure.score(outcome(45, 0.90)).cost < measure.score(outcome(1, 0.68)).cost


@pytest.mark.parametrize("priority, leading", [("latency", 0), ("throughput", 1), ("footprint", 2)])
def test_the_priority_weighs_one_axis_more(priority: str, leading: int) -> None:
    weights = [axis.weight for axis in objective(Goals.model_validate({"priority": priority})).axes]
    assert weights.index(max(weights)) == leading


@given(goals, figures)
def test_a_limit_is_violated_exactly_where_it_is_not_met(goal: Goal, result: Outcome) -> None:
    value = result.goal_value(goal.name)
    broken = violation(goal, result)
    assert value is not None
    assert (broken == 0) == goal.met_by(value)
    assert 0 <= broken <= WORST_RATIO


@given(st.floats(1, 1e4), st.floats(1.001, 5), st.floats(1.001, 5))
def test_a_limit_missed_by_more_is_violated_more(limit_ms: float, near: float, further: float) -> None:
    goal = Goal(name="p99_pause", operator="<", limit=limit_ms / 1000)
    once, twice = outcome(p99_ms=limit_ms * near), outcome(p99_ms=limit_ms * near * further)
    assert violation(goal, twice) > violation(goal, once) > 0
    assert violation(goal, once) == pytest.approx(math.log(near), abs=1e-6)


def test_throughput_counts_by_the_time_lost() -> None:
    assert violation(Goal.parse("throughput > 95%"), outcome(throughput=0.90)) == pytest.approx(math.log(2))


def test_one_percent_of_the_running_time_outweighs_memory_where_time_is_what_counts() -> None:
    def cost(wall_s: float, rss_bytes: int) -> float:
        result = outcome(rss_bytes=rss_bytes).model_copy(update={"wall_s": wall_s})
        return objective(Goals(minimize=("wall",))).score(result).cost

    assert cost(1000, 8000 * MIB) < cost(1010, 1000 * MIB)
    assert cost(1000, 8000 * MIB) > cost(1000, 1000 * MIB)


def test_an_unknown_figure_counts_as_a_broken_limit() -> None:
    assert violation(Goal.parse("p99_pause < 1s"), outcome(count=None)) == WORST_RATIO


@given(figures, st.floats(1.01, 10))
def test_every_usual_axis_prefers_the_better_outcome(result: Outcome, factor: float) -> None:
    pauses, lost = result.pauses.p99_ms, 1 - result.throughput
    better = outcome(pauses / factor, 1 - lost / factor, int(result.rss_bytes / factor))
    measure = objective(Goals())
    good, bad = measure.score(better), measure.score(result)
    assert all(a <= b + 1e-12 for a, b in zip(good.losses, bad.losses, strict=True))
    assert good.cost < bad.cost


def test_running_out_of_memory_and_having_no_outcome_are_failures() -> None:
    measure = objective(Goals())
    assert measure.score(None).failed
    assert measure.score(outcome(oom=True)).failed
    assert not measure.score(outcome()).failed


def test_small_pauses_are_not_traded_for_memory() -> None:
    """2 ms instead of 1 ms counts less than 10 % more memory; 200 ms instead of 100 ms counts more than 50 %."""

    def cost(p99_ms: float, rss_bytes: int) -> float:
        return objective(Goals()).score(outcome(p99_ms, 0.99, rss_bytes)).cost

    assert cost(2, 1000 * MIB) < cost(1, 1100 * MIB)
    assert cost(200, 1000 * MIB) > cost(100, 1500 * MIB)
