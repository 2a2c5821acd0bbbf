"""METRICS -> LIFETIMES: the mixture of exponentials that explains what every age still had alive.

With allocation at rate r and a young collection every T seconds, the bytes that are k collections old are
r * sum(p * m * (1 - exp(-T/m)) * exp(-(k-1) T/m)) over components of share p and mean m; what is promoted at the
threshold K is the same for k = K + 1. Shares follow by non-negative least squares for each pair of means of a grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from advisor.analyze.heap_use import Survival

LEAST_COLLECTIONS = 8
LEAST_FRESH = 2
"""Collections that began with an empty survivor space, to tell what survives its first collection."""
GRID = 36
"""Means tried, evenly spaced in their logarithm."""
LONGEST = 30.0
"""The longest mean that is tried, in times the age of the oldest cohort: older is as good as retained."""
APART = 3.0
"""Means of two components differ at least by this factor: closer ones no log can tell apart."""
SHORTEST, LIVES_ON = 0.005, 0.95
"""Bounds of the share that survives from one collection to the next: beyond them no log tells the mean age."""
BETTER = 0.7
"""A second component has to bring the error below this share of what one leaves."""


@dataclass(frozen=True, slots=True)
class Component:
    """A share of the allocated bytes with its mean age in seconds."""

    share: float
    mean_s: float


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Mean bytes of each age, the youngest first; the last one is what was promoted."""

    interval_s: float
    bytes: tuple[float, ...]


def fit_components(survivals: Sequence[Survival], rate: float) -> tuple[Component, ...]:
    """The mixture, or nothing where age tables are missing, few, or survivors overflowed. `rate` is bytes a second."""
    cohorts = steady_cohorts(survivals)
    if cohorts is None or rate <= 0:
        return ()
    means = _grid(cohorts)
    one = min((_fit(cohorts, rate, (m,)) for m in means), key=lambda fitted: fitted[0])
    if len(cohorts.bytes) < 3:
        return one[1]
    pairs = [(a, b) for i, a in enumerate(means) for b in means[i + 1 :] if b > APART * a]
    two = min((_fit(cohorts, rate, pair) for pair in pairs), key=lambda fitted: fitted[0])
    return two[1] if two[0] < BETTER * one[0] else one[1]


