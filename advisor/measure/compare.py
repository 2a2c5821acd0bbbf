"""RUNS -> VERDICTS: ratios of geometric means with bootstrap intervals, held against the noise of equal flags."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from advisor.model.measurement import Arm, Comparison, MeasuredRun, Verdict

LEAST_EFFECT = 0.02
"""A difference below 2 % is none, however sure."""
RESAMPLES = 2000
_OUTER = 0.025
_LEAST_RUNS = 3
"""Runs of each arm below which nothing is decided."""

Figure = Callable[[MeasuredRun], float | None]
FIGURES: Mapping[str, Figure] = {
    "wall_s": lambda run: run.wall_s,
    "cpu_s": lambda run: run.cpu_s,
    "rss_bytes": lambda run: float(run.rss_bytes),
    "pauses.total_ms": lambda run: run.pauses.total_ms or None,
    "pauses.p99_ms": lambda run: run.pauses.p99_ms or None,
    "pauses.max_ms": lambda run: run.pauses.max_ms or None,
}
"""What every run tells; of all of these less is better."""


def values(arm: Arm, metric: str) -> list[float]:
    """The metric in the runs of an arm that ended well."""
    figure = FIGURES.get(metric)
    found = (figure(run) if figure else run.metrics.get(metric) for run in arm.runs if run.exit_code == 0)
    return [value for value in found if value is not None and value > 0]


def compared(base: Arm, candidate: Arm, metric: str, *, margin: float, larger_is_better: bool, seed: int) -> Comparison:
    """The candidate against the baseline. `margin` is the logarithm below which a difference counts as none."""
    ones, others = values(base, metric), values(candidate, metric)
    named = {"metric": metric, "baseline": base.name, "candidate": candidate.name}
    if not ones or not others:
        failed = bool(ones) and bool(candidate.runs) and not any(run.exit_code == 0 for run in candidate.runs)
        verdict: Verdict = "worse" if failed else "undecided"
        return Comparison(**named, ratio=None, interval=None, verdict=verdict)
    ratio = math.exp(_middle(others) - _middle(ones))
    interval = bootstrap(ones, others, seed)
    enough = min(len(ones), len(others)) >= _LEAST_RUNS
    verdict = judged(interval, margin, larger_is_better=larger_is_better) if enough else "undecided"
    return Comparison(**named, ratio=round(ratio, 4), interval=interval, verdict=verdict)


def judged(interval: tuple[float, float], margin: float, *, larger_is_better: bool) -> Verdict:
    """What an interval of a ratio says: beyond the margin for certain, within it for certain, or neither."""
    low, high = (math.log(end) for end in interval)
    if larger_is_better:
        low, high = -high, -low
    if high < -margin:
        return "better"
    if low > margin:
        return "worse"
    return "same" if -margin <= low and high <= margin else "undecided"


def bootstrap(ones: Sequence[float], others: Sequence[float], seed: int) -> tuple[float, float]:
    """The interval of 95 % for the ratio of geometric means, by resampling the runs of both arms."""
    stream = random.Random(f"bootstrap {seed}")  # noqa: S311 - statistics, not a secret
    one, other = ([math.log(value) for value in group] for group in (ones, others))
    ratios = sorted(
        fmean(stream.choices(other, k=len(other))) - fmean(stream.choices(one, k=len(one))) for _ in range(RESAMPLES)
    )
    low, high = (ratios[round(share * (RESAMPLES - 1))] for share in (_OUTER, 1 - _OUTER))
    return round(math.exp(low), 4), round(math.exp(high), 4)


def noise(base: Arm, again: Arm | None, metric: str) -> float:
    """How far equal flags were apart, as a logarithm: the larger of two arms' ratio and the least effect."""
    if again is None:
        return math.log1p(LEAST_EFFECT)
    ones, others = values(base, metric), values(again, metric)
    apart = abs(_middle(ones) - _middle(others)) if ones and others else 0.0
    return max(apart, math.log1p(LEAST_EFFECT))


def _middle(group: Sequence[float]) -> float:
    return fmean(map(math.log, group))
