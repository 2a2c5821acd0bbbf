"""How verdicts of several releases become one finding, shown with a check of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import advisor.lint.inspect
from advisor.lint import LintOptions
from advisor.lint.case import Case, Problem
from advisor.lint.inspect import Told, inspect
from advisor.lint.launch import Carrier, JdkRange, Launch, Target, Word
from advisor.model.finding import Severity

WORD = Word("-XX:+Thing", 0, 10, Carrier.COMMAND_LINE)


class ByRelease:
    """A check that says something else on every release."""

    id = "by-release"

    def __init__(self, severities: dict[int, Severity]) -> None:
        self.severities = severities

    def problems(self, case: Case) -> Iterator[Problem]:
        for word in case.words:
            if case.jdk in self.severities:
                text = f"on {case.jdk}"
                yield Problem(self.id, self.severities[case.jdk], "high", word, "Thing", text)


Tell = Callable[..., list[Told]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Tell:
    def run(severities: dict[int, Severity], word: Word = WORD, target: Target | None = None) -> list[Told]:
        monkeypatch.setattr(advisor.lint.inspect, "CHECKS", (ByRelease(severities),))
        return list(inspect(Launch("test", (word,), target), LintOptions()))

    return run


EVERYWHERE: dict[int, Severity] = {8: "error", 11: "error", 17: "warning", 21: "error", 25: "error"}


def test_what_every_release_says_is_told_once_with_the_least_severity_and_a_doubt(told: Tell) -> None:
    (one,) = told(EVERYWHERE)
    assert (one.problem.severity, one.problem.confidence, one.problem.message) == ("warning", "medium", "on 25")
    assert one.jdk is None


def test_what_one_release_does_not_say_is_not_told(told: Tell) -> None:
    assert told({jdk: s for jdk, s in EVERYWHERE.items() if jdk != 11}) == []


def test_releases_that_do_not_get_the_word_have_no_say(told: Tell) -> None:
    word = Word("-XX:+Thing", 0, 10, Carrier.OPTIONS_FILE, condition=JdkRange(17, 22))
    (one,) = told({17: "error", 21: "error"}, word)
    assert one.problem.message == "on 21"
    assert one.reason == "the option is for JDK 17 to 22 only, so checked on 17, 21"


def test_a_known_release_is_told_as_it_is(told: Tell) -> None:
    (one,) = told(EVERYWHERE, target=Target((17,), "because"))
    assert (one.problem.severity, one.problem.confidence, one.jdk, one.reason) == ("warning", "high", 17, "because")
