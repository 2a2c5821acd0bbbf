"""Generational Shenandoah: young cycles, old marking as old grows, mixed evacuation."""

from __future__ import annotations

from advisor.simulate.collectors.shenandoah_generational import ShenandoahGenerational
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.run import Tally
from tests.simulate.programs import FLAG, MIB, run

STEADY = Workload(150.0 * MIB, (Component(0.05, 0.2),))
CHURN = Workload(200.0 * MIB, (Component(0.05, 0.3), Component(0.05, 10.0)))
SLOW = Workload(0.01 * MIB)


def shenandoah(
    words: str, program: Workload, seconds: float, *, live: float = 40.0 * MIB
) -> tuple[Tally, ShenandoahGenerational]:
    flags = f"{FLAG['shenandoah-generational']} {words}".split()
    tally, model = run(flags, program, seconds, jdk=25, preloaded=live)
    assert isinstance(model, ShenandoahGenerational)
    return tally, model


def test_old_is_marked_as_it_grows_and_garbage_in_it_is_reclaimed() -> None:
    tally, model = shenandoah("-Xmx400m", CHURN, 120.0)
    assert model.old_marks > 2
    assert model.promoted_bytes > 200 * MIB
    assert model.old_used() < 400 * MIB
    remarks = sum(1 for pause in tally.pauses if pause.kind == "remark")
    assert abs(remarks - tally.cycles - model.old_marks) <= 1
    assert not tally.oom


def test_nothing_that_dies_young_is_promoted() -> None:
    _, model = shenandoah("-Xmx400m", STEADY, 60.0)
    assert model.promoted_bytes < 0.01 * 150 * MIB * 60


def test_young_cycles_do_not_mark_what_is_old() -> None:
    young, _ = shenandoah("-Xmx600m", STEADY, 60.0, live=300.0 * MIB)
    whole, _ = run(f"{FLAG['shenandoah']} -Xmx600m".split(), STEADY, 60.0, jdk=25, preloaded=300.0 * MIB)
    assert young.concurrent_cpu_s / young.cycles < 0.8 * whole.concurrent_cpu_s / whole.cycles


def test_the_guaranteed_intervals_of_both_generations() -> None:
    _, usual = shenandoah("-Xmx1g", SLOW, 3001.0, live=5.0 * MIB)
    assert (usual.cycles, usual.old_marks) in {(10, 5), (10, 4)}
    unlock = "-Xmx1g -XX:+UnlockExperimentalVMOptions"
    _, young = shenandoah(f"{unlock} -XX:ShenandoahGuaranteedYoungGCInterval=100000", SLOW, 3001.0, live=5.0 * MIB)
    assert young.cycles == 30
    _, never = shenandoah(f"{unlock} -XX:ShenandoahGuaranteedOldGCInterval=0", SLOW, 3001.0, live=5.0 * MIB)
    assert never.old_marks == 0


def test_marking_old_does_not_outlive_a_degenerated_collection() -> None:
    fast = Workload(900.0 * MIB, (Component(0.1, 0.3), Component(0.03, 4.0)))
    tally, model = shenandoah("-Xmx200m -XX:-ShenandoahPacing", fast, 30.0)
    assert tally.failures["degenerated"]
    assert model.old_marks > 1
