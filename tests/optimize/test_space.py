"""Every point is a set of flags that the JVM takes, that fits the memory, and that says nothing idle."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from advisor.jvm.commandline import parse_text
from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import effective
from advisor.jvm.footprint import heap_budget
from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.machine import JDKS, Collector, Machine
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Bytes
from advisor.optimize.dimensions import Span, contains, point_at
from advisor.optimize.kinds import PARALLEL, PARALLEL_FIXED, SERIAL
from advisor.optimize.ranges import space_for
from advisor.optimize.search import neighbour
from advisor.optimize.space import Space
from advisor.rules import Proposed
from tests.conftest import JvmRun
from tests.optimize.workloads import MIB, small
from tests.recommend.profiles import random_profile

BOTH = (Collector.SERIAL, Collector.PARALLEL)


def at(space: Space, seed: int) -> FlagSet:
    stream = random.Random(seed)
    return space.flags(point_at(space.dimensions, [stream.random() for _ in space.dimensions]))


def proposed(flag: str, low: float | None, high: float | None) -> Proposed:
    return Proposed(flag, 1, low, high, "a-rule", "", "", "", 50)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 100_000), st.sampled_from(JDKS))
def test_no_point_is_refused_or_too_large(profile_seed: int, point_seed: int, jdk: int) -> None:
    profile = random_profile(profile_seed, jdk)  # type: ignore[arg-type]
    try:
        space = space_for(profile, BOTH)
    except InputError:
        assume(False)
    flags = at(space, point_seed)
    assert [v for v in judge(flags, profile.jdk, profile.machine) if v.severity != "info"] == []
    target = effective(profile.jdk, profile.machine, flags)
    assert target.layout.max_heap <= heap_budget(profile, target)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_steps_and_locations_stay_inside_the_space(profile_seed: int, point_seed: int) -> None:
    try:
        space = space_for(random_profile(profile_seed), BOTH)
    except InputError:
        assume(False)
    here = space.locate(at(space, point_seed))
    assert contains(space.dimensions, here)
    assert contains(space.dimensions, neighbour(space, here, random.Random(point_seed)))


@pytest.mark.parametrize("seed", range(20))
def test_a_point_is_found_again_where_its_flags_are(seed: int) -> None:
    """Sizes are rounded on the way, so the same flags must come out, not the very same point."""
    space = space_for(small(), BOTH)
    flags = at(space, seed)
    target, again = space.effective(flags), space.effective(space.flags(space.locate(flags)))
    assert again.collector == target.collector
    assert again.layout.max_heap == pytest.approx(target.layout.max_heap, rel=0.07)
    assert again.layout.young_max == pytest.approx(target.layout.young_max, rel=0.15, abs=4 * MIB)


@pytest.mark.parametrize("seed", range(30))
def test_no_flag_says_what_the_jvm_does_anyway(seed: int) -> None:
    profile = small()
    flags = at(space_for(profile, BOTH), seed)
    whole = effective(profile.jdk, profile.machine, flags)
    for option in flags:
        rest = effective(profile.jdk, profile.machine, FlagSet(tuple(o for o in flags if o is not option)))
        assert (rest.flags, rest.layout) != (whole.flags, whole.layout), option.text


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_real_jvms_start_with_the_flags_and_say_nothing(run_jvm: JvmRun, jdk: int) -> None:
    """The JVM is told the machine that the flags are meant for; both are small enough for any test machine."""
    for seed in range(6):
        profile = small(jdk=jdk, machine={"cpus": 1 + seed % 4, "memory": f"{512 << seed % 3}m"})
        flags = at(space_for(profile, BOTH), 100 * jdk + seed).words()
        machine = [f"-XX:ActiveProcessorCount={profile.machine.cpus}", f"-XX:MaxRAM={int(profile.machine.memory)}"]
        done = run_jvm(jdk, [*machine, *flags])
        said = done.stdout + done.stderr
        assert done.returncode == 0, (flags, said)
        assert "warning" not in said.lower(), (flags, said)


def test_dimensions_of_one_collector_only_matter_there() -> None:
    names = {d.name: d.only for d in space_for(small(), BOTH).dimensions}
    assert names["threads"] == {PARALLEL, PARALLEL_FIXED}
    assert names["survivor"] == {SERIAL, PARALLEL_FIXED}
    assert "threads" not in {d.name for d in space_for(small(), (Collector.SERIAL,)).dimensions}
    assert "threads" not in {d.name for d in space_for(small(machine={"cpus": 1, "memory": "1g"}), BOTH).dimensions}


@pytest.mark.parametrize(
    "pinned, gone",
    [
        ("-Xmx512m", "heap"),
        ("-XX:MaxRAMPercentage=50", "heap"),
        ("-XX:NewRatio=1", "young"),
        ("-Xmn100m", "young"),
        ("-XX:ParallelGCThreads=2", "threads"),
        ("-Xms256m", "initial"),
    ],
)
def test_what_is_pinned_is_not_searched(pinned: str, gone: str) -> None:
    options = parse_text(pinned)
    space = space_for(small(), BOTH, options)
    assert gone not in {d.name for d in space.dimensions}
    for seed in range(10):
        flags = at(space, seed)
        assert not {o.name for o in flags} & {o.name for o in options}
        assert space.admits(flags)


def test_the_range_of_a_rule_narrows_the_search() -> None:
    rules = [proposed("MaxHeapSize", 200 * MIB, 400 * MIB), proposed("MaxTenuringThreshold", 2, None)]
    found = {d.name: d for d in space_for(small(), BOTH, proposals=rules).dimensions}
    heap, tenuring = found["heap"], found["tenuring"]
    assert isinstance(heap, Span)
    assert isinstance(tenuring, Span)
    assert (heap.low, heap.high) == (200 * MIB, 400 * MIB)
    assert (tenuring.low, tenuring.high) == (2, 15)


def test_a_range_that_leaves_nothing_is_ignored() -> None:
    plain = space_for(small(), BOTH).dimensions
    assert space_for(small(), BOTH, proposals=[proposed("MaxHeapSize", 1 << 50, None)]).dimensions == plain


def test_no_space_without_room_for_the_live_set() -> None:
    with pytest.raises(InputError) as caught:
        space_for(small(lifetimes={"retained": "900m"}), BOTH)
    assert "900" in str(caught.value) or "GB" in str(caught.value)


def test_the_budget_counts_pinned_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Direct memory that the profile declares leaves a smaller heap to search."""
    tight = WorkloadProfile.model_validate({**small().model_dump(), "direct_memory": "300m"})
    most = [d.high for p in (small(), tight) for d in space_for(p, BOTH).dimensions if isinstance(d, Span)][0::5]
    assert most[1] < most[0] - 290 * MIB
    assert most[0] < Machine(cpus=4, memory=Bytes.parse("1g")).memory
