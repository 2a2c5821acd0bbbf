"""Weighted pauses and intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.model.outcome import Pauses
from advisor.simulate import simulate
from advisor.simulate.assemble import assemble
from advisor.simulate.calibrate import build_model
from advisor.simulate.kernel import Streams
from advisor.simulate.protocol import Pause
from advisor.simulate.summary import summarise
from tests.simulate.programs import fixed, profile

pauses = st.lists(st.tuples(st.sampled_from(["young", "full"]), st.integers(1, 5000)), min_size=1, max_size=60)


def _flat(summary: Pauses) -> dict[str, float]:
    flat = {name: value for name, value in summary.model_dump().items() if name != "by_kind"}
    for kind, totals in summary.by_kind.items():
        flat |= {f"{kind} {name}": value for name, value in totals.model_dump().items()}
    return flat


@given(pauses)
def test_without_weights_the_summary_is_that_of_a_log(pairs: list[tuple[str, int]]) -> None:
    ours = summarise([Pause(kind, ms / 1000, 1) for kind, ms in pairs], 1.0)
    theirs = Pauses.of([(kind, float(ms)) for kind, ms in pairs])
    assert _flat(ours) == pytest.approx(_flat(theirs))


@given(pauses, st.integers(1, 4))
def test_a_weight_is_that_many_equal_pauses(pairs: list[tuple[str, int]], times: int) -> None:
    weighted = summarise([Pause(kind, ms / 1000, 1, float(times)) for kind, ms in pairs], 1.0)
    repeated = summarise([Pause(kind, ms / 1000, 1) for kind, ms in pairs for _ in range(times)], 1.0)
    assert _flat(weighted) == pytest.approx(_flat(repeated))


def test_intervals_hold_the_figures_and_narrow_where_more_is_known() -> None:
    program = profile()
    outcome = simulate(program, fixed(), replicates=8)
    for name, (low, high) in outcome.intervals.items():
        value = getattr(outcome.pauses if name.startswith("pauses.") else outcome, name.removeprefix("pauses."))
        assert low <= value <= high
    unknown = simulate(profile(costs=None), fixed(), replicates=8)

    def width(interval: tuple[float, float]) -> float:
        return math.log(interval[1] / interval[0])

    assert width(unknown.intervals["pauses.total_ms"]) > 2 * width(outcome.intervals["pauses.total_ms"])


def test_the_figures_lie_in_the_middle_of_what_the_replicates_show() -> None:
    program = profile(allocation={"rate": "100 MB/s", "burstiness": 0.5}, duration="20s")
    outcome = simulate(program, fixed(), seed=1, replicates=16)
    for name in ("pauses.total_ms", "pauses.count"):
        low, high = outcome.intervals[name]
        assert math.sqrt(low * high) == pytest.approx(getattr(outcome.pauses, name[7:]), rel=0.08)


def test_about_ninety_percent_of_other_runs_fall_within_the_interval() -> None:
    program = profile(allocation={"rate": "100 MB/s", "burstiness": 0.5}, duration="20s")
    target = effective(17, program.machine, parse_words(fixed()))
    assembly = assemble(program, target, build_model(program, 20.0), program.costs, 1000)
    intervals = [simulate(program, fixed(), seed=seed).intervals["pauses.total_ms"] for seed in range(12)]
    worlds = [assembly.run(1, Streams(1000 + seed))[0].pauses for seed in range(60)]
    totals = [sum(pause.seconds * 1000 for pause in pauses) for pauses in worlds]
    inside = sum(low <= total <= high for low, high in intervals for total in totals)
    assert 0.82 < inside / (len(intervals) * len(totals)) < 0.97
