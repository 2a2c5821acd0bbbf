"""The program: totals, bursts and exponential survival against closed forms."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.simulate.kernel import Streams
from advisor.simulate.mutator import Component, Filling, Mutator, Workload

MIB = float(1 << 20)


def fill(
    workload: Workload, room: float = math.inf, limit_s: float = 10.0, direct_share: float = 0.0
) -> tuple[Mutator, Filling, Filling, float]:
    mutator = Mutator(workload, Streams(0).stream("bursts"))
    eden, direct = Filling.empty(mutator.width), Filling.empty(mutator.width)
    spent = mutator.fill(eden, direct, room, limit_s, direct_share)
    return mutator, eden, direct, spent


@given(rate=st.floats(1, 1e3), mean=st.floats(0.001, 100), share=st.floats(0.001, 1), seconds=st.floats(0.01, 100))
def test_live_bytes_are_the_integral_of_survival(rate: float, mean: float, share: float, seconds: float) -> None:
    _, eden, _, spent = fill(Workload(rate * MIB, (Component(share, mean),)), limit_s=seconds)
    assert spent == pytest.approx(seconds)
    assert eden.used == pytest.approx(rate * MIB * seconds)
    assert eden.live[0] == pytest.approx(share * rate * MIB * mean * -math.expm1(-seconds / mean))


@given(variation=st.floats(0, 2), seconds=st.floats(0.1, 20), cut=st.floats(0.01, 0.99))
def test_filling_in_two_parts_is_filling_at_once(variation: float, seconds: float, cut: float) -> None:
    workload = Workload(50 * MIB, (Component(0.1, 0.7),), burstiness=variation, slot_s=0.5)
    _, whole, _, _ = fill(workload, limit_s=seconds)
    mutator = Mutator(workload, Streams(0).stream("bursts"))
    parts, direct = Filling.empty(2), Filling.empty(2)
    mutator.fill(parts, direct, math.inf, seconds * cut)
    mutator.fill(parts, direct, math.inf, seconds * (1 - cut))
    assert parts.used == pytest.approx(whole.used)
    assert parts.live == pytest.approx(whole.live)


def test_bursts_keep_the_total_and_have_the_variation_asked_for() -> None:
    workload = Workload(MIB, burstiness=0.5, slot_s=1.0)
    mutator = Mutator(workload, Streams(5).stream("bursts"))
    slots = []
    for _ in range(32 * 64):
        eden = Filling.empty(1)
        mutator.fill(eden, Filling.empty(1), math.inf, 1.0)
        slots.append(eden.used / MIB)
    mean = sum(slots) / len(slots)
    assert mean == pytest.approx(1.0)
    variance = sum((slot - mean) ** 2 for slot in slots) / len(slots)
    assert math.sqrt(variance) == pytest.approx(0.5, rel=0.15)


def test_room_ends_the_filling_exactly() -> None:
    _, eden, _, spent = fill(Workload(10 * MIB, burstiness=1.0, slot_s=0.3), room=25 * MIB, limit_s=100)
    assert eden.used == pytest.approx(25 * MIB)
    assert 0 < spent < 100


def test_retained_bytes_are_built_up_evenly_and_then_grow() -> None:
    workload = Workload(100 * MIB, retained=40 * MIB, build_s=4.0, growth=MIB)
    for seconds, expected in ((2.0, 20), (4.0, 40), (7.0, 43)):
        _, eden, _, _ = fill(workload, limit_s=seconds)
        assert eden.live[-1] == pytest.approx(expected * MIB)
        assert workload.live_after(seconds) == pytest.approx(expected * MIB)


def test_a_direct_share_never_touches_eden() -> None:
    workload = Workload(100 * MIB, (Component(0.5, 1.0),))
    _, eden, direct, _ = fill(workload, limit_s=2.0, direct_share=0.25)
    assert direct.used == pytest.approx(50 * MIB)
    assert eden.used == pytest.approx(150 * MIB)
    assert direct.live[0] == pytest.approx(eden.live[0] / 3)
