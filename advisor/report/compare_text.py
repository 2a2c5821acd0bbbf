"""Two logs for a person: which figures differ so that it matters, and which findings went and came."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import Comparison, Figure
from advisor.report.wrap import bullets, paragraph, section, table

_WORDS = {"same": "", "unknown": "", "different": "differs"}


def compare_text(comparison: Comparison) -> str:
    """What got better and worse first, then every figure, then the findings."""
    before, after = comparison.before, comparison.after
    parts = [
        _verdict(comparison.figures),
        "\n".join(table([("before", _log(before)), ("after", _log(after))])),
        "\n".join(table([("figure", "before", "after", "ratio", ""), *map(_row, comparison.figures)], right=(1, 2, 3))),
        _findings("Gone", comparison.gone, before),
        _findings("New", comparison.new, after),
        section("Mind", bullets(comparison.cautions)) if comparison.cautions else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _verdict(figures: Sequence[Figure]) -> str:
    better = [figure for figure in figures if figure.verdict == "better"]
    worse = [figure for figure in figures if figure.verdict == "worse"]
    if not better and not worse:
        return paragraph("No figure differs by more than such logs differ anyway.")
    parts = [
        f"{word}: {', '.join(_change(figure) for figure in found)}"
        for word, found in (("better", better), ("worse", worse))
        if found
    ]
    text = "; ".join(parts)
    return paragraph(f"{text[0].upper()}{text[1:]}.")


def _change(figure: Figure) -> str:
    return (
        f"{figure.name} {_number(figure.before)} -> {_number(figure.after)}{f' {figure.unit}' if figure.unit else ''}"
    )


def _log(analysis: Analysis) -> str:
    source = analysis.source
    more = f" and {len(source.files) - 1} more" if len(source.files) > 1 else ""
    covered = f", {analysis.duration_s:.4g} s" if analysis.duration_s is not None else ""
    return f"{source.files[0]}{more}: JDK {source.jdk or '?'}, {source.collector}{covered}"


def _row(figure: Figure) -> tuple[str, ...]:
    name = f"{figure.name} ({figure.unit})" if figure.unit else figure.name
    ratio = f"{figure.ratio:.3g}" if figure.ratio is not None else ""
    return name, _number(figure.before), _number(figure.after), ratio, _WORDS.get(figure.verdict, figure.verdict)


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _findings(title: str, ids: tuple[str, ...], analysis: Analysis) -> str:
    messages = [f"{f.message} [{f.id}] ({f.severity})" for f in analysis.diagnosis if f.id in ids]
    return section(title, bullets(messages)) if messages else ""
