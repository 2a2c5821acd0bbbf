"""A what-if for a person: the flags, before and after side by side, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from advisor.model.outcome import Outcome, Simulation
from advisor.model.quantities import Bytes, Duration
from advisor.report.wrap import bullets, paragraph, table

_PRESENT = {"young": "young", "mixed": "mixed", "full": "full"}


def simulate_text(result: Simulation) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        _heading(result),
        "\n".join(["Predicted", *table(list(_rows(result)), right=(1, 2, 3))]),
        *_alarm(result.outcome),
        "\n".join([f"Confidence: {result.confidence.level}", *_doubts(result)]),
    ]
    return "\n\n".join(sections) + "\n"


def _heading(result: Simulation) -> str:
    run = Duration(round(result.outcome.wall_s, 1))
    lines = [
        paragraph(f"JDK {result.jdk}, {result.collector}, {run} of running time, seed {result.seed}."),
        "",
        paragraph(f"in use:  {' '.join(result.baseline_flags) or '(no flags)'}", indent="  ", hang="           "),
        paragraph(f"new:     {' '.join(result.flags) or '(no flags)'}", indent="  ", hang="           "),
    ]
    return "\n".join(lines)


def _rows(result: Simulation) -> Iterator[list[str]]:
    old, new = result.baseline, result.outcome
    yield ["", "in use", "new", "90 % interval"]
    for name, show in _figures(old, new).items():
        yield [name, show(old) if old else "?", show(new), _interval(name, new)]


def _figures(old: Outcome | None, new: Outcome) -> dict[str, Callable[[Outcome], str]]:
    kinds = [kind for kind in _PRESENT if any(o and kind in o.pauses.by_kind for o in (old, new))]
    return {
        "pauses": lambda o: f"{o.pauses.count}",
        **{f"  {kind}": _count_of(kind) for kind in kinds},
        "total pause": lambda o: _ms(o.pauses.total_ms),
        "median pause": lambda o: _ms(o.pauses.p50_ms),
        "p99 pause": lambda o: _ms(o.pauses.p99_ms),
        "longest pause": lambda o: _ms(o.pauses.max_ms),
        "throughput": lambda o: f"{o.throughput:.2%}",
        "GC processor time": lambda o: _ms(o.gc_cpu_s * 1000),
        "heap peak": lambda o: Bytes(o.heap_peak_bytes).human(),
        "resident memory": lambda o: Bytes(o.rss_bytes).human(),
    }


def _count_of(kind: str) -> Callable[[Outcome], str]:
    return lambda o: f"{o.pauses.by_kind[kind].count}" if kind in o.pauses.by_kind else "0"


_INTERVALS = {
    "pauses": "pauses.count",
    "total pause": "pauses.total_ms",
    "p99 pause": "pauses.p99_ms",
    "longest pause": "pauses.max_ms",
    "throughput": "throughput",
}


def _interval(name: str, outcome: Outcome) -> str:
    found = outcome.intervals.get(_INTERVALS.get(name, ""))
    if found is None:
        return ""
    low, high = found
    if name == "throughput":
        return f"{low:.2%} .. {high:.2%}"
    return f"{low:.0f} .. {high:.0f}" if name == "pauses" else f"{_ms(low)} .. {_ms(high)}"


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 10_000 else f"{value / 1000:.1f} s"


def _alarm(outcome: Outcome) -> list[str]:
    if not outcome.oom:
        return []
    text = "Out of memory: under the new flags the live data does not fit the heap, and the program ends."
    return [paragraph(text)]


def _doubts(result: Simulation) -> Iterator[str]:
    if result.confidence.self_check:
        yield paragraph(result.confidence.self_check, indent="  ")
    if result.baseline is None:
        yield paragraph("The flags in use mean a collector without a model: no comparison.", indent="  ")
    yield from bullets(result.confidence.notes)
