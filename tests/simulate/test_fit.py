"""Closing the loop: what a log showed comes out again, and programs made up for it are found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.simulate import simulate
from advisor.simulate.fit import Correction, correction
from tests.simulate.programs import fixed, profile

IN_USE = " ".join(fixed())


def _observed(outcome: Outcome, **changes: Any) -> dict[str, Any]:
    """What a log of that outcome would show."""
    young = outcome.pauses.by_kind["young"]
    return {
        "collector": "serial",
        "duration": f"{outcome.wall_s}s",
        "throughput": outcome.throughput,
        "young_count": young.count,
        "young_pause_mean": f"{young.total_ms / young.count}ms",
        "survived_per_young": "2m",
        "promotion": "100 kB/s",
        **changes,
    }


def test_without_a_log_or_without_a_model_of_its_collector_nothing_is_corrected() -> None:
    assert correction(profile()).shares == 1.0
    g1 = profile(flags="-XX:+UseG1GC", observed={"collector": "g1", "duration": "9s", "young_count": 9})
    assert correction(g1) == Correction(costs=g1.costs)
    other = profile(flags=IN_USE, observed=_observed(simulate(profile(), fixed(), replicates=1), collector="parallel"))
    assert correction(other) == Correction(costs=other.costs)


def test_survivors_and_pauses_of_the_log_come_out_again() -> None:
    truth = simulate(profile(), fixed(), replicates=1)
    seen = _observed(truth, survived_per_young="3m", young_pause_mean="5ms")
    program = profile(flags=IN_USE, observed=seen)
    young = simulate(program, fixed(), replicates=1).pauses.by_kind["young"]
    assert young.total_ms / young.count == pytest.approx(5.0, rel=0.1)
    twice = profile(flags=IN_USE, observed={**seen, "survived_per_young": "6m"})
    assert correction(twice).shares == pytest.approx(2 * correction(program).shares)


def test_promotion_that_was_never_seen_to_die_stays_in_the_heap() -> None:
    truth = simulate(profile(), fixed(), replicates=1)
    program = profile(flags=IN_USE, observed=_observed(truth, promotion="3 MB/s"))
    found = correction(program)
    assert found.kept == pytest.approx(3 * 2**20 * truth.wall_s, rel=0.35)
    assert simulate(program, fixed(), replicates=1).heap_peak_bytes > truth.heap_peak_bytes + 100 * 2**20


def test_promotion_beyond_a_known_live_set_dies_in_the_old_generation() -> None:
    truth = simulate(profile(), fixed(), replicates=1)
    seen = _observed(truth, promotion="8 MB/s", full_count=2, live="90m")
    program = profile(flags=IN_USE, observed=seen)
    found = correction(program)
    assert found.kept == 0
    assert found.lasting is not None
    assert found.lasting.share * 100 * 2**20 == pytest.approx((8 - 90 / truth.wall_s) * 2**20, rel=0.35)
    assert simulate(program, fixed(), replicates=1).cycles["full"]


def test_figures_for_other_flags_are_less_certain_than_for_those_of_the_log() -> None:
    seen = _observed(simulate(profile(), fixed(), replicates=1))
    program = profile(flags=IN_USE, observed=seen)

    def width(young: str) -> float:
        low, high = simulate(program, fixed(heap="2g", young=young)).intervals["pauses.total_ms"]
        return high / low

    low, high = simulate(program, fixed()).intervals["pauses.total_ms"]
    assert high / low < width("150m") < width("800m")


def test_a_full_collection_seen_once_prices_the_next() -> None:
    truth = simulate(profile(), fixed(), replicates=1)
    seen = _observed(truth, full_count=1, full_pause_mean="200ms", live="100m")
    costs = {"collector": "serial", "gc_threads": 1, "young": {"fixed": "1ms", "per_mb": "0.4ms", "spread": 0.2}}
    found = correction(profile(flags=IN_USE, observed=seen, costs=costs)).costs
    assert found is not None
    assert found.full is not None
    assert float(found.full.fixed) + 100 * float(found.full.per_mb) == pytest.approx(0.2)


@pytest.mark.shared
@pytest.mark.parametrize("program", ["alloc-young", "alloc-old", "alloc-large", "h2oltp", "luceneindex", "weka"])
def test_young_collections_of_real_programs_under_other_flags(shared: Path, program: str) -> None:
    """Calibrated on one run with Serial; counts within 10 % under other sizes, total pauses within a factor of 1.7."""
    from advisor.analyze import LogTarget, analyze_logs

    lines = (shared / "truth" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    records = {record["tag"]: record for record in map(json.loads, lines)}
    base = records[f"{program}--serial"]
    log = shared / "truth" / f"{program}--serial.log.gz"
    analysis = analyze_logs((str(log),), LogTarget(jdk=17, cpus=2, flags=tuple(base["flags"])))
    calibrated = WorkloadProfile.model_validate(analysis.profile)
    for flag_set in ("serial", "serial-again", "serial-young", "serial-big", "serial-tenure1"):
        record = records[f"{program}--{flag_set}"]
        outcome = simulate(calibrated.model_copy(update={"jdk": record["jdk"]}), record["flags"], replicates=2)
        seen = record["pauses"]["kinds"]["Young"]
        young = outcome.pauses.by_kind["young"]
        assert young.count == pytest.approx(seen[0], rel=0.1, abs=2)
        assert 1 / 1.7 < young.total_ms / seen[1] < 1.7
