"""The text that may be put in the place of an option without breaking the file around it."""

from __future__ import annotations

from advisor.lint.case import Problem
from advisor.lint.launch import ANY_JDK, Carrier

_SPLIT = frozenset(
    {Carrier.JAVA_TOOL_OPTIONS, Carrier.JDK_JAVA_OPTIONS, Carrier.JAVA_OPTIONS, Carrier.VARIABLE, Carrier.COMMAND_LINE}
)
"""Carriers whose words white space separates, so that one word may become two or none."""


def safe_replacement(problem: Problem, source: str) -> str | None:
    """The replacement as this carrier has to write it; None where there is none or it would not be safe.

    An option that the file writes with quotes or escapes inside has none. An item of a list of arguments can be
    changed, but neither split nor emptied; a line of an options file is split by a line end.
    """
    replacement, word = problem.replacement, problem.word
    if replacement is None or source[word.start : word.end] != word.text:
        return None
    if word.carrier in _SPLIT or (replacement and " " not in replacement):
        return replacement
    if word.carrier is Carrier.OPTIONS_FILE and word.condition == ANY_JDK:
        return replacement.replace(" ", "\n")
    return None
