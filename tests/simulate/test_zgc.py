"""Classic ZGC: when cycles begin, what they cost, when the program waits."""

from __future__ import annotations

import pytest

from advisor.simulate.collectors.zgc import Zgc
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.run import Tally
from advisor.simulate.zgc_director import Reason
from advisor.simulate.zgc_parts import medium_page
from tests.simulate.programs import FLAG, MIB, run

STEADY = Workload(120.0 * MIB, (Component(0.05, 0.3), Component(0.02, 3.0)))
FAST = Workload(400.0 * MIB, (Component(0.05, 0.2),))
SLOW = Workload(0.02 * MIB)


def zgc(words: str, program: Workload, seconds: float, *, jdk: int = 17, live: float = 40.0 * MIB) -> tuple[Tally, Zgc]:
    tally, model = run(f"{FLAG['zgc']} {words}".split(), program, seconds, jdk=jdk, preloaded=live)
    assert isinstance(model, Zgc)
    return tally, model


@pytest.mark.parametrize("jdk", [11, 17, 21])
def test_a_cycle_has_three_pauses_that_depend_on_nothing(jdk: int) -> None:
    small, _ = zgc("-Xmx300m", STEADY, 30.0, jdk=jdk)
    large, _ = zgc("-Xmx3g", STEADY, 60.0, jdk=jdk, live=600.0 * MIB)
    for tally in (small, large):
        kinds = [pause.kind for pause in tally.pauses]
        for kind in ("initial-mark", "remark", "other"):
            assert abs(kinds.count(kind) - tally.cycles) <= 1
    assert max(p.seconds for p in large.pauses) == pytest.approx(max(p.seconds for p in small.pauses))


@pytest.mark.parametrize("jdk", [11, 17, 21])
def test_the_first_three_cycles_begin_at_10_20_and_30_percent(jdk: int) -> None:
    """As in logs of real JVMs: the director looks ten times a second, so usage may have gone further by then."""
    _, model = zgc("-Xmx500m", STEADY, 20.0, jdk=jdk, live=5.0 * MIB)
    tick = 0.12 * STEADY.rate
    for (reason, used), share in zip(model.reasons, (0.1, 0.2, 0.3), strict=False):
        assert reason is Reason.WARM_UP
        assert share * 500 * MIB <= used <= share * 500 * MIB + tick
    assert model.reasons[3][0] is not Reason.WARM_UP


def test_the_timer_and_the_five_minutes_of_proactive_collection() -> None:
    _, quiet = zgc("-Xmx1g -XX:-ZProactive", SLOW, 3000.0)
    assert quiet.cycles == 0
    _, timed = zgc("-Xmx1g -XX:-ZProactive -XX:ZCollectionInterval=100", SLOW, 3000.0)
    assert timed.cycles == pytest.approx(30, abs=1)
    _, warm = zgc("-Xmx100m", SLOW, 3000.0, live=40.0 * MIB)
    ends = [reason for reason, _ in warm.reasons]
    assert ends[:3] == [Reason.WARM_UP] * 3
    assert ends.count(Reason.PROACTIVE) == pytest.approx(3000 / 300, abs=1)


def test_more_spike_tolerance_or_a_smaller_soft_maximum_starts_earlier() -> None:
    for jdk in (11, 17):
        cycles = [
            zgc(f"-Xmx600m {words}", FAST, 30.0, jdk=jdk)[1].cycles
            for words in (
                "-XX:ZAllocationSpikeTolerance=1",
                "-XX:ZAllocationSpikeTolerance=2",
                "-XX:ZAllocationSpikeTolerance=4",
            )
        ]
        assert cycles == sorted(cycles)
        assert cycles[-1] > cycles[0]
    plain, soft = (zgc(f"-Xmx600m {words}", FAST, 30.0)[0] for words in ("", "-XX:SoftMaxHeapSize=300m"))
    assert soft.cycles > plain.cycles
    assert soft.concurrent_cpu_s > plain.concurrent_cpu_s


def test_a_larger_heap_costs_less_processor_time() -> None:
    used = [zgc(f"-Xmx{size}m", FAST, 30.0)[0].concurrent_cpu_s for size in (200, 400, 800)]
    assert used == sorted(used, reverse=True)


def test_the_program_waits_just_when_a_cycle_takes_longer_than_what_is_free_lasts() -> None:
    """A cycle over 100 MB of live objects marks and moves for some 50 ms, in which the program allocates 20 MB."""
    waits = [zgc(f"-Xmx{size}m", FAST, 20.0, live=100.0 * MIB)[0] for size in (118, 130, 200, 400)]
    assert waits[0].failures["allocation_stall"]
    assert waits[0].waited_s > 1
    assert waits[-1].failures["allocation_stall"] == 0
    assert waits[-1].waited_s == 0
    lengths = [tally.waited_s for tally in waits]
    assert lengths == sorted(lengths, reverse=True)
    assert waits[0].wall_s == pytest.approx(20.0 + waits[0].waited_s, rel=0.01)


def test_fewer_pages_are_moved_where_more_garbage_is_tolerated() -> None:
    strict = zgc("-Xmx400m -XX:ZFragmentationLimit=5", STEADY, 60.0)[1]
    loose = zgc("-Xmx400m -XX:ZFragmentationLimit=60", STEADY, 60.0)[1]
    assert sum(loose.moved) / loose.cycles < sum(strict.moved) / strict.cycles


def test_medium_pages_as_real_jvms_print_them() -> None:
    """JDK 17 and 21 print 4 MB for 192 MB of heap, 8 MB for 384 MB and 16 MB for 512 MB."""
    assert [medium_page(size * MIB) / MIB for size in (40, 192, 384, 512, 4096)] == [0, 4, 8, 16, 32]


def test_scaling_all_sizes_leaves_the_schedule() -> None:
    """Ten times the heap, the rate and the live set: as many cycles but for what pages of 2 MB round."""
    small, large = Workload(100.0 * MIB, (Component(0.05, 0.5),)), Workload(1000.0 * MIB, (Component(0.05, 0.5),))
    one = zgc("-Xmx400m -XX:-ZProactive", small, 30.0, live=20.0 * MIB)[1].cycles
    ten = zgc("-Xmx4g -XX:-ZProactive", large, 30.0, live=200.0 * MIB)[1].cycles
    assert ten == pytest.approx(one, abs=2)
