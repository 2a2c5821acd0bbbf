"""Simulated runs -> OUTCOME: weighted pauses, totals, and intervals over the replicates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, stdev
from types import MappingProxyType

from advisor.model.outcome import KindTotals, Outcome, Pauses
from advisor.simulate.protocol import Pause
from advisor.simulate.run import Tally

_T95 = (0.0, 6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753)
"""Student's t, 95 % one-sided, by degrees of freedom; 1.7 is close enough beyond."""
BUSY = 0.6
"""How busy each further worker is during a pause: processor time over length was 1.5-1.7 with two of ParNew, Parallel
and G1 in 8000 young pauses of seven programs."""
_Z95 = 1.645
_SHARES = {"p50_ms": 0.50, "p90_ms": 0.90, "p99_ms": 0.99, "p99_9_ms": 0.999}


def summarise(pauses: Sequence[Pause], scale: float) -> Pauses:
    """Pauses of one run; each stands for `weight * scale` of them."""
    if not pauses:
        return Pauses()
    weighted = sorted((pause.seconds * 1000, pause.weight * scale) for pause in pauses)
    count = sum(weight for _, weight in weighted)
    total = sum(ms * weight for ms, weight in weighted)
    ranks = {name: round(_ranked(weighted, share * count), 3) for name, share in _SHARES.items()}
    return Pauses(
        count=round(count),
        total_ms=round(total, 3),
        mean_ms=round(total / count, 3),
        max_ms=round(weighted[-1][0], 3),
        by_kind=_by_kind(pauses, scale),
        **ranks,
    )


def _ranked(weighted: Sequence[tuple[float, float]], rank: float) -> float:
    """The pause at a rank, counted from 0: an element, never an interpolation."""
    passed = 0.0
    for ms, weight in weighted:
        passed += weight
        if passed > rank + 1e-9:
            return ms
    return weighted[-1][0]


def _by_kind(pauses: Iterable[Pause], scale: float) -> Mapping[str, KindTotals]:
    kinds: dict[str, list[Pause]] = {}
    for pause in pauses:
        kinds.setdefault(pause.kind, []).append(pause)
    return {
        kind: KindTotals(
            count=round(sum(p.weight for p in group) * scale),
            total_ms=round(sum(p.seconds * p.weight for p in group) * scale * 1000, 3),
            max_ms=round(max(p.seconds for p in group) * 1000, 3),
        )
        for kind, group in sorted(kinds.items())
    }


def outcome(
    tallies: Sequence[Tally],
    work_s: float,
    rss: Callable[[int], int],
    program_cpu_s: Sequence[float],
    model_error: Mapping[str, float] = MappingProxyType({}),
) -> Outcome:
    """The outcome of the nominal run, the first, with intervals over all.

    `program_cpu_s` is the processor time of the program itself in each run, `model_error` what the runs do not vary:
    log-sds by name of the figure.
    """
    first = tallies[0]
    scale = 1 / first.share_done
    pauses = summarise(first.pauses, scale)
    stopped = sum(p.seconds * p.weight for p in first.pauses) * scale
    kinds = pauses.by_kind
    return Outcome(
        duration_s=round(work_s, 6),
        pauses=pauses,
        throughput=round(1 - stopped / first.wall_s, 6) if first.wall_s else 1.0,
        gc_cpu_s=round(collection_cpu_s(first), 6),
        cpu_s=round(program_cpu_s[0] + collection_cpu_s(first), 6),
        wall_s=round(first.wall_s, 6),
        heap_peak_bytes=math.ceil(first.peak_used),
        rss_bytes=rss(math.ceil(first.committed)),
        cycles={
            "concurrent": round(first.cycles * scale),
            "mixed": kinds["mixed"].count if "mixed" in kinds else 0,
            "full": kinds["full"].count if "full" in kinds else 0,
        },
        failures={name: round((n or 0) * scale) for name, n in sorted(first.failures.items())},
        oom=first.oom,
        intervals=_intervals(tallies, program_cpu_s, pauses, model_error),
    )


def collection_cpu_s(tally: Tally) -> float:
    """Processor time of collections: their threads during pauses, and concurrent ones."""
    stopped = sum(pause.seconds * pause.weight * (1 + BUSY * (pause.threads - 1)) for pause in tally.pauses)
    return (stopped + tally.concurrent_cpu_s) / tally.share_done


def _figures(tally: Tally, program_cpu_s: float, pauses: Pauses) -> dict[str, float]:
    return {
        "cpu_s": program_cpu_s + collection_cpu_s(tally),
        "pauses.total_ms": pauses.total_ms,
        "pauses.p99_ms": pauses.p99_ms,
        "pauses.max_ms": pauses.max_ms,
        "pauses.count": float(pauses.count or 0),
        "throughput": pauses.total_ms / 1000 / tally.wall_s if tally.wall_s else 0.0,
    }


def _intervals(
    tallies: Sequence[Tally], program_cpu_s: Sequence[float], first: Pauses, model_error: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    """90 % of runs, taking figures as log-normal; the nominal run always lies within."""
    pauses = [first, *(summarise(tally.pauses, 1 / tally.share_done) for tally in tallies[1:])]
    runs = [_figures(*run) for run in zip(tallies, program_cpu_s, pauses, strict=True)]
    found = {name: _interval([run[name] for run in runs], model_error.get(name, 0.0)) for name in runs[0]}
    low, high = found["throughput"]
    found["throughput"] = (max(0.0, 1 - high), max(0.0, 1 - low))
    return {name: (round(low, 6), round(high, 6)) for name, (low, high) in found.items()}


def _interval(values: Sequence[float], sigma: float) -> tuple[float, float]:
    if len(values) < 2 or min(values) <= 0:
        return min(values), max(values)
    logs = [math.log(value) for value in values]
    freedom = len(values) - 1
    t = _T95[freedom] if freedom < len(_T95) else 1.7
    reach = math.hypot(t * stdev(logs) * math.sqrt(1 + 1 / len(logs)), _Z95 * sigma)
    middle = fmean(logs)
    return min(math.exp(middle - reach), values[0]), max(math.exp(middle + reach), values[0])
