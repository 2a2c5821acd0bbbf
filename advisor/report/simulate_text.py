"""A what-if for a person: the flags, before and after side by side, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.outcome import Outcome, Simulation
from advisor.model.quantities import Duration
from advisor.report.chart import timeline_chart
from advisor.report.measured_text import measured_sentence
from advisor.report.outcome_text import FIGURES, cell, comparison, count_of
from advisor.report.wrap import bullets, paragraph, table

_LEAST_CHARTED = 3
_KINDS = ("young", "mixed", "full")


def simulate_text(result: Simulation, *, ascii_only: bool = False) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        _heading(result),
        "\n".join(["Predicted", *table(list(_rows(result)), right=(1, 2, 3))]),
        *_alarm(result.outcome),
        *_alternatives(result),
        *_chart(result, ascii_only),
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
    kinds = [kind for kind in _KINDS if any(o and kind in o.pauses.by_kind for o in (old, new))]
    pauses, *others = FIGURES.items()
    by_kind = [(f"  {kind}", count_of(kind)) for kind in kinds]
    return comparison([pauses, *by_kind, *others], old, new, ("in use", "new"))


_COLUMNS = ("pauses", "total pause", "p99 pause", "throughput", "resident memory")


def _alternatives(result: Simulation) -> list[str]:
    """The sets that were asked for beside the new one, one line of figures each, by the letters of a list."""
    if not result.comparisons:
        return []
    sets = [("new", result.outcome), *((chr(ord("a") + i), c.outcome) for i, c in enumerate(result.comparisons))]
    rows = [["", *_COLUMNS], *([name, *(cell(FIGURES[column], o) for column in _COLUMNS)] for name, o in sets)]
    names = [
        paragraph(f"{chr(ord('a') + i)}: {' '.join(c.flags) or '(no flags)'}", indent="  ", hang="     ")
        for i, c in enumerate(result.comparisons)
    ]
    return ["\n".join(["Beside it, on the same program", *table(rows, right=range(1, len(_COLUMNS) + 1)), *names])]


def _chart(result: Simulation, ascii_only: bool) -> list[str]:
    if result.timeline is None or (result.outcome.pauses.count or 0) < _LEAST_CHARTED:
        return []
    return ["\n".join(["Under the new flags", *timeline_chart(result.timeline, None, ascii_only=ascii_only)])]


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
    if result.measured_error:
        yield paragraph(measured_sentence(result.measured_error), indent="  ")
