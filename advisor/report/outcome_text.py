"""Outcomes side by side, and goals against them: what several reports show in the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from advisor.model.outcome import Outcome
from advisor.model.quantities import Bytes, Duration
from advisor.model.recommendation import GoalVerdict

LONG_MS = 10_000
"""From here on milliseconds are hard to read."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How one figure of an outcome is shown, and the interval that belongs to it (a key of `Outcome.intervals`)."""

    show: Callable[[Outcome], str]
    interval: str = ""
    bound: Callable[[float], str] = str


def ms(value: float) -> str:
    """Milliseconds, or seconds where those are many."""
    return f"{value:.1f} ms" if abs(value) < LONG_MS else str(Duration(round(value / 1000, 1)))


def _share(value: float) -> str:
    return f"{value:.2%}"


FIGURES = {
    "pauses": Figure(lambda o: "?" if o.pauses.count is None else f"{o.pauses.count}", "pauses.count", "{:.0f}".format),
    "total pause": Figure(lambda o: ms(o.pauses.total_ms), "pauses.total_ms", ms),
    "median pause": Figure(lambda o: ms(o.pauses.p50_ms)),
    "p99 pause": Figure(lambda o: ms(o.pauses.p99_ms), "pauses.p99_ms", ms),
    "longest pause": Figure(lambda o: ms(o.pauses.max_ms), "pauses.max_ms", ms),
    "throughput": Figure(lambda o: _share(o.throughput), "throughput", _share),
    "GC processor time": Figure(lambda o: ms(o.gc_cpu_s * 1000)),
    "processor time": Figure(
        lambda o: "?" if o.cpu_s is None else ms(o.cpu_s * 1000), "cpu_s", lambda seconds: ms(seconds * 1000)
    ),
    "heap peak": Figure(lambda o: Bytes(o.heap_peak_bytes).human()),
    "resident memory": Figure(lambda o: Bytes(o.rss_bytes).human()),
}


def count_of(kind: str) -> Figure:
    """The number of pauses of one kind."""
    return Figure(lambda o: f"{o.pauses.by_kind[kind].count}" if kind in o.pauses.by_kind else "0")


def comparison(
    figures: Sequence[tuple[str, Figure]], before: Outcome | None, after: Outcome | None, headings: tuple[str, str]
) -> Iterator[list[str]]:
    """Rows of a table: each figure before and after, and the interval of the latter."""
    yield ["", *headings, "90 % interval"]
    for name, figure in figures:
        yield [name, cell(figure, before), cell(figure, after), interval(figure, after)]


def cell(figure: Figure, outcome: Outcome | None) -> str:
    """One figure; `?` where there is no outcome."""
    if outcome is None:
        return "?"
    return "out of memory" if outcome.oom else figure.show(outcome)


def interval(figure: Figure, outcome: Outcome | None) -> str:
    """The interval of a figure, or nothing where it has none."""
    found = outcome.intervals.get(figure.interval) if outcome and not outcome.oom else None
    return f"{figure.bound(found[0])} .. {figure.bound(found[1])}" if found else ""


def goal_line(verdict: GoalVerdict) -> str:
    """One goal with its limit, and what the prediction says of it."""
    state = {True: "met", False: "NOT MET", None: "not predicted"}[verdict.met]
    predicted = f" (predicted {verdict.predicted})" if verdict.predicted else ""
    return f"  {verdict.name} {verdict.limit}: {state}{predicted}"
