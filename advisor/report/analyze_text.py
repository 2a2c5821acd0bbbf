"""An analysis for a person: the verdict first, then the figures, then what had to be assumed."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from advisor.model.analysis import Analysis, Diagnosis
from advisor.model.quantities import Bytes, Duration, Rate
from advisor.report.wrap import bullets, paragraph, table

KINDS = ("young", "mixed", "full", "initial-mark", "remark", "cleanup", "other")


def analyze_text(analysis: Analysis) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        _verdict(analysis),
        *(["\n".join(["Findings", *_findings(analysis.diagnosis)])] if analysis.diagnosis else []),
        "\n".join(["Log", *table(list(_log(analysis)))]),
        "\n".join(["Pauses", *_pauses(analysis)]),
        "\n".join(["Memory", *table(list(_memory(analysis)), right=(1,))]),
        *(["\n".join(["Reading the log", *bullets(analysis.source.notes)])] if analysis.source.notes else []),
        *(["\n".join(["Taken for granted", *bullets(analysis.assumptions)])] if analysis.assumptions else []),
    ]
    return "\n\n".join(sections) + "\n"


def profile_yaml(analysis: Analysis) -> str:
    """The workload profile as a document that `recommend`, `simulate` and `optimize` read."""
    return yaml.safe_dump(dict(analysis.profile), sort_keys=False, allow_unicode=True, width=100)


def _verdict(analysis: Analysis) -> str:
    errors = [finding for finding in analysis.diagnosis if finding.severity == "error"]
    warnings = [finding for finding in analysis.diagnosis if finding.severity == "warning"]
    if errors:
        return paragraph(f"This JVM is in trouble: {_clause(errors[0])}")
    if warnings:
        return paragraph(f"This JVM works, with something to look at: {_clause(warnings[0])}")
    share = f" It ran for {analysis.throughput:.1%} of the time" if analysis.throughput is not None else ""
    longest = f"; its longest pause was {_ms(analysis.pauses.max_ms)}." if analysis.pauses.count else "."
    return paragraph(f"Nothing is wrong with garbage collection in this log.{share}{longest if share else ''}")


def _clause(finding: Diagnosis) -> str:
    first = finding.message[0].lower() if finding.message[1].islower() else finding.message[0]
    return f"{first}{finding.message[1:].rstrip('.')} ({finding.evidence})."


def _findings(diagnosis: tuple[Diagnosis, ...]) -> Iterator[str]:
    for finding in diagnosis:
        yield paragraph(f"{finding.severity}: {finding.message} [{finding.id}]", indent="  ", hang="    ")
        yield paragraph(finding.evidence, indent="    ")


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
    yield "covers", "?" if analysis.duration_s is None else str(Duration(round(analysis.duration_s, 3)))
    yield "throughput", "?" if analysis.throughput is None else f"{analysis.throughput:.2%}"


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


def _memory(analysis: Analysis) -> Iterator[tuple[str, str]]:
    heap = analysis.heap
    yield "largest heap", _size(heap.max_bytes)
    yield "peak use", _size(heap.peak_used_bytes)
    yield "live after old collections", _size(heap.live_bytes)
    yield "allocation", _rate(analysis.allocation.rate_bytes_s)
    yield "promotion", _rate(analysis.promotion.rate_bytes_s)
    for name, count in analysis.cycles.items():
        if count:
            yield f"{name} collections", str(count)


def _size(value: int | None) -> str:
    return "?" if value is None else Bytes(value).human()


def _rate(value: float | None) -> str:
    return "?" if value is None else Rate(value).human()


def _ms(value: float) -> str:
    return f"{value:.3g} ms" if value < 1000 else f"{value / 1000:.4g} s"
