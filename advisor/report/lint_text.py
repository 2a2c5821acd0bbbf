"""Findings for a person: place, what is wrong, the line with a caret under the text that is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from advisor.model.finding import Finding, LintReport
from advisor.report.wrap import plain

_SHOWN = 110
"""Characters of a line that are shown at most."""
_LEAD = 12
"""Characters that stay before the flagged text when the beginning of a line is cut."""


def lint_text(report: LintReport) -> str:
    """The whole report, ending in a summary of one line."""
    blocks = ["\n".join(_finding(finding)) for finding in report.findings]
    notes = [f"note: {plain(note)}" for note in report.notes]
    return "\n".join([*blocks, *notes, _summary(report)]) + "\n"


def _finding(finding: Finding) -> Iterator[str]:
    yield plain(
        f"{finding.path}:{finding.line}:{finding.column}: {finding.severity} {finding.check}: {finding.message}"
    )
    if finding.snippet:
        yield from _excerpt(finding)
    if finding.fix is not None:
        told = f"write {finding.fix.replacement}" if finding.fix.replacement else "remove it"
        yield f"    fix: {plain(told)}"
    if finding.jdk_reason:
        yield f"    JDK: {plain(finding.jdk_reason)}"


def _excerpt(finding: Finding) -> Iterator[str]:
    begin = finding.column - 1
    end = finding.end_column - 1 if finding.end_line == finding.line else len(finding.snippet)
    cut = begin - _LEAD if end > _SHOWN else 0
    cut = max(0, cut)
    shown = finding.snippet[cut : cut + _SHOWN].replace("\t", " ")
    margin = f"{finding.line:>5} | "
    width = max(1, min(end, cut + _SHOWN) - begin)
    yield f"{margin}{plain(shown)}".rstrip()
    yield f"{' ' * 5} | {' ' * (begin - cut)}{'^' * width}"


def _summary(report: LintReport) -> str:
    files = _counted(report.files, "file")
    counts = Counter(finding.severity for finding in report.findings)
    told = [
        _counted(counts[s], s) if s != "info" else f"{counts[s]} info"
        for s in ("error", "warning", "info")
        if counts[s]
    ]
    silenced = f" ({report.suppressed} silenced by comments)" if report.suppressed else ""
    return f"{', '.join(told) or 'nothing found'} in {files}{silenced}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
