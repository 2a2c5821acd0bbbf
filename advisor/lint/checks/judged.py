"""Checks that pass on what the JVM itself would say (advisor.jvm.constraints), to the words that said it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from advisor.jvm.combinations import SELECTORS
from advisor.jvm.commandline import has_placeholder
from advisor.lint.case import Case, Judgement, Problem
from advisor.lint.launch import Carrier

_TEMPLATED = re.compile(r"[A-Z_]{4,}")
"""A placeholder without marks, as `sed` fills them in: `-XmxDAEMON_HEAP_MAXm`. No number holds such a word."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts of one kind. `by_name`: about the name alone, so that an unknown value does not matter.

    `apart`: about the options of one carrier only; an option of the command line that displaces one of
    JAVA_TOOL_OPTIONS does what it is there for.
    """

    id: str
    by_name: bool = False
    apart: bool = False

    def problems(self, case: Case) -> Iterator[Problem]:
        """One for each verdict of the kind."""
        for judgement in case.apart if self.apart else case.together:
            if judgement.verdict.check == self.id and self._is_certain(judgement):
                yield _doubted(_problem(judgement, case), case)

    def _is_certain(self, judgement: Judgement) -> bool:
        """Whether nothing fills in later what the verdict is about."""
        option = judgement.verdict.option
        if self.by_name:
            return not has_placeholder(option.name)
        return judgement.word.known and not (self.id == "bad-value" and _TEMPLATED.search(str(option.value)))


def _problem(judgement: Judgement, case: Case) -> Problem:
    verdict = judgement.verdict
    subject = verdict.flag or verdict.option.text
    message = verdict.message if subject in verdict.message else f"{subject}: {verdict.message}"
    if verdict.check == "multiple-collectors":
        message += _elsewhere(judgement, case)
    return Problem(
        verdict.check, verdict.severity, verdict.confidence, judgement.word, verdict.flag, message, verdict.replacement
    )


def _elsewhere(judgement: Judgement, case: Case) -> str:
    """Which other carriers choose a collector; nothing where all of them stand in the same one."""
    chosen = [word for word, option in zip(case.words, case.flags, strict=True) if option.name in SELECTORS]
    carriers = dict.fromkeys(str(word.carrier) for word in chosen if word.carrier is not judgement.word.carrier)
    return f" (by {', '.join(carriers)})" if carriers else ""


def _doubted(problem: Problem, case: Case) -> Problem:
    """The problem with less weight where something outside the file decides it."""
    if problem.check == "locked-flag" and problem.word in case.doubtful:
        return replace(problem, severity="warning", confidence="low")
    if problem.check == "locked-flag" and problem.word.carrier is Carrier.VARIABLE:
        return replace(problem, confidence="medium")
    if problem.check == "other-collectors-flag" and not any(case.values.get(name) is True for name in SELECTORS):
        return replace(problem, severity="info", confidence="low")
    return problem


CHECKS: tuple[Judged, ...] = (
    Judged("unknown-flag", by_name=True),
    Judged("removed-flag", by_name=True),
    Judged("removed-option", by_name=True),
    Judged("debug-build-flag", by_name=True),
    Judged("locked-flag", by_name=True),
    Judged("malformed-flag"),
    Judged("bad-value"),
    Judged("out-of-range"),
    Judged("multiple-collectors"),
    Judged("heap-bounds"),
    Judged("flag-constraint"),
    Judged("obsolete-flag", by_name=True),
    Judged("deprecated-flag", by_name=True),
    Judged("other-collectors-flag", by_name=True),
    Judged("conflicting-duplicate", apart=True),
    Judged("duplicate-flag", apart=True),
)
"""One for every kind of verdict."""
