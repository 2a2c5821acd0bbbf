"""Replay of a log: what varied in time varies again, and a profile's timeline is well-formed."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from advisor.model.profile import Timeline
from advisor.simulate import simulate
from advisor.simulate.timeline import Track, phases, retained_by_stretch
from tests.benchmarks.fidelity.predictions import calibrated
from tests.benchmarks.fidelity.records import load

MIB = 1 << 20


def timeline(**changes: object) -> Timeline:
    """Four stretches: a busy start that keeps 30 MB, a collection of old, then a steady pace."""
    columns: dict[str, object] = {
        "running_s": [1, 1, 2, 2],
        "allocated_mb": [200, 100, 100, 100],
        "moved_mb": [40, 10, None, 10],
        "old_mb": [20, 60, 30, 35],
        "pause_ms": [20, 5, 5, 5],
        "collections": [2, 1, 1, 1],
    }
    return Timeline.model_validate(columns | changes)


def test_a_track_is_the_mean_of_its_stretches() -> None:
    """Against the integral by hand; beyond the end it is the mean of the later half."""
    track = Track.of((1.0, 3.0, 4.0), (2.0, 1.0, 4.0))
    assert track.mean(0, 4) == pytest.approx((2 + 2 + 4) / 4)
    assert track.mean(0.5, 2) == pytest.approx((1 + 1) / 1.5)
    assert track.mean(3.5, 3.5) == 4
    assert track.mean(10, 20) == pytest.approx((2 * 1 + 1 * 4) / 3)


def test_all_that_was_allocated_is_allocated_again() -> None:
    """The phases of the log add up to its bytes, at the rates of its stretches."""
    rate = 80 * MIB
    found = phases(timeline(), 6.0, rate, 0.0, None)
    starts = (0.0, *(phase.end_s for phase in found))
    spans = [end - start for start, end in pairwise(starts)]
    allocated = sum(phase.rate * rate * span for phase, span in zip(found[:4], spans, strict=False))
    assert allocated == pytest.approx(500 * MIB)
    assert found[0].rate == pytest.approx(200 / 80)


def test_until_the_log_ends_no_more_collections_come_than_it_had() -> None:
    """Between the last collection and the end the program does not fill eden once more, but it goes on later."""
    found = phases(timeline(), 9.0, 80 * MIB, 0.0, None)
    tail, later = found[4], found[5]
    assert tail.end_s == 9.0
    assert tail.rate * 80 * 3.0 < 100
    assert later.rate == pytest.approx(50 / 80)


def test_what_stays_is_what_old_never_fell_below() -> None:
    """20 MB by the first stretch, 30 by the second: what came later was not collected yet and proves nothing."""
    stays = retained_by_stretch(timeline(), 30 * MIB)
    assert [round(size / MIB, 6) for size in stays] == [20, 10, 0, 0]
    growing = retained_by_stretch(timeline(old_mb=[10, 20, 40, 40]), 40 * MIB)
    assert [round(size / MIB, 6) for size in growing] == [10, 10, 20, 0]


def test_columns_of_different_lengths_are_refused() -> None:
    """A profile written by hand may be wrong."""
    with pytest.raises(ValidationError, match="different lengths"):
        timeline(pause_ms=[1, 2])


def test_no_old_collection_leaves_nothing_infinite() -> None:
    """A log that hides the old generation spreads what stays evenly."""
    hidden = retained_by_stretch(timeline(old_mb=[None] * 4), 6 * MIB)
    assert all(math.isfinite(size) for size in hidden)
    assert sum(hidden) == pytest.approx(6 * MIB)


@pytest.mark.shared
def test_a_log_says_what_survived_its_first_collection(shared: Path) -> None:
    """Age 1 of GC(31) of the log is 2377328 bytes; the tables of collections that overflowed say nothing."""
    run = next(run for run in load(shared / "truth", ("h2oltp",)) if run.flag_set == "cms")
    found = calibrated(run).timeline
    assert found is not None
    fresh = [None if size is None else round(size * MIB) for size in found.fresh_mb]
    assert any(size is not None and abs(size - 2377328) < 200 for size in fresh)
    assert fresh[0] is None


@pytest.mark.shared
@pytest.mark.parametrize(("flag_set", "near"), [("serial", 0.02), ("cms", 0.02), ("parallel", 0.1)])
def test_the_log_is_found_again(shared: Path, flag_set: str, near: float) -> None:
    """Replayed under its own flags: young collections and their time; Parallel's sizes follow its pauses besides."""
    run = next(run for run in load(shared / "truth", ("luceneindex",)) if run.flag_set == flag_set)
    program = calibrated(run)
    assert program.timeline is not None
    young = simulate(program, run.flags, replicates=1).pauses.by_kind["young"]
    assert young.count == pytest.approx(sum(program.timeline.collections), rel=near)
    assert young.total_ms == pytest.approx(sum(program.timeline.pause_ms), rel=near)
