"""A line of an options file that is no option: the start script refuses it, or the JVM takes it for the main class."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.lint.case import Case, Problem
from advisor.lint.launch import Carrier


class MalformedLine:
    """Holds for a line of `jvm.options` and its kin that does not begin with a hyphen, after its release prefix."""

    id = "malformed-line"

    def problems(self, case: Case) -> Iterator[Problem]:
        """One for each such line that reaches the release."""
        for word in case.launch.words:
            stray = word.carrier is Carrier.OPTIONS_FILE and not word.is_option and not word.text.startswith("@")
            if stray and word.known and case.jdk in word.condition:
                told = f"{word.text!r} is no option: a line is one option, a comment (#) or empty"
                yield Problem(self.id, "error", "medium", word, None, told)
