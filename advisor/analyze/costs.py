"""METRICS -> COSTS: the straight line through the lengths of pauses over the bytes they moved.

Theil-Sen: the median of the slopes of all pairs, which single disturbed pauses cannot turn (Sen, JASA 63, 1968).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

from advisor.analyze.accumulators import Thinned

MAX_POINTS = 160
FIXED_PRIOR_MS = {"serial": 0.5, "parallel": 0.5, "cms": 0.5, "g1": 1.5}
"""Roots, dirty cards and the rest, where the bytes vary too little to tell: never more than half of a pause."""
LEAST_SPREAD = 0.25
"""Interquartile range of the bytes over their median, below which a slope is not to be believed."""

FAR_APART = 2.0
"""Largest over smallest size of fewer than 8 samples (full collections are few) from which on a slope is believed."""
WIDE_SPREAD = 0.6
"""The same, from which on a large fixed part is believed too."""
LARGEST_FIXED = 0.2
"""Largest fixed part below that, as a share of the median pause: on seven programs with wide spreads it was 0.3 to

1 ms, and up to 3 ms where old was large.
"""


def phase_cost(samples: Thinned[tuple[float, float]], collector: str) -> dict[str, Any] | None:
    """`fixed`, `per_mb`, `spread`, `samples` as a profile writes them; None with fewer than two samples."""
    points = [(mb, ms) for mb, ms in samples.items if mb > 0 and ms > 0]
    if len(points) < 2:
        return None
    fixed_ms, per_mb_ms = _line(points, FIXED_PRIOR_MS.get(collector, 0.5))
    return {
        "fixed": f"{fixed_ms:.4g}ms",
        "per_mb": f"{per_mb_ms:.4g}ms",
        "spread": round(_spread(points, fixed_ms, per_mb_ms), 3),
        "samples": samples.count,
    }


def _line(points: Sequence[tuple[float, float]], prior_ms: float) -> tuple[float, float]:
    """(fixed ms, ms per MB)."""
    step = max(1, len(points) // MAX_POINTS)
    chosen = points[::step]
    sizes = sorted(mb for mb, _ in points)
    middle_mb, middle_ms = median(sizes), median(ms for _, ms in points)
    quartiles = sizes[(3 * len(sizes)) // 4] - sizes[len(sizes) // 4]
    few_apart = len(points) < 8 and sizes[-1] > FAR_APART * sizes[0]
    told = few_apart or (len(points) >= 8 and quartiles > LEAST_SPREAD * middle_mb)
    slope = theil_sen(chosen) if told else None
    if slope is None or slope <= 0 or slope * middle_mb > middle_ms:
        fixed = min(prior_ms, middle_ms / 2)
        return fixed, (middle_ms - fixed) / middle_mb
    fixed = middle_ms - slope * middle_mb
    if quartiles < WIDE_SPREAD * middle_mb and not few_apart:
        # Noise in the bytes flattens the line and shifts cost into the fixed part.
        fixed = min(fixed, max(prior_ms, LARGEST_FIXED * middle_ms))
    return fixed, (middle_ms - fixed) / middle_mb


def theil_sen(points: Sequence[tuple[float, float]]) -> float | None:
    """The median slope of all pairs with different abscissae, or None when there is no such pair."""
    slopes = [(y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(points) for x2, y2 in points[i + 1 :] if x1 != x2]
    return median(slopes) if slopes else None


def _spread(points: Sequence[tuple[float, float]], fixed_ms: float, per_mb_ms: float) -> float:
    """Standard deviation of log(measured / predicted), from the median absolute deviation (times 1.4826)."""
    logs = [math.log(ms / (fixed_ms + per_mb_ms * mb)) for mb, ms in points]
    middle = median(logs)
    robust = 1.4826 * median(abs(value - middle) for value in logs)
    return min(max(robust, 0.02), 2.0)
