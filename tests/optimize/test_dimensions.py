"""Points stay inside their ranges, whatever moves them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advisor.optimize.dimensions import Choice, Dimension, Span, canonical, contains, point_at

ends = st.tuples(st.integers(1, 1000), st.integers(1, 1000)).map(lambda pair: (min(pair), max(pair) + 1))
dimensions: st.SearchStrategy[Dimension] = st.one_of(
    st.builds(Choice, st.just("c"), st.sampled_from([("a",), ("a", "b"), ("a", "b", "c")])),
    st.builds(lambda e, log, whole: Span("s", e[0], e[1], log, whole), ends, st.booleans(), st.booleans()),
)
shares = st.floats(0, 1, exclude_max=True)


@given(dimensions, shares)
def test_every_share_is_a_value_of_the_dimension(dimension: Dimension, share: float) -> None:
    assert dimension.contains(dimension.at(share))


@given(dimensions, shares, st.floats(-3, 3))
def test_a_moved_value_stays_in_the_dimension(dimension: Dimension, share: float, step: float) -> None:
    assert dimension.contains(dimension.moved(dimension.at(share), step))


@given(dimensions, st.one_of(st.floats(-1e6, 1e6), st.integers(-5000, 5000), st.sampled_from("abcx")))
def test_clipping_gives_a_value_of_the_dimension_and_leaves_those_alone(
    dimension: Dimension, value: str | int | float
) -> None:
    assert dimension.contains(dimension.clip(value))
    if dimension.contains(value):
        assert dimension.clip(value) == value


def test_logarithmic_ranges_spread_over_orders_of_magnitude() -> None:
    span = Span("heap", 1, 10_000, log=True)
    assert [round(float(span.at(share))) for share in (0.0, 0.25, 0.5, 0.75)] == [1, 10, 100, 1000]


def test_whole_ranges_reach_both_ends_evenly() -> None:
    span = Span("age", 0, 15, whole=True)
    assert [span.at((i + 0.5) / 16) for i in range(16)] == list(range(16))


@given(shares, shares)
def test_what_does_not_matter_is_neutral(first: float, second: float) -> None:
    space = (Choice("c", ("a", "b")), Span("threads", 2, 8, whole=True, only=frozenset({"a"})))
    point = point_at(space, (first, second))
    assert contains(space, point)
    assert canonical(space, point) == point
    assert point[0] == "a" or point[1] == 2


def test_points_of_another_shape_are_outside() -> None:
    space = (Choice("c", ("a", "b")), Span("n", 1, 8, whole=True))
    assert contains(space, ("a", 8))
    assert not any(contains(space, point) for point in [("a",), ("c", 8), ("a", 9), ("a", 2.5), ("a", "b")])
