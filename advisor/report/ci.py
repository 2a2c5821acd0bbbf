"""Findings in the forms that build services read: GitHub commands, GitLab code quality, JUnit and Checkstyle XML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path, PurePath
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from advisor.model.finding import Finding, LintReport, Severity
from advisor.report.wrap import plain

_GITHUB: Final[Mapping[Severity, str]] = {"error": "error", "warning": "warning", "info": "notice"}
_GITLAB: Final[Mapping[Severity, str]] = {"error": "critical", "warning": "minor", "info": "info"}


def github(report: LintReport, root: Path) -> str:
    """Workflow commands, one line per finding, which GitHub shows beside the line in a change."""
    return "".join(_command(finding, root) for finding in report.findings)


def gitlab(report: LintReport, root: Path) -> str:
    """A code quality report. The fingerprint outlives moved lines; repeats of one mistake are numbered."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        number = seen[finding.fingerprint]
        issues.append(
            {
                "description": finding.message,
                "check_name": finding.check,
                "fingerprint": finding.fingerprint if number == 1 else f"{finding.fingerprint}-{number}",
                "severity": _GITLAB[finding.severity],
                "location": {"path": _relative(finding.path, root), "lines": {"begin": finding.line}},
            }
        )
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def junit(report: LintReport, root: Path) -> str:
    """One failed test case per finding; one that passed where nothing was found, so that the suite is not empty."""
    failures = str(len(report.findings))
    tests = str(max(1, len(report.findings)))
    suites = Element("testsuites", name="jvm-advisor", tests=tests, failures=failures)
    suite = SubElement(suites, "testsuite", name="jvm-advisor lint", tests=tests, failures=failures, errors="0")
    for finding in report.findings:
        path = plain(_relative(finding.path, root))
        case = SubElement(suite, "testcase", classname=path, name=f"{finding.check}:{finding.line}:{finding.column}")
        failure = SubElement(case, "failure", type=finding.severity, message=plain(finding.message))
        failure.text = plain(f"{path}:{finding.line}:{finding.column}: {finding.message}")
    if not report.findings:
        SubElement(suite, "testcase", classname="jvm-advisor", name="lint")
    return _xml(suites)


def checkstyle(report: LintReport, root: Path) -> str:
    """Checkstyle's form, which Jenkins and many others read."""
    top = Element("checkstyle", version="8.0")
    for path, findings in groupby(report.findings, key=lambda finding: finding.path):
        _errors(SubElement(top, "file", name=plain(_relative(path, root))), findings)
    return _xml(top)


def _errors(file: Element, findings: Iterable[Finding]) -> None:
    for finding in findings:
        SubElement(
            file,
            "error",
            line=str(finding.line),
            column=str(finding.column),
            severity=finding.severity,
            message=plain(finding.message),
            source=f"jvm-advisor.{finding.check}",
        )


def _command(finding: Finding, root: Path) -> str:
    place = {
        "file": _relative(finding.path, root),
        "line": str(finding.line),
        "endLine": str(finding.end_line),
        "title": finding.check,
    }
    if finding.end_line == finding.line:  # GitHub takes columns only within one line
        place |= {"col": str(finding.column), "endColumn": str(finding.end_column)}
    told = ",".join(f"{name}={_escaped(value, more=':,')}" for name, value in place.items())
    return f"::{_GITHUB[finding.severity]} {told}::{_escaped(finding.message)}\n"


def _escaped(text: str, *, more: str = "") -> str:
    """Text of a workflow command: what would end the line, or the property, is written as %XX."""
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" or c in more else plain(c) for c in text)


def _relative(path: str, root: Path) -> str:
    absolute = root / path
    return PurePath(absolute.relative_to(root)).as_posix() if absolute.is_relative_to(root) else path


def _xml(top: Element) -> str:
    indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(top, encoding="unicode") + "\n"
