"""Generational ZGC: minor collections, major ones when they pay, and where objects go."""

from __future__ import annotations

import pytest

from advisor.simulate.collectors.zgc_generational import ZgcGenerational
from advisor.simulate.concurrent import Pages
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.run import Tally
from advisor.simulate.zgc_director import Reason
from advisor.simulate.zgc_parts import tenuring_threshold
from tests.simulate.programs import MIB, run

STEADY = Workload(120.0 * MIB, (Component(0.05, 0.3), Component(0.02, 3.0)))
FAST = Workload(400.0 * MIB, (Component(0.05, 0.2),))
CHURN = Workload(200.0 * MIB, (Component(0.05, 0.3), Component(0.05, 10.0)))
SLOW = Workload(0.02 * MIB)
FLAGS = {21: "-XX:+UseZGC -XX:+ZGenerational", 25: "-XX:+UseZGC"}


def zgc(
    words: str, program: Workload, seconds: float, *, jdk: int = 21, live: float = 40.0 * MIB
) -> tuple[Tally, ZgcGenerational]:
    tally, model = run(f"{FLAGS[jdk]} {words}".split(), program, seconds, jdk=jdk, preloaded=live)
    assert isinstance(model, ZgcGenerational)
    return tally, model


@pytest.mark.parametrize("jdk", [21, 25])
def test_young_collections_have_three_pauses_and_old_ones_two_more(jdk: int) -> None:
    tally, model = zgc("-Xmx400m -XX:SoftMaxHeapSize=400m", CHURN, 60.0, jdk=jdk)
    kinds = [pause.kind for pause in tally.pauses]
    majors = model.rounds()
    assert majors > 3
    assert kinds.count("initial-mark") == pytest.approx(model.cycles, abs=1)
    assert kinds.count("remark") == pytest.approx(model.cycles + majors, abs=2)
    assert kinds.count("other") == pytest.approx(model.cycles + majors, abs=2)
    assert max(pause.seconds for pause in tally.pauses) < 0.001


@pytest.mark.parametrize("jdk", [21, 25])
def test_the_first_three_major_collections_begin_at_10_20_and_30_percent(jdk: int) -> None:
    """As in real logs, where 52, 104 and 154 MB of 512 MB were in use."""
    _, model = zgc("-Xmx512m -XX:SoftMaxHeapSize=512m", STEADY, 20.0, jdk=jdk, live=5.0 * MIB)
    for (reason, used), share in zip(model.reasons, (0.1, 0.2, 0.3), strict=False):
        assert reason is Reason.WARM_UP
        assert used == pytest.approx(share * 512 * MIB, abs=0.02 * 512 * MIB)
    assert model.reasons[3][0] is not Reason.WARM_UP


def test_jdk_25_keeps_a_tenth_free_where_nothing_is_said() -> None:
    """SoftMaxHeapSize is 90 % of a heap that nobody sized."""
    unsized, sized = (zgc(words, FAST, 30.0, jdk=25)[1].limits for words in ("", "-Xmx512m"))
    assert unsized.soft_max <= 0.91 * unsized.capacity
    assert sized.soft_max == sized.capacity


def test_young_collections_wait_until_little_is_left() -> None:
    """Real JDK 21 at 400 MB/s in 384 MB: 340-350 MB in use."""
    _, model = zgc("-Xmx384m", FAST, 30.0)
    later = [used for reason, used in model.reasons[6:] if reason in (Reason.RATE, Reason.HIGH_USAGE)]
    assert min(later) > 0.6 * 384 * MIB


def test_the_timers_of_both_generations() -> None:
    _, major = zgc("-Xmx1g -XX:ZCollectionIntervalMajor=100 -XX:-ZProactive", SLOW, 3001.0, live=0.0)
    assert major.rounds() == 30
    _, old = zgc("-Xmx1g -XX:ZCollectionInterval=100 -XX:-ZProactive", SLOW, 3001.0, live=0.0)
    assert old.rounds() == 30
    _, minor = zgc(
        "-Xmx1g -XX:+UnlockDiagnosticVMOptions -XX:ZCollectionIntervalMinor=100 -XX:-ZProactive", SLOW, 3001.0, live=0.0
    )
    assert (minor.cycles, minor.rounds()) == (30, 0)
    _, proactive = zgc("-Xmx100m", SLOW, 3001.0, live=35.0 * MIB)
    assert [reason for reason, _ in proactive.reasons].count(Reason.PROACTIVE) == pytest.approx(10, abs=1)


def test_generations_save_work_over_one_where_most_objects_die_young() -> None:
    """The young collection does not mark what is old."""
    classic, _ = run(["-XX:+UseZGC", "-Xmx600m"], FAST, 30.0, jdk=21, preloaded=300.0 * MIB)
    young, _ = zgc("-Xmx600m", FAST, 30.0, live=300.0 * MIB)
    assert young.concurrent_cpu_s / young.cycles < classic.concurrent_cpu_s / classic.cycles


def test_more_spike_tolerance_starts_earlier_and_more_heap_costs_less() -> None:
    cycles = [zgc(f"-Xmx400m -XX:ZAllocationSpikeTolerance={n}", FAST, 30.0)[1].cycles for n in (1, 3, 9)]
    assert cycles == sorted(cycles)
    assert cycles[-1] > cycles[0]
    work = [zgc(f"-Xmx{size}m", FAST, 30.0)[0].concurrent_cpu_s for size in (200, 400, 800)]
    assert work == sorted(work, reverse=True)


def test_the_program_waits_only_where_memory_is_scarce() -> None:
    scarce, roomy = (zgc(f"-Xmx{size}m", FAST, 20.0, live=100.0 * MIB)[0] for size in (116, 400))
    assert scarce.failures["allocation_stall"]
    assert scarce.waited_s > 0
    assert (roomy.failures["allocation_stall"], roomy.waited_s) == (0, 0)


def test_the_tenuring_threshold_by_hand() -> None:
    """Live 40, 20, 10 MB by age: halves each time, so a decay of 2; 700/70 = 10, ln 10 / ln 2 = 3.32: 6.6 rounds to 7,
    and is cut to one more than the last age that has anything."""
    ages = [Pages(400.0, [live], live, age) for age, live in enumerate((40.0, 20.0, 10.0))]
    assert tenuring_threshold(ages, 700.0, 0.0, 15) == 3
    assert tenuring_threshold(ages, 700.0, 0.0, 2) == 2
    assert tenuring_threshold(ages[:1], 700.0, 0.0, 15) == 1
    assert tenuring_threshold([], 700.0, 0.0, 15) == 0
