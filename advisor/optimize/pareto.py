"""What nothing else beats, and how much of the space it covers. All objectives are to be small."""

from __future__ import annotations

from collections.abc import Sequence

Vector = tuple[float, ...]


def dominates(one: Vector, other: Vector) -> bool:
    """Whether `one` is nowhere larger and somewhere smaller."""
    return all(a <= b for a, b in zip(one, other, strict=True)) and one != other


def within(one: Vector, other: Vector, tolerance: float) -> bool:
    """Whether `one` is nowhere larger than `other` by more than the tolerance."""
    return all(a <= b + tolerance for a, b in zip(one, other, strict=True))


def front(vectors: Sequence[Vector]) -> list[int]:
    """The indices of the vectors that no other dominates, in order; of equal ones the first."""
    kept: list[int] = []
    for index, vector in enumerate(vectors):
        if any(dominates(other, vector) for other in vectors) or vector in vectors[:index]:
            continue
        kept.append(index)
    return kept


def thinned(vectors: Sequence[Vector], tolerance: float) -> list[int]:
    """The indices of a cover: each vector is within the tolerance of one that is kept. Earlier ones are preferred."""
    kept: list[int] = []
    for index, vector in enumerate(vectors):
        if not any(within(vectors[other], vector, tolerance) for other in kept):
            kept.append(index)
    return kept


def hypervolume(vectors: Sequence[Vector], reference: Vector) -> float:
    """The volume that the vectors dominate within the box below `reference`.

    Exact for any number of objectives by slicing along the last one (While et al., "A faster algorithm for calculating
    hypervolume", 2006); meant for two or three.
    """
    inside = sorted({v for v in vectors if all(a < b for a, b in zip(v, reference, strict=True))}, key=lambda v: v[-1])
    if not inside:
        return 0.0
    if len(reference) == 1:
        return reference[0] - inside[0][0]
    volume = 0.0
    for index, vector in enumerate(inside):
        top = inside[index + 1][-1] if index + 1 < len(inside) else reference[-1]
        if top > vector[-1]:
            volume += (top - vector[-1]) * hypervolume([v[:-1] for v in inside[: index + 1]], reference[:-1])
    return volume
