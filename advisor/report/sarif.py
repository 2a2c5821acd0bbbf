"""Findings as SARIF 2.1.0, for the code scanning of GitHub and others.

Every check is listed as a rule, also one that found nothing: a service can then tell "fixed" from "not looked for".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from advisor.model.finding import CheckPage, Finding, LintReport, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_PRECISIONS = {"high": "very-high", "medium": "high", "low": "medium"}


def sarif(report: LintReport, pages: Sequence[CheckPage], *, version: str, root: Path | None = None) -> str:
    """One SARIF log with one run. Paths below `root` are written relative to it."""
    order = {page.id: index for index, page in enumerate(pages)}
    seen: Counter[str] = Counter()
    results = []
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        results.append(_result(finding, order.get(finding.check), seen[finding.fingerprint], root))
    driver = {"name": "jvm-advisor", "semanticVersion": version, "rules": [_rule(page) for page in pages]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _rule(page: CheckPage) -> dict[str, Any]:
    text = "\n\n".join((page.what, page.why, page.remediation, page.jdk))
    markdown = f"{text}\n\nExample:\n\n```\n{page.example}```\n\nInstead:\n\n```\n{page.instead}```\n"
    rule: dict[str, Any] = {
        "id": page.id,
        "name": "".join(part.capitalize() for part in page.id.split("-")),
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.what},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[page.severity]},
        "properties": {"tags": ["jvm", "hotspot"], "precision": _PRECISIONS[page.confidence], "page": page.url},
    }
    if "://" in page.url:  # SARIF 3.49.12 wants an absolute URI there
        rule["helpUri"] = page.url
    return rule


def _result(finding: Finding, index: int | None, occurrence: int, root: Path | None) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    location = {"physicalLocation": {"artifactLocation": _artifact(finding.path, root), "region": region}}
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"jvmAdvisor/v1": f"{finding.fingerprint}:{occurrence}"},
    }
    if index is not None:
        result["ruleIndex"] = index
    if finding.fix is not None:
        result["fixes"] = [_fix(finding, finding.fix.replacement, region, root)]
    return result


def _fix(finding: Finding, replacement: str, region: dict[str, Any], root: Path | None) -> dict[str, Any]:
    change = {"deletedRegion": region, "insertedContent": {"text": replacement}}
    described = f"Write {replacement}" if replacement else "Remove the option"
    artifact = _artifact(finding.path, root)
    return {
        "description": {"text": described},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": [change]}],
    }


def _artifact(path: str, root: Path | None) -> dict[str, str]:
    pure = PurePath(path)
    if root is not None and pure.is_relative_to(root):
        pure = pure.relative_to(root)
    if pure.is_absolute():
        return {"uri": pure.as_uri()}
    return {"uri": quote(pure.as_posix()), "uriBaseId": "%SRCROOT%"}


def _invocation(report: LintReport) -> dict[str, Any]:
    notes = [{"level": "note", "message": {"text": note}} for note in report.notes]
    return {"executionSuccessful": True, **({"toolExecutionNotifications": notes} if notes else {})}
