"""An analysis for a person: the verdict, the key figures, a chart, what to do, and then the details."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import yaml

from advisor.model.analysis import Analysis, Diagnosis
from advisor.model.quantities import Bytes, Duration, Rate
from advisor.report.chart import timeline_chart
from advisor.report.wrap import bullets, paragraph, section, table

KINDS = ("young", "mixed", "full", "initial-mark", "remark", "cleanup", "other")
FAILURES = {
    "concurrent_mode_failure": "concurrent mode failure",
    "promotion_failed": "promotion failure",
    "evacuation_failure": "evacuation failure",
    "allocation_stall": "allocation stall",
    "degenerated": "degenerated collection",
}
"""What a person is told of the failures; full collections have a row of their own, large objects are none."""
EXPLAINED = 5
"""Findings with evidence and advice; of the others, which weigh less, only what they say. The JSON has all."""
NEARLY_ALL = 0.999
"""Throughput that would be rounded to all of the time."""
LEAST_CHARTED = 3
"""Pauses or cycles below which a chart shows nothing."""


def analyze_text(analysis: Analysis, *, ascii_only: bool = False) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        verdict(analysis),
        "\n".join(table(list(_key(analysis)))),
        "\n".join(_chart(analysis, ascii_only)),
        _part("What to do", _actions(analysis.diagnosis)),
        _part("Worth knowing", _notes(analysis.diagnosis)),
        _part("Pauses", _pauses(analysis)),
        _part("Log", table(list(_log(analysis)))),
        _part("Reading the log", bullets(analysis.source.notes)),
        _part("Taken for granted", bullets(analysis.assumptions)),
    ]
    return "\n\n".join(part for part in sections if part) + "\n"


def _part(title: str, lines: Iterable[str]) -> str:
    """A heading with its lines, or nothing at all without any."""
    found = list(lines)
    return section(title, found) if found else ""


def profile_yaml(analysis: Analysis) -> str:
    """The workload profile as a document that `recommend`, `simulate` and `optimize` read."""
    return yaml.safe_dump(dict(analysis.profile), sort_keys=False, allow_unicode=True, width=100)


def verdict(analysis: Analysis) -> str:
    """One paragraph: whether this JVM is well, and if not, the worst of it."""
    grave = _grave(analysis.diagnosis)
    if not grave and analysis.pauses.count == 0 and not any(analysis.cycles.values()):
        return paragraph("Nothing was collected in this log: there is nothing to judge.")
    if not grave:
        return paragraph(f"Nothing is wrong with garbage collection in this log.{_well(analysis)}")
    worst = grave[0]
    state = "is in trouble" if worst.severity == "error" else "works, with something to look at"
    rest = len(grave) - 1
    more = f" {rest} more below." if rest else ""
    return paragraph(f"This JVM {state}: {_lower(worst.message).rstrip('.')}.{more}")


def _grave(diagnosis: Sequence[Diagnosis]) -> list[Diagnosis]:
    return [finding for finding in diagnosis if finding.severity != "info"]


def _well(analysis: Analysis) -> str:
    if analysis.throughput is None or not analysis.pauses.count:
        return ""
    longest = _ms(analysis.pauses.max_ms)
    ran = f"{analysis.throughput:.1%}" if analysis.throughput < NEARLY_ALL else f"more than {NEARLY_ALL:.1%}"
    return f" The program ran for {ran} of the time; its longest pause was {longest}."


def _lower(text: str) -> str:
    return text[0].lower() + text[1:] if text[1:2].islower() or text.startswith("A ") else text


def _key(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Five to eight figures that tell how a JVM is doing."""
    pauses, heap = analysis.pauses, analysis.heap
    if analysis.throughput is not None:
        yield "throughput", f"{analysis.throughput:.2%}, stopped for {_ms(pauses.total_ms)} of {_span(analysis)}"
    if pauses.count is None:
        yield "pauses", "not in this log: it was written by -Xlog:gc"
    else:
        yield "pauses", f"{pauses.count}{_by_kind(analysis)}"
    if pauses.count:
        yield "pause lengths", f"p50 {_ms(pauses.p50_ms)}, p99 {_ms(pauses.p99_ms)}, longest {_ms(pauses.max_ms)}"
    yield "allocation", f"{_rate(analysis.allocation.rate_bytes_s)}, promoted {_rate(analysis.promotion.rate_bytes_s)}"
    yield "heap", f"peak {_size(heap.peak_used_bytes)} of {_size(heap.max_bytes)}, live {_size(heap.live_bytes)}"
    cycles = ", ".join(f"{count} {name}" for name, count in analysis.cycles.items() if count and name != "mixed")
    if cycles:
        yield "old collections", cycles
    failures = ", ".join(
        f"{count} {what}{'s' if count > 1 else ''}"
        for name, what in FAILURES.items()
        if (count := analysis.failures.get(name))
    )
    yield "failures", failures or "none"


