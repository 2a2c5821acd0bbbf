"""Fronts against their definition, hypervolumes against closed forms and counting."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.optimize.pareto import Vector, dominates, front, hypervolume, thinned, within

SIDE = 5
cells = st.integers(0, SIDE)
pairs = st.lists(st.tuples(cells, cells), max_size=12)
triples = st.lists(st.tuples(cells, cells, cells), max_size=8)


def counted(vectors: list[Vector], size: int) -> int:
    """Unit cells of the box that some vector dominates, one by one."""
    return sum(
        any(all(a <= b for a, b in zip(vector, cell, strict=True)) for vector in vectors)
        for cell in itertools.product(range(SIDE), repeat=size)
    )


@given(triples)
def test_the_front_is_what_nothing_dominates_and_dominates_the_rest(vectors: list[Vector]) -> None:
    kept = {vectors[index] for index in front(vectors)}
    assert kept == {v for v in vectors if not any(dominates(other, v) for other in vectors)}
    assert all(v in kept or any(dominates(k, v) for k in kept) for v in vectors)


@given(triples)
def test_equal_vectors_are_kept_once(vectors: list[Vector]) -> None:
    kept = [vectors[index] for index in front(vectors + vectors)]
    assert len(kept) == len(set(kept))


@given(pairs)
def test_hypervolume_of_two_objectives_is_the_number_of_dominated_cells(vectors: list[Vector]) -> None:
    assert hypervolume(vectors, (SIDE, SIDE)) == counted(vectors, 2)


@given(triples)
def test_hypervolume_of_three_objectives_is_the_number_of_dominated_cells(vectors: list[Vector]) -> None:
    assert hypervolume(vectors, (SIDE, SIDE, SIDE)) == counted(vectors, 3)


@given(triples, st.tuples(cells, cells, cells))
def test_hypervolume_never_shrinks_when_a_vector_comes_in(vectors: list[Vector], more: Vector) -> None:
    reference = (SIDE, SIDE, SIDE)
    assert hypervolume([*vectors, more], reference) >= hypervolume(vectors, reference)


def test_hypervolume_of_boxes() -> None:
    assert hypervolume([(0.25, 0.5)], (1.0, 1.0)) == pytest.approx(0.375)
    assert hypervolume([(0.0, 0.5), (0.5, 0.0)], (1.0, 1.0)) == pytest.approx(0.75)
    assert hypervolume([(0.0, 0.0, 0.9), (0.5, 0.5, 0.0)], (1.0, 1.0, 1.0)) == pytest.approx(0.1 + 0.225)
    assert hypervolume([(2.0, 0.0)], (1.0, 1.0)) == 0.0
    assert hypervolume([], (1.0, 1.0)) == 0.0


def test_hypervolume_of_many_points_on_a_line_approaches_the_half_square() -> None:
    steps = 200
    line = [(i / steps, 1 - i / steps) for i in range(steps + 1)]
    assert hypervolume(line, (1.0, 1.0)) == pytest.approx(0.5, abs=1 / steps)


@given(triples, st.floats(0, 3))
def test_a_thinned_list_covers_the_whole_within_the_tolerance(vectors: list[Vector], tolerance: float) -> None:
    kept = [vectors[index] for index in thinned(vectors, tolerance)]
    assert all(any(within(k, v, tolerance) for k in kept) for v in vectors)
    assert kept[:1] == vectors[:1]
    assert all(not within(a, b, tolerance) for i, b in enumerate(kept) for a in kept[:i])
