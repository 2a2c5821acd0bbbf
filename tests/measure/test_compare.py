"""Verdicts on numbers whose truth is known."""

from __future__ import annotations

import math
import random

import pytest

from advisor.measure.compare import bootstrap, compared, judged, noise
from advisor.model.measurement import Arm, MeasuredRun
from advisor.model.outcome import Pauses


def arm(name: str, walls: list[float], *, code: int = 0) -> Arm:
    runs = [
        MeasuredRun(
            wall_s=wall, cpu_s=wall, rss_bytes=1 << 20, pauses=Pauses(), exit_code=code, metrics={"ops": 1 / wall}
        )
        for wall in walls
    ]
    return Arm(name=name, flags=(), runs=tuple(runs))


def drawn(mean: float, spread: float, count: int, seed: int) -> list[float]:
    stream = random.Random(seed)
    return [mean * math.exp(stream.gauss(0, spread)) for _ in range(count)]


def test_a_clear_difference_is_told_with_the_right_ratio() -> None:
    found = compared(
        arm("a", drawn(2.0, 0.02, 8, 1)), arm("b", drawn(1.5, 0.02, 8, 2)), "wall_s",
        margin=0.02, larger_is_better=False, seed=0,
    )  # fmt: skip
    assert found.verdict == "better"
    assert found.ratio == pytest.approx(0.75, rel=0.03)
    assert found.interval is not None
    assert found.interval[0] < 0.75 < found.interval[1]


def test_what_is_larger_may_be_better() -> None:
    base, faster = arm("a", [2.0, 2.01, 1.99]), arm("b", [1.0, 1.01, 0.99])
    for larger, verdict in ((True, "better"), (False, "worse")):
        found = compared(base, faster, "ops", margin=0.02, larger_is_better=larger, seed=0)
        assert found.verdict == verdict


def test_two_runs_decide_nothing() -> None:
    found = compared(arm("a", [2.0, 2.0]), arm("b", [1.0, 1.0]), "wall_s", margin=0.02, larger_is_better=False, seed=0)
    assert found.verdict == "undecided"


def test_an_arm_that_never_ends_well_is_worse() -> None:
    found = compared(
        arm("a", [2.0] * 3), arm("b", [1.0] * 3, code=1), "wall_s", margin=0.1, larger_is_better=False, seed=0
    )
    assert (found.verdict, found.ratio) == ("worse", None)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of 200 experiments with no difference; the bootstrap of few runs is a little narrow."""
    held = sum(low <= 1 <= high for low, high in (
        bootstrap(drawn(1, 0.05, 8, seed), drawn(1, 0.05, 8, 1000 + seed), seed) for seed in range(200)
    ))  # fmt: skip
    assert 0.85 <= held / 200 <= 0.99


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [((0.8, 0.9), "better"), ((1.1, 1.2), "worse"), ((0.99, 1.01), "same"), ((0.9, 1.2), "undecided"),
     ((0.97, 0.99), "undecided")],
)  # fmt: skip
def test_intervals_and_the_margin(interval: tuple[float, float], verdict: str) -> None:
    assert judged(interval, math.log(1.02), larger_is_better=False) == verdict


def test_the_noise_is_how_far_equal_flags_are_apart() -> None:
    assert noise(arm("a", [1.0, 1.0]), arm("again", [1.1, 1.1]), "wall_s") == pytest.approx(math.log(1.1))
    assert noise(arm("a", [1.0]), None, "wall_s") == pytest.approx(math.log(1.02))