def _by_kind(analysis: Analysis) -> str:
    kinds = [f"{analysis.pauses.by_kind[kind].count} {kind}" for kind in KINDS if kind in analysis.pauses.by_kind]
    return f": {', '.join(kinds)}" if len(kinds) > 1 else f", all {kinds[0].partition(' ')[2]}" if kinds else ""


def _chart(analysis: Analysis, ascii_only: bool) -> list[str]:
    timeline = analysis.timeline
    happened = (analysis.pauses.count or 0) + (analysis.cycles.get("concurrent") or 0)
    if timeline is None or happened < LEAST_CHARTED:
        return []
    return timeline_chart(timeline, analysis.heap.max_bytes, ascii_only=ascii_only)


def _actions(diagnosis: Sequence[Diagnosis]) -> Iterator[str]:
    grave = _grave(diagnosis)
    for number, finding in enumerate(grave[:EXPLAINED], 1):
        sure = "" if finding.confidence == "high" else f", {finding.confidence} confidence"
        yield paragraph(
            f"{number}. {finding.message} [{finding.id}] ({finding.severity}{sure})", indent="  ", hang="     "
        )
        if finding.evidence:
            yield paragraph(f"seen: {finding.evidence}", indent="     ", hang="       ")
        if finding.advice:
            yield paragraph(f"do: {finding.advice}", indent="     ", hang="       ")

    for number, finding in enumerate(grave[EXPLAINED:], EXPLAINED + 1):
        yield paragraph(f"{number}. {finding.message} [{finding.id}] ({finding.severity})", indent="  ", hang="     ")


def _notes(diagnosis: Sequence[Diagnosis]) -> Iterator[str]:
    for finding in diagnosis:
        if finding.severity == "info":
            advice = f" {finding.advice}" if finding.advice else ""
            yield paragraph(f"- {finding.message}{advice} [{finding.id}]", indent="  ", hang="    ")


def _log(analysis: Analysis) -> Iterator[tuple[str, str]]:
    source = analysis.source
    more = f" and {len(source.files) - 1} more" if len(source.files) > 1 else ""
    yield "file", f"{source.files[0]}{more}, {source.lines} lines"
    if source.lines_skipped:
        yield "lines skipped", str(source.lines_skipped)
    yield "jvm", f"JDK {source.jdk or '? (not in the log)'}, {source.collector}"
    yield "flags", " ".join(source.flags) or "?"
    cpus = str(source.cpus) if source.cpus else "?"
    memory = Bytes(source.memory_bytes).human() if source.memory_bytes else "?"
    yield "machine", f"{cpus} CPUs, {memory}"
    yield "covers", _span(analysis)


def _span(analysis: Analysis) -> str:
    return "?" if analysis.duration_s is None else str(Duration(round(analysis.duration_s, 3)))


def _pauses(analysis: Analysis) -> list[str]:
    pauses = analysis.pauses
    if pauses.count is None:
        return ["  The log shows no pauses: log with -Xlog:gc* to see them."]
    if not pauses.count:
        return ["  none"]
    rows = [("kind", "count", "total", "longest")]
    for kind in KINDS:
        totals = pauses.by_kind.get(kind)
        if totals:
            rows.append((kind, str(totals.count), _ms(totals.total_ms), _ms(totals.max_ms)))
    rows.append(("all", str(pauses.count), _ms(pauses.total_ms), _ms(pauses.max_ms)))
    shares = f"mean {_ms(pauses.mean_ms)}, p50 {_ms(pauses.p50_ms)}, p90 {_ms(pauses.p90_ms)}, p99 {_ms(pauses.p99_ms)}"
    return [*table(rows, right=(1, 2, 3)), paragraph(shares, indent="  ")]


def _size(value: int | None) -> str:
    return "?" if value is None else Bytes(value).human()


def _rate(value: float | None) -> str:
    return "?" if value is None else Rate(value).human()


def _ms(value: float) -> str:
    return f"{value:.3g} ms" if value < 1000 else f"{value / 1000:.4g} s"
