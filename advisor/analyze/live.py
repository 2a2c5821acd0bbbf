"""METRICS -> LIVE SET: what old collections leave, in the steady part of a log, and whether it grows."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.analyze.costs import theil_sen
from advisor.analyze.metrics import Metrics

LEAST_OLD_COLLECTIONS = 5
START_UP = 0.1
"""The share of the log that may be start-up: what is live then says nothing of later."""
RISING = 0.85
"""Share of pairs of live sets that must have grown to speak of growth."""
GROWTH_MATTERS = 0.1
"""Growth over the log, as a share of the live set, below which it is taken for noise."""


def steady_live(metrics: Metrics) -> int | None:
    """The smallest occupancy after an old collection in the steady part: the later half, else all after the start-up.

    Of very many the smallest 5 % are passed over: an OutOfMemoryError or a restart of the program shows as such.
    """
    samples, first, last = metrics.heap.live.items, metrics.first_s, metrics.last_s
    for start in (0.5, START_UP):
        if first is None or last is None:
            steady = sorted(live for _, live in samples[int(start * len(samples)) :])
        else:
            steady = sorted(live for time, live in samples if time >= first + start * (last - first))
        if steady:
            return steady[len(steady) // 20]
    return None


def live_growth(samples: Sequence[tuple[float, int]]) -> float:
    """Bytes a second by which the live set rises over the later half of the log; 0 unless it clearly does."""
    later = samples[len(samples) // 2 :]
    if len(later) < LEAST_OLD_COLLECTIONS:
        return 0.0
    step = max(1, len(later) // 100)
    chosen = later[::step]
    pairs = [(b[1] > a[1]) for i, a in enumerate(chosen) for b in chosen[i + 1 :]]
    slope = theil_sen([(time, float(live)) for time, live in chosen]) or 0.0
    grown = slope * (chosen[-1][0] - chosen[0][0])
    if sum(pairs) < RISING * len(pairs) or grown < GROWTH_MATTERS * chosen[0][1]:
        return 0.0
    return slope
