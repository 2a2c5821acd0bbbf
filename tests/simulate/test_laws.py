"""Laws that hold for the real collectors, whatever the program: monotony, closed forms, scaling."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.simulate.heap import Young
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.protocol import Cause
from advisor.simulate.run import Tally
from tests.simulate.programs import MIB, fixed, run

settings.register_profile("laws", max_examples=25, deadline=None)
settings.load_profile("laws")

COLLECTORS = ("serial", "parallel")
FIXED_SIZES = "-XX:-UseAdaptiveSizePolicy"
"""Under Parallel; Serial does not know better."""

programs = st.builds(
    lambda rate, shares, means: Workload(
        rate * MIB, tuple(Component(share, mean) for share, mean in zip(shares, means, strict=True))
    ),
    st.floats(5, 300),
    st.tuples(st.floats(0.001, 0.1), st.floats(0.0005, 0.02)),
    st.tuples(st.floats(0.01, 1), st.floats(0.5, 5)),
)
collectors = st.sampled_from(COLLECTORS)


def flags(collector: str, *, heap: int = 1024, young: int = 100, more: str = "") -> tuple[str, ...]:
    extra = f"{FIXED_SIZES} {more}" if collector == "parallel" else more
    return fixed(extra, heap=f"{heap}m", young=f"{young}m", collector=collector)


def young_pauses(tally: Tally) -> list[float]:
    return [pause.seconds for pause in tally.pauses if pause.kind == "young"]


def eden_of(words: tuple[str, ...], program: Workload) -> Young:
    return run(words, program, 0.001)[1].young  # type: ignore[attr-defined,no-any-return]


@given(programs, collectors, st.integers(20, 300))
def test_young_collections_come_at_the_rate_over_eden(program: Workload, collector: str, young: int) -> None:
    words = flags(collector, young=young)
    seconds = 8 * 300 * MIB / program.rate
    tally, _ = run(words, program, seconds)
    expected = program.rate * seconds / eden_of(words, program).eden
    assert len(young_pauses(tally)) == pytest.approx(expected, abs=1 + 0.002 * expected)


@given(programs, collectors)
def test_twice_the_eden_halves_the_count_and_copies_no_more_in_all(program: Workload, collector: str) -> None:
    seconds = 4000 * MIB / program.rate
    small = run(flags(collector, young=80), program, seconds)[0]
    large = run(flags(collector, young=160), program, seconds)[0]
    count = len(young_pauses(small))
    assert len(young_pauses(large)) == pytest.approx(count / 2, abs=1.5)

    def copied(tally: Tally) -> float:
        return sum(seconds - 1e-3 for seconds in young_pauses(tally))

    assert copied(large) <= copied(small) * (1 + 1e-6) + 0.4e-3 * 160


@given(programs, collectors)
def test_the_first_collection_copies_the_integral_of_survival(program: Workload, collector: str) -> None:
    words = flags(collector, young=100)
    eden = eden_of(words, program).eden
    interval = eden / program.rate
    tally, _ = run(words, program, interval * 1.5)
    survived = sum(p.share * program.rate * p.mean_s * -math.expm1(-interval / p.mean_s) for p in program.components)
    assert young_pauses(tally)[0] == pytest.approx(1e-3 + 0.4e-3 * survived / MIB)


@given(programs, collectors)
def test_pauses_grow_with_eden_but_less_than_in_proportion(program: Workload, collector: str) -> None:
    first = [
        young_pauses(run(flags(collector, young=y), program, 3 * y * MIB / program.rate)[0])[0] for y in (60, 120, 240)
    ]
    assert first[0] <= first[1] * (1 + 1e-9) <= first[2] * (1 + 1e-9)
    assert first[2] <= 2.05 * first[1] <= 4.2 * first[0]


@given(programs, collectors, st.floats(1.5, 4))
def test_garbage_is_free_to_copy(program: Workload, collector: str, more: float) -> None:
    """More short-lived allocation with eden grown to match: same count, same pauses."""
    lived = tuple(Component(part.share / more, part.mean_s) for part in program.components)
    richer = Workload(program.rate * more, lived)
    small, large = 64, round(64 * more)
    richer = Workload(
        program.rate * large / small, tuple(Component(p.share * small / large, p.mean_s) for p in program.components)
    )
    seconds = 12 * 64 * MIB / program.rate
    ratio = "-XX:SurvivorRatio=3"
    one = run(flags(collector, heap=4000, young=small, more=ratio), program, seconds)[0]
    other = run(flags(collector, heap=4000, young=large, more=ratio), richer, seconds)[0]
    assert len(young_pauses(other)) == pytest.approx(len(young_pauses(one)), abs=1)
    assert young_pauses(other)[0] == pytest.approx(young_pauses(one)[0], rel=0.05)


@given(programs, st.integers(1, 14))
def test_a_higher_tenuring_threshold_never_promotes_more(program: Workload, threshold: int) -> None:
    """As long as survivors do not overflow: they get half of the young generation here."""
    seconds = 3000 * MIB / program.rate
    more = "-XX:SurvivorRatio=1 -XX:TargetSurvivorRatio=100"

    def promoted(most: int) -> float:
        words = flags("serial", heap=6000, young=150, more=f"{more} -XX:MaxTenuringThreshold={most}")
        return run(words, program, seconds)[1].old.used  # type: ignore[attr-defined,no-any-return]

    lower, higher = promoted(threshold), promoted(threshold + 1)
    assert higher <= lower * (1 + 1e-9)
    assert promoted(0) >= lower


@given(programs, collectors)
def test_threshold_zero_promotes_the_survivors_of_eden(program: Workload, collector: str) -> None:
    words = flags(collector, heap=6000, young=100, more="-XX:MaxTenuringThreshold=0")
    interval = eden_of(words, program).eden / program.rate
    _, model = run(words, program, interval * 1.5)
    survived = sum(p.share * program.rate * p.mean_s * -math.expm1(-interval / p.mean_s) for p in program.components)
    assert model.old.used == pytest.approx(survived)  # type: ignore[attr-defined]
    assert model.young.survivors_used == 0  # type: ignore[attr-defined]


@given(programs)
def test_survivors_that_do_not_fit_are_promoted(program: Workload) -> None:
    words = flags("serial", heap=6000, young=100, more="-XX:SurvivorRatio=200")
    young = eden_of(words, program)
    interval = young.eden / program.rate
    _, model = run(words, program, interval * 1.5)
    survived = sum(p.share * program.rate * p.mean_s * -math.expm1(-interval / p.mean_s) for p in program.components)
    assert model.old.used == pytest.approx(max(0.0, survived - young.survivor), abs=1)  # type: ignore[attr-defined]


@given(st.floats(20, 200), st.floats(0.02, 0.2), collectors, st.sampled_from([8, 11, 17, 21, 25]))
def test_full_collections_come_at_promotion_over_free_old(rate: float, share: float, collector: str, jdk: int) -> None:
    """With all survivors promoted at once and dead soon after, old is filled at a known speed."""
    program = Workload(rate * MIB, (Component(share, 40 * MIB / (rate * MIB)),))
    words = flags(collector, heap=300, young=60, more="-XX:MaxTenuringThreshold=0 -XX:MarkSweepDeadRatio=0")
    eden = eden_of(words, program).eden
    survived = share * 40 * MIB * -math.expm1(-eden / (40 * MIB))
    cycles = 12
    per_cycle = 240 * MIB / survived
    tally, _ = run(words, program, cycles * per_cycle * eden / program.rate, jdk=jdk)
    fulls = sum(1 for pause in tally.pauses if pause.kind == "full")
    assert fulls == pytest.approx(cycles, abs=1 + 0.1 * cycles)


@given(programs, collectors)
def test_a_larger_old_generation_never_means_more_full_collections(program: Workload, collector: str) -> None:
    seconds = 20_000 * MIB / program.rate
    fulls = [
        sum(1 for p in run(flags(collector, heap=heap, young=60), program, seconds)[0].pauses if p.kind == "full")
        for heap in (300, 600, 1200)
    ]
    assert fulls == sorted(fulls, reverse=True)


@given(programs, collectors)
def test_full_pauses_follow_the_live_set_not_the_heap(program: Workload, collector: str) -> None:
    retained = 80.0 * MIB
    seconds = 200 * MIB / program.rate

    def full_pause(heap: int) -> float:
        words = flags(collector, heap=heap, young=60)
        _, model = run(words, program, seconds, preloaded=retained)
        pause = model.collect(Cause.EXPLICIT)[-1]
        assert pause.kind == "full"
        return pause.seconds

    assert full_pause(400) == pytest.approx(full_pause(1600))


@settings(max_examples=15)
@given(programs, collectors, st.sampled_from([2, 4, 8]))
def test_scaling_all_sizes_keeps_the_schedule(program: Workload, collector: str, factor: int) -> None:
    bigger = Workload(program.rate * factor, program.components)
    seconds = 3000 * MIB / program.rate
    one, small = run(flags(collector, heap=256, young=80), program, seconds)
    other, large = run(flags(collector, heap=256 * factor, young=80 * factor), bigger, seconds)
    assert [p.kind for p in other.pauses] == [p.kind for p in one.pauses]
    assert large.old.used == pytest.approx(small.old.used * factor, rel=1e-3)  # type: ignore[attr-defined]


@settings(max_examples=15)
@given(programs, collectors, st.floats(0.2, 5))
def test_scaling_time_keeps_the_sequence(program: Workload, collector: str, factor: float) -> None:
    quicker = Workload(program.rate * factor, tuple(Component(p.share, p.mean_s / factor) for p in program.components))
    seconds = 3000 * MIB / program.rate
    one, _ = run(flags(collector, heap=256, young=80), program, seconds)
    other, _ = run(flags(collector, heap=256, young=80), quicker, seconds / factor)
    assert len(other.pauses) == len(one.pauses)
    assert [p.seconds for p in other.pauses] == pytest.approx([p.seconds for p in one.pauses])


def test_ratio_and_sizes_are_two_ways_to_say_the_same() -> None:
    program = Workload(100.0 * MIB, (Component(0.05, 0.5),))
    by_ratio = run(["-XX:+UseSerialGC", "-Xms300m", "-Xmx300m", "-XX:NewRatio=2"], program, 60.0)[0]
    by_size = run(["-XX:+UseSerialGC", "-Xms300m", "-Xmx300m", "-Xmn100m"], program, 60.0)[0]
    assert by_ratio.pauses == by_size.pauses


@pytest.mark.parametrize(("jdk", "follows"), [(8, True), (11, True), (17, True), (21, True), (25, False)])
def test_a_growing_old_generation_is_collected_at_once_until_release_21(jdk: int, follows: bool) -> None:
    """Promotion into a small initial heap: measured on JVMs of 11, 17, 21 (full collections) and 25 (none)."""
    keeps = Workload(100.0 * MIB, retained=200.0 * MIB, build_s=2.0)
    words = ["-XX:+UseSerialGC", "-Xms40m", "-Xmx800m", "-Xmn30m"]
    grown = run(words, keeps, 2.0, jdk=jdk)[0]
    assert any(pause.kind == "full" for pause in grown.pauses) == follows
    fixed_heap = run([*words, "-Xms800m"], keeps, 2.0, jdk=jdk)[0]
    assert all(pause.kind == "young" for pause in fixed_heap.pauses)