def component_of_totals(survivals: Sequence[Survival], rate: float) -> tuple[Component, ...]:
    """One component where there are no age tables: from mean survivors S and mean promotion P.

    With q = exp(-T/m) and promotion after t collections, S = B (1 - q^t) / (1 - q) and P = B q^t, where B survives its
    first collection. A log without thresholds is taken to promote at the second collection, as Parallel comes to.
    """
    later = [s for s in survivals[len(survivals) // 2 :] if s.interval_s and not s.overflow]
    if rate <= 0 or len(later) < LEAST_COLLECTIONS or any(s.ages for s in later):
        return ()
    survived, promoted = mean(s.survived for s in later), mean(s.promoted for s in later)
    interval = mean(s.interval_s or 0.0 for s in later)
    thresholds = [s.threshold for s in later if s.threshold]
    collections = max(1, round(median(thresholds))) if thresholds else 1
    if survived <= 0 or promoted <= 0:
        return ()
    q = _survival(promoted / survived, collections)
    first = survived * (1 - q) / (1 - q**collections)
    mean_s = -interval / math.log(q)
    return (Component(min(0.95, first / (rate * mean_s * (1 - q))), mean_s),)


def component_of_overflow(survivals: Sequence[Survival], rate: float) -> tuple[Component, ...]:
    """One component where survivors overflow, so that ages say little.

    A collection that finds the survivor space empty (the first one, and the first after a full one) copies just what B
    survives its first collection. The others also copy what is left, by q, of the survivors A of the one before.
    """
    later = [s for s in survivals[len(survivals) // 2 :] if s.interval_s and s.overflow]
    fresh = [s.survived + s.promoted for s in survivals if s.fresh and s.interval_s]
    if rate <= 0 or len(later) < LEAST_COLLECTIONS or len(fresh) < LEAST_FRESH:
        return ()
    used = [s for s in later if not s.fresh]
    if not used:
        return ()
    kept, copied = mean(s.survived for s in used), mean(s.survived + s.promoted for s in used)
    interval = mean(s.interval_s or 0.0 for s in used)
    first = min(median(fresh), copied)
    if first <= 0 or kept <= 0:
        return ()
    q = min(max((copied - first) / kept, SHORTEST), LIVES_ON)
    mean_s = -interval / math.log(q)
    return (Component(min(0.95, first / (rate * mean_s * (1 - q))), mean_s),)


def _survival(ratio: float, collections: int) -> float:
    """The q of q^t (1 - q) / (1 - q^t) = P / S, which rises with q towards 1 / t; by halving."""
    low, high = SHORTEST, LIVES_ON
    for _ in range(40):
        q = (low + high) / 2
        if q**collections * (1 - q) / (1 - q**collections) < ratio:
            low = q
        else:
            high = q
    return low


def steady_cohorts(survivals: Sequence[Survival]) -> Cohorts | None:
    """Mean cohorts of the later half of the log, of the collections with the usual number of ages."""
    later = [s for s in survivals[len(survivals) // 2 :] if s.ages and not s.overflow and s.interval_s]
    if len(later) < LEAST_COLLECTIONS or len(later) < 0.3 * len(survivals[len(survivals) // 2 :]):
        return None
    ages = int(median(len(s.ages) for s in later))
    usual = [s for s in later if len(s.ages) >= ages]
    columns = [mean(s.ages[age] for s in usual) for age in range(ages)]
    promoted = mean(s.promoted for s in usual)
    return Cohorts(mean(s.interval_s or 0.0 for s in usual), (*columns, promoted))


def _grid(cohorts: Cohorts) -> list[float]:
    shortest = cohorts.interval_s / 8
    longest = cohorts.interval_s * len(cohorts.bytes) * LONGEST
    ratio = (longest / shortest) ** (1 / (GRID - 1))
    return [shortest * ratio**i for i in range(GRID)]


def _fit(cohorts: Cohorts, rate: float, means: Sequence[float]) -> tuple[float, tuple[Component, ...]]:
    """(error, components) of the best shares for these means; every cohort counts by its relative error."""
    interval = cohorts.interval_s
    floor = 0.002 * max(cohorts.bytes)
    weights = [1 / (size + floor) if size + floor > 0 else 0.0 for size in cohorts.bytes]
    columns = [
        [
            weight * rate * m * -math.expm1(-interval / m) * math.exp(-age * interval / m)
            for age, weight in enumerate(weights)
        ]
        for m in means
    ]
    target = [weight * size for weight, size in zip(weights, cohorts.bytes, strict=True)]
    shares = _shares(columns, target)
    error = sum(
        (sum(share * column[row] for share, column in zip(shares, columns, strict=True)) - value) ** 2
        for row, value in enumerate(target)
    )
    total = sum(shares)
    if total > 1:
        error, shares = error * total**2, [share / total for share in shares]
    return error, tuple(Component(s, m) for s, m in zip(shares, means, strict=True) if s > 1e-6)


def _shares(columns: Sequence[Sequence[float]], target: Sequence[float]) -> list[float]:
    """Non-negative least squares for one or two columns."""
    alone = [max(0.0, _dot(column, target) / max(_dot(column, column), 1e-300)) for column in columns]
    if len(columns) == 1:
        return alone
    (aa, ab, bb), (at, bt) = (
        (_dot(columns[0], columns[0]), _dot(columns[0], columns[1]), _dot(columns[1], columns[1])),
        (_dot(columns[0], target), _dot(columns[1], target)),
    )
    determinant = aa * bb - ab * ab
    if determinant > 1e-12 * aa * bb:
        first, second = (bb * at - ab * bt) / determinant, (aa * bt - ab * at) / determinant
        if first >= 0 and second >= 0:
            return [first, second]
    # With one share at zero, the better of the two alone: its error is smaller by (column * target)^2 / column^2.
    return [alone[0], 0.0] if at * alone[0] >= bt * alone[1] else [0.0, alone[1]]


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(left, right, strict=True))
