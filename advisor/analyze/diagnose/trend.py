"""A straight line through samples over time with a confidence interval that allows for correlated neighbours."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_SAMPLES = 6
_T975 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13)
"""Student's t, two-sided 95 %, for 1 to 15 degrees of freedom; beyond them 1.96 + 2.6 / n is within 0.01."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The slope per second with its 95 % interval, and the share of the variance that the line explains."""

    slope: float
    low: float
    high: float
    explained: float
    span_s: float
    start: float
    """The line's value at the first sample."""
    samples: int


def trend(samples: Sequence[tuple[float, float]]) -> Trend | None:
    """Least squares; None for too few samples or no time between them.

    Where neighbouring residuals are alike there are fewer independent samples than there are samples: n (1 - r) /
    (1 + r) with their lag-one correlation r (Bayley and Hammersley 1946, for the first-order process).
    """
    count = len(samples)
    if count < LEAST_SAMPLES:
        return None
    mean_t = math.fsum(time for time, _ in samples) / count
    mean_y = math.fsum(value for _, value in samples) / count
    spread = math.fsum((time - mean_t) ** 2 for time, _ in samples)
    if spread <= 0:
        return None
    slope = math.fsum((time - mean_t) * (value - mean_y) for time, value in samples) / spread
    residuals = [value - mean_y - slope * (time - mean_t) for time, value in samples]
    left = math.fsum(residual**2 for residual in residuals)
    total = math.fsum((value - mean_y) ** 2 for _, value in samples)
    freedom = max(1.0, _independent(residuals, left) - 2)
    margin = _t975(freedom) * math.sqrt(left / freedom / spread)
    return Trend(
        slope,
        slope - margin,
        slope + margin,
        1 - left / total if total > 0 else 0.0,
        samples[-1][0] - samples[0][0],
        mean_y + slope * (samples[0][0] - mean_t),
        count,
    )


def _independent(residuals: Sequence[float], left: float) -> float:
    if left <= 0:
        return float(len(residuals))
    pairs = itertools.pairwise(residuals)
    alike = math.fsum(one * other for one, other in pairs) / left
    alike = min(0.98, max(0.0, alike))
    return len(residuals) * (1 - alike) / (1 + alike)


def _t975(freedom: float) -> float:
    whole = int(freedom)
    return _T975[whole - 1] if whole <= len(_T975) else 1.96 + 2.6 / freedom
