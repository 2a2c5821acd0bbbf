"""Running averages against their closed forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.simulate.estimators import PaddedAverage, WeightedAverage

values = st.lists(st.floats(0, 1e6), min_size=1, max_size=9)


@given(values)
def test_the_first_samples_are_weighted_by_whole_percents_of_their_number(samples: list[float]) -> None:
    average = WeightedAverage(10)
    expected = 0.0
    for number, value in enumerate(samples, 1):
        average.sample(value)
        weight = (100 // number) / 100
        expected = expected * (1 - weight) + value * weight
        assert average.average == pytest.approx(expected)


def test_two_five_and_ten_samples_are_a_plain_mean() -> None:
    for count in (2, 5):
        average = WeightedAverage(10)
        samples = [float(7 * k % 11) for k in range(count)]
        for value in samples[:2]:
            average.sample(value)
        assert average.average == pytest.approx(sum(samples[:2]) / 2)


@given(st.floats(0, 1e6), st.integers(1, 50))
def test_a_constant_needs_no_padding(value: float, count: int) -> None:
    padded = PaddedAverage(25, 3)
    for _ in range(count):
        padded.sample(value)
    assert padded.padded == pytest.approx(value)


def test_zeros_leave_the_deviation_alone_where_asked() -> None:
    plain, skipping = PaddedAverage(10, 3), PaddedAverage(10, 3, skip_zero_deviation=True)
    for value in (100.0, 100.0, 0.0):
        plain.sample(value)
        skipping.sample(value)
    assert plain.average == skipping.average
    assert skipping.deviation == 0
    assert plain.deviation > 0
