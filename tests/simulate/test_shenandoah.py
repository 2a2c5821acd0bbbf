"""Shenandoah: when cycles begin, what they cost, how it holds the program back and what happens when that is vain."""

from __future__ import annotations

import pytest

from advisor.simulate.collectors.shenandoah import Shenandoah
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.run import Tally
from advisor.simulate.shenandoah_heuristics import Trigger
from tests.simulate.programs import FLAG, MIB, run

STEADY = Workload(120.0 * MIB, (Component(0.05, 0.3), Component(0.02, 3.0)))
FAST = Workload(600.0 * MIB, (Component(0.05, 0.2),))
SLOW = Workload(0.02 * MIB)


def shenandoah(
    words: str, program: Workload, seconds: float, *, jdk: int = 17, live: float = 40.0 * MIB
) -> tuple[Tally, Shenandoah]:
    tally, model = run(f"{FLAG['shenandoah']} {words}".split(), program, seconds, jdk=jdk, preloaded=live)
    assert isinstance(model, Shenandoah)
    return tally, model


@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_a_cycle_has_four_short_pauses(jdk: int) -> None:
    tally, _ = shenandoah("-Xmx300m", STEADY, 30.0, jdk=jdk)
    kinds = [pause.kind for pause in tally.pauses]
    assert tally.cycles > 5
    assert abs(kinds.count("initial-mark") - tally.cycles) <= 1
    assert abs(kinds.count("other") - 2 * tally.cycles) <= 2
    assert max(pause.seconds for pause in tally.pauses) < 0.005


@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_it_learns_at_the_initial_threshold(jdk: int) -> None:
    """A real JDK 17 with 512 MB: 'Learning 1 of 5. Free (358M) is below initial threshold (358M)'."""
    _, model = shenandoah("-Xmx512m", STEADY, 20.0, jdk=jdk, live=5.0 * MIB)
    reserve, percent = 0.05, 0.7
    for trigger, used in model.reasons[:5]:
        assert trigger is Trigger.LEARNING
        assert used / MIB == pytest.approx(512 * (1 - reserve - percent), abs=2)
    assert model.reasons[5][0] is not Trigger.LEARNING
    _, none = shenandoah("-Xmx512m -XX:+UnlockExperimentalVMOptions -XX:ShenandoahLearningSteps=2", STEADY, 20.0)
    assert [trigger for trigger, _ in none.reasons].count(Trigger.LEARNING) == 2


def test_flags_move_the_thresholds() -> None:
    expert = "-Xmx400m -XX:ShenandoahGCHeuristics=static"
    late, _ = shenandoah(f"{expert} -XX:ShenandoahMinFreeThreshold=10", STEADY, 60.0)
    early, _ = shenandoah(f"{expert} -XX:ShenandoahMinFreeThreshold=50", STEADY, 60.0)
    assert early.cycles > 1.5 * late.cycles
    compact, _ = shenandoah("-Xmx400m -XX:ShenandoahGCHeuristics=compact", STEADY, 60.0)
    assert compact.cycles == pytest.approx(60 * 120 / 40, rel=0.25)
    aggressive, _ = shenandoah("-Xmx400m -XX:ShenandoahGCHeuristics=aggressive", STEADY, 5.0)
    assert aggressive.concurrent_cpu_s == pytest.approx(aggressive.wall_s, rel=0.05)


def test_five_minutes_without_a_cycle_are_the_most() -> None:
    assert shenandoah("-Xmx1g", SLOW, 3001.0)[1].cycles == 10
    assert shenandoah("-Xmx1g -XX:ShenandoahGuaranteedGCInterval=60000", SLOW, 3001.0)[1].cycles == 50
    assert shenandoah("-Xmx1g -XX:ShenandoahGuaranteedGCInterval=0", SLOW, 3001.0)[1].cycles == 0


def test_passive_mode_stops_the_program_for_every_collection() -> None:
    tally, model = shenandoah("-Xmx300m -XX:ShenandoahGCMode=passive", STEADY, 30.0)
    assert tally.cycles == 0
    assert tally.concurrent_cpu_s == 0
    assert model.failures["degenerated"]


def test_pacing_holds_the_program_back_and_without_it_collections_degenerate() -> None:
    paced, _ = shenandoah("-Xmx90m", FAST, 20.0)
    free, _ = shenandoah("-Xmx90m -XX:-ShenandoahPacing", FAST, 20.0)
    assert paced.waited_s > 0
    assert free.waited_s == 0
    assert (free.failures["degenerated"] or 0) > (paced.failures["degenerated"] or 0)
    roomy, _ = shenandoah("-Xmx2g", FAST, 20.0)
    assert roomy.waited_s == 0
    assert roomy.failures == {"degenerated": 0, "full_gc": 0}


def test_a_larger_heap_costs_less_processor_time() -> None:
    used = [shenandoah(f"-Xmx{size}m", FAST, 30.0)[0].concurrent_cpu_s for size in (200, 400, 800)]
    assert used == sorted(used, reverse=True)
