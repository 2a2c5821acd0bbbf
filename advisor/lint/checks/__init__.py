"""LAUNCH -> PROBLEMS. Each check has a permanent id and one page in `rules/lint/`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from advisor.lint.case import Case, Problem
from advisor.lint.checks.heap_vs_container import HeapVsContainer
from advisor.lint.checks.judged import CHECKS as JUDGED
from advisor.lint.checks.malformed_line import MalformedLine
from advisor.lint.checks.silent_serial import SilentSerial


class Check(Protocol):
    """One thing to look for in a launch on one release."""

    @property
    def id(self) -> str:
        """Its permanent name, in kebab-case."""
        ...

    def problems(self, case: Case) -> Iterator[Problem]:
        """Every place where it holds. Never about a value that something else fills in later."""
        ...


CHECKS: tuple[Check, ...] = (*JUDGED, HeapVsContainer(), MalformedLine(), SilentSerial())
"""All checks, in the order in which they are asked."""
