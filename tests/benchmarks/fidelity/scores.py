"""Pairs -> scores. An error is |ln(predicted / real)|."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, median

from tests.benchmarks.fidelity.predictions import Figures, Pair, observed

P99_FACTOR = 1.5
GOALS = (0.7, 1.4)
"""Pause goals, as shares of the real 99th percentile: the first is missed, the second is met."""
_WORST = 10.0
"""The error of a prediction of nothing, or of something where there was nothing: a factor of 22000."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What one method achieves on some pairs; shares, with errors as logarithms."""

    pairs: int
    count: float
    total: float
    total_p90: float
    p99_near: float
    p99: float
    cpu: float
    goals_right: float
    order_total: float | None
    order_p99: float | None
    order_cpu: float | None
    covered: dict[str, float]


def error(predicted: float, real: float) -> float:
    """|ln(predicted / real)|."""
    if predicted <= 0 or real <= 0:
        return 0.0 if predicted == real else _WORST
    return abs(math.log(predicted / real))


def scores(pairs: Sequence[Pair], method: str) -> Scores | None:
    """The scores of `model`, `unchanged` or `scaled`; None without any pair that the method can predict."""
    known = [(pair, figures) for pair in pairs if (figures := pair.figures(method)) is not None]
    if not known:
        return None
    totals = sorted(error(figures.total_ms, pair.real.total_ms) for pair, figures in known)
    tails = [error(figures.p99_ms, pair.real.p99_ms) for pair, figures in known]
    names = sorted({name for pair, _ in known for name in pair.covered}) if method == "model" else []
    return Scores(
        pairs=len(known),
        count=median(error(figures.count, pair.real.count) for pair, figures in known),
        total=median(totals),
        total_p90=totals[min(len(totals) - 1, int(0.9 * len(totals)))],
        p99_near=fmean(e <= math.log(P99_FACTOR) for e in tails),
        p99=median(tails),
        cpu=median(error(figures.cpu_s, pair.real.cpu_s) for pair, figures in known),
        goals_right=fmean(_verdicts_right(pair, figures) for pair, figures in known),
        order_total=_order(known, lambda f: f.total_ms),
        order_p99=_order(known, lambda f: f.p99_ms),
        order_cpu=_order(known, lambda f: f.cpu_s),
        covered={name: fmean(pair.covered[name] for pair, _ in known) for name in names},
    )


def _verdicts_right(pair: Pair, figures: Figures) -> float:
    """Share of the two verdicts that are right: does the 99th percentile meet the goal?"""
    real = pair.real.p99_ms
    return fmean((figures.p99_ms <= share * real) == (real <= share * real) for share in GOALS)


def _order(known: Sequence[tuple[Pair, Figures]], figure: Callable[[Figures], float]) -> float | None:
    """Mean of Kendall's tau over sources: how the flag sets predicted from one log are ordered, against real runs.

    Repetitions of one setting have no order to find and are left out.
    """
    groups: dict[str, list[tuple[Pair, Figures]]] = defaultdict(list)
    for pair, figures in known:
        groups[pair.source.tag].append((pair, figures))
    taus = [tau for group in groups.values() if (tau := _tau(group, figure)) is not None]
    return fmean(taus) if taus else None


def _tau(group: Sequence[tuple[Pair, Figures]], figure: Callable[[Figures], float]) -> float | None:
    signs: list[int] = []
    for (one, mine), (two, yours) in combinations(group, 2):
        if one.real.repeats(two.real):
            continue
        real = figure(observed(one.real)) - figure(observed(two.real))
        predicted = figure(mine) - figure(yours)
        signs.append((real * predicted > 0) - (real * predicted < 0))
    return fmean(signs) if len(signs) >= 2 else None
