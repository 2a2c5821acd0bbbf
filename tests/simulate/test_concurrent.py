"""Collectors that work beside the program: when cycles begin, what they cost the program, what flags change."""

from __future__ import annotations

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


def test_concurrent_threads_slow_a_program_only_where_processors_run_short() -> None:
    assert Processors(8).program_speed(2) == 1.0
    assert Processors(2).program_speed(1) == 1.0
    assert Processors(1).program_speed(1) < 1.0
