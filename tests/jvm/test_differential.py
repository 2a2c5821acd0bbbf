"""A seeded sample of odd command lines: what we say of each is what the real JVM says and does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import jvms
from tests.jvm.agreement import Answer, differences, ours, same_acceptance, theirs, wrongly_claimed
from tests.jvm.commandlines import UNLOCK, Line, lines

SEED = 20261123
PER_RELEASE = 250
WRONG_VERDICTS = 0.001
WRONG_FLAGS = 0.005
"""Shares that may differ; the classes of difference that are known stand in docs/effective.md."""


@pytest.fixture(scope="module")
def answered() -> list[tuple[Line, Answer, Answer]]:
    """Every line with our answer and the JVM's, less the lines that make the JVM crash."""
    for jdk in jvms.VERSIONS:
        jvms.install(jdk)
    wanted = list(lines(SEED, PER_RELEASE))
    with ThreadPoolExecutor(2) as pool:
        real = list(pool.map(theirs, wanted))
    return [
        (line, ours(line), answer) for line, answer in zip(wanted, real, strict=True) if answer.verdict != "crashed"
    ]


@pytest.mark.jvm
def test_lines_are_accepted_and_refused_as_by_the_jvm(answered: list[tuple[Line, Answer, Answer]]) -> None:
    wrong = [(line, mine.said, real.said) for line, mine, real in answered if not same_acceptance(mine, real)]
    assert len(wrong) <= WRONG_VERDICTS * len(answered), wrong


@pytest.mark.jvm
def test_flags_and_origins_are_those_of_the_jvm(answered: list[tuple[Line, Answer, Answer]]) -> None:
    started = [(line, mine, real) for line, mine, real in answered if mine.flags and real.flags]
    assert len(started) > len(answered) / 3
    wrong = [(line, found) for line, mine, real in started if (found := differences(mine, real, watched_only=True))]
    assert len(wrong) <= WRONG_FLAGS * len(started), wrong
    unlocked = [(line, mine, real) for line, mine, real in started if set(UNLOCK) <= set(line.words)]
    assert [(line, extra) for line, mine, real in unlocked if (extra := wrongly_claimed(mine, real))] == []
