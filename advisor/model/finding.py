"""`lint/1`: one finding at one place. Lines and columns count from 1; the end column is the first one after."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.model.base import Result

Severity = Literal["error", "warning", "info"]
FindingConfidence = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


class Fix(Result):
    """Text to put in place of the flagged text."""

    replacement: str


class Finding(Result):
    """What a check found."""

    check: str
    severity: Severity
    confidence: FindingConfidence
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    flag: str | None
    message: str
    fix: Fix | None = None
    url: str
    jdk: int | None = None
    jdk_reason: str | None = None
    snippet: str = ""
    """The line that it begins on; empty where that line is too long to show."""
    fingerprint: str = ""
    """The same for the same mistake after lines have moved: made of check, path and flag, never of the place."""


class LintReport(Result):
    """All findings, in the order of path and place."""

    schema_: Literal["lint/1"] = Field("lint/1", alias="schema")
    files: int
    findings: tuple[Finding, ...]
    suppressed: int = 0
    notes: tuple[str, ...] = ()
    """What could not be checked, one sentence each."""


class CheckPage(Result):
    """What there is to say of one check, whether it found anything or not."""

    id: str
    title: str
    severity: Severity
    confidence: FindingConfidence
    what: str
    why: str
    remediation: str
    jdk: str
    example: str
    instead: str
    url: str
