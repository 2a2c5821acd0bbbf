"""Two ANALYSES -> COMPARISON: which figures differ by more than such logs differ anyway."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import fmean, variance
from typing import Literal

from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import Comparison, Figure
from advisor.model.quantities import MIB
from advisor.model.series import Timeline

Verdict = Literal["better", "worse", "different", "same", "unknown"]
MATTERS = 0.1
"""Relative difference below which a figure counts as the same: repeated runs of one program differ by as much."""
SIGMAS = 2.0
"""Standard errors by which the shares of time stopped, step by step, have to differ."""
LEAST_STEPS = 8
OTHER_LOAD = 0.2
"""Relative difference of the allocation rate from which the two logs are not of the same load."""
SHORT_S = 60.0


@dataclass(frozen=True, slots=True)
class Measure:
    """How to read a figure off an analysis. `floor` is the least difference in its unit that anybody would notice."""

    name: str
    unit: str
    read: Callable[[Analysis], float | None]
    good: Literal["less", "more", "neither"]
    floor: float = 0.0


def _mib(value: float | None) -> float | None:
    return None if value is None else value / MIB


def _pause(name: str) -> Callable[[Analysis], float | None]:
    return lambda analysis: getattr(analysis.pauses, name) if analysis.pauses.count is not None else None


def _a_minute(analysis: Analysis, count: float | None) -> float | None:
    return 60 * count / analysis.duration_s if analysis.duration_s and count is not None else None


def _stopped(analysis: Analysis) -> float | None:
    return None if analysis.throughput is None else 100 * (1 - analysis.throughput)


def _promoted(analysis: Analysis) -> float | None:
    """Percent of the allocation: the rate alone grows with the load."""
    rate, promoted = analysis.allocation.rate_bytes_s, analysis.promotion.rate_bytes_s
    return 100 * promoted / rate if rate and promoted is not None else None


def _failures(analysis: Analysis) -> float:
    return float(sum(count or 0 for name, count in analysis.failures.items() if name not in ("full_gc", "humongous")))


MEASURES: tuple[Measure, ...] = (
    Measure("time stopped", "%", _stopped, "less", 0.2),
    Measure("pauses a minute", "", lambda a: _a_minute(a, a.pauses.count), "neither", 1.0),
    Measure("mean pause", "ms", _pause("mean_ms"), "less", 0.5),
    Measure("p50 pause", "ms", _pause("p50_ms"), "less", 0.5),
    Measure("p99 pause", "ms", _pause("p99_ms"), "less", 1.0),
    Measure("longest pause", "ms", _pause("max_ms"), "less", 1.0),
    Measure("full collections a minute", "", lambda a: _a_minute(a, a.failures.get("full_gc")), "less", 0.01),
    Measure("failures a minute", "", lambda a: _a_minute(a, _failures(a)), "less", 0.01),
    Measure("allocation", "MB/s", lambda a: _mib(a.allocation.rate_bytes_s), "neither", 1.0),
    Measure("promoted of it", "%", _promoted, "less", 0.5),
    Measure("live set", "MB", lambda a: _mib(a.heap.live_bytes), "neither", 1.0),
    Measure("peak heap", "MB", lambda a: _mib(a.heap.peak_used_bytes), "neither", 1.0),
    Measure("largest heap", "MB", lambda a: _mib(a.heap.max_bytes), "neither", 1.0),
)


def compare(before: Analysis, after: Analysis) -> Comparison:
    """The figures of both, which differences matter, which findings went and came."""
    first, second = ({finding.id for finding in analysis.diagnosis} for analysis in (before, after))
    return Comparison(
        before=before,
        after=after,
        figures=tuple(_figure(measure, before, after) for measure in MEASURES),
        gone=tuple(finding.id for finding in before.diagnosis if finding.id not in second),
        new=tuple(finding.id for finding in after.diagnosis if finding.id not in first),
        cautions=tuple(_cautions(before, after)),
    )


def _figure(measure: Measure, before: Analysis, after: Analysis) -> Figure:
    one, other = measure.read(before), measure.read(after)
    ratio = round(other / one, 4) if one and other is not None else None
    verdict: Verdict = "unknown"
    if one is not None and other is not None:
        verdict = _verdict(measure, one, other)
        if measure.name == "time stopped" and verdict != "same" and _within_noise(before, after):
            verdict = "same"
    return Figure(
        name=measure.name, unit=measure.unit, before=_short(one), after=_short(other), ratio=ratio, verdict=verdict
    )


def _verdict(measure: Measure, one: float, other: float) -> Verdict:
    if abs(other - one) <= max(measure.floor, MATTERS * max(abs(one), abs(other))):
        return "same"
    if measure.good == "neither":
        return "different"
    return "better" if (other < one) == (measure.good == "less") else "worse"


def _within_noise(before: Analysis, after: Analysis) -> bool:
    """Whether the shares of time stopped, step by step, vary so much that the means may be the same (Welch)."""
    if before.timeline is None or after.timeline is None:
        return False
    one, other = _shares(before.timeline), _shares(after.timeline)
    if min(len(one), len(other)) < LEAST_STEPS:
        return False
    error = math.sqrt(variance(one) / len(one) + variance(other) / len(other))
    return abs(fmean(one) - fmean(other)) < SIGMAS * error


def _shares(timeline: Timeline) -> list[float]:
    return [ms / 1000 / timeline.step for ms in timeline.pause_total_ms] if timeline.unit == "s" else []


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _cautions(before: Analysis, after: Analysis) -> Iterator[str]:
    rates = before.allocation.rate_bytes_s, after.allocation.rate_bytes_s
    if rates[0] and rates[1] and abs(rates[1] - rates[0]) > OTHER_LOAD * max(rates):  # type: ignore[type-var, operator]
        yield (
            f"The program allocated {rates[1] / rates[0]:.2f} times as fast in the second log: either the load was "
            "another, or the collector held it back."
        )
    short = [a for a in (before, after) if a.duration_s is not None and a.duration_s < SHORT_S]
    if short:
        which = "Both logs are" if len(short) == 2 else "One log is"
        yield f"{which} shorter than {SHORT_S:.0f} s: differences may be chance."
    if None in (before.duration_s, after.duration_s):
        yield "A log has no time stamps: figures per time are missing."
    if before.source.jdk != after.source.jdk:
        yield f"The logs are of JDK {before.source.jdk or '?'} and JDK {after.source.jdk or '?'}."
