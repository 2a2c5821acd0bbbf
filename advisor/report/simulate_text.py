"""A what-if for a person: the flags, before and after side by side, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.outcome import Outcome, Simulation
from advisor.model.quantities import Duration
from advisor.report.outcome_text import FIGURES, comparison, count_of
from advisor.report.wrap import bullets, paragraph, table

_KINDS = ("young", "mixed", "full")


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
    kinds = [kind for kind in _KINDS if any(o and kind in o.pauses.by_kind for o in (old, new))]
    pauses, *others = FIGURES.items()
    by_kind = [(f"  {kind}", count_of(kind)) for kind in kinds]
    return comparison([pauses, *by_kind, *others], old, new, ("in use", "new"))


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
