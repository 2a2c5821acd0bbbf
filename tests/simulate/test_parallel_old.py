"""Parallel's old generation: what a log of JDK 17.0.9 shows of its size and of the full collections that follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.simulate import simulate
from advisor.simulate.size_policy import SizeFlags, SizePolicy
from tests.benchmarks.fidelity.predictions import calibrated
from tests.benchmarks.fidelity.records import load

MIB = 1 << 20


def _policy(*, promo: float) -> SizePolicy:
    flags = SizeFlags(max_threshold=15, pause_goal_s=1e9, time_ratio=99)
    return SizePolicy(flags, eden=96.0 * MIB, survivor=16.0 * MIB, threshold=7, promo=promo)


def test_room_in_old_grows_by_the_share_of_full_collections_in_the_cost() -> None:
    """A scavenge of 6 ms every 100 ms, a full collection of 30 ms after 3 s: the log shows 96 MB become 105-115 MB."""
    policy = _policy(promo=96.0 * MIB)
    for _ in range(29):
        policy.minor(0.006, 0.1, 10.0 * MIB)
    policy.major(0.030)
    policy.adapt_promo(200.0 * MIB)
    assert 105 * MIB <= policy.promo <= 115 * MIB


def test_room_in_old_shrinks_for_the_footprint_when_collections_are_cheap() -> None:
    """Far below one percent of the time, by 5 % weighted with its share: 96 of 192 MB, so 2.5 %."""
    policy = _policy(promo=96.0 * MIB)
    for _ in range(10):
        policy.minor(0.001, 10.0, 1.0 * MIB)
    policy.major(0.010)
    policy.adapt_promo(200.0 * MIB)
    assert policy.promo == pytest.approx(96 * MIB * 0.975, abs=MIB)


@pytest.mark.shared
@pytest.mark.parametrize("tag", ["alloc-young--parallel", "alloc-young--parallel-young", "alloc-old--parallel-young"])
def test_full_collections_of_a_real_run_are_found_again(shared: Path, tag: str) -> None:
    """They come when the committed old generation is nearly full, long before the largest one is."""
    run = next(run for run in load(shared / "truth") if run.tag == tag)
    profile = calibrated(run)
    assert profile.observed is not None
    outcome = simulate(profile, run.flags, replicates=1)
    assert outcome.cycles["full"] == pytest.approx(profile.observed.full_count, abs=1)
    assert profile.observed.full_count >= 2
