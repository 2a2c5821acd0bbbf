"""A launch -> what is wrong with it on the releases it may run on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from advisor.lint.case import Case, Problem
from advisor.lint.checks import CHECKS
from advisor.lint.launch import ANY_JDK, ANY_TARGET, JdkRange, Launch, Target, Word
from advisor.lint.options import LintOptions
from advisor.model.finding import SEVERITIES, FindingConfidence
from advisor.model.machine import Jdk

Found = dict[Word, list[Problem]]
"""What is wrong on one release, by the word."""
_LESS: dict[FindingConfidence, FindingConfidence] = {"high": "medium", "medium": "low", "low": "low"}


@dataclass(frozen=True, slots=True)
class Told:
    """A problem, the release it is certain for (None: each of several), and how that is known."""

    problem: Problem
    jdk: Jdk | None
    reason: str


def inspect(launch: Launch, options: LintOptions) -> Iterator[Told]:
    """Everything that is wrong on every release that the launch may run on and that the word is for."""
    target = _target(launch, options)
    if not target.hotspot:
        return
    found = {jdk: _by_word(_problems(launch, jdk, options)) for jdk in target.jdks}
    for jdk in sorted(found, reverse=True):
        for problems in found[jdk].values():
            for problem in problems:
                if told := _agreed(problem, jdk, found, target):
                    yield told


def _by_word(problems: Iterable[Problem]) -> Found:
    found: Found = {}
    for problem in problems:
        found.setdefault(problem.word, []).append(problem)
    return found


def _target(launch: Launch, options: LintOptions) -> Target:
    if options.jdk is not None:
        hotspot = launch.target.hotspot if launch.target else True
        return Target((options.jdk,), f"--jdk {options.jdk}", hotspot)
    return launch.target or ANY_TARGET


def _problems(launch: Launch, jdk: int, options: LintOptions) -> Iterator[Problem]:
    case = Case(launch, jdk)
    for check in CHECKS:
        if options.wants(check.id):
            yield from check.problems(case)


def _agreed(problem: Problem, jdk: Jdk, found: dict[Jdk, Found], target: Target) -> Told | None:
    """The problem if all releases that get the word agree on it, told once, from the newest of them."""
    concerned = [one for one in found if one in problem.word.condition]
    if jdk != max(concerned, default=jdk):
        return None
    severity = problem.severity
    for other in concerned:
        same = [p for p in found[other].get(problem.word, ()) if _alike(p, problem)]
        if not same:
            return None
        severity = min(severity, *(p.severity for p in same), key=SEVERITIES.index)
    if len(concerned) < 2:
        return Told(problem, jdk, _reason(problem.word, target, concerned))
    doubted = replace(problem, severity=severity, confidence=_LESS[problem.confidence])
    return Told(doubted, None, _reason(problem.word, target, concerned))


def _alike(one: Problem, other: Problem) -> bool:
    """Whether two releases say the same of a word: it is the same check, or both refuse to start."""
    return one.check == other.check or one.severity == other.severity == "error"


def _reason(word: Word, target: Target, concerned: list[Jdk]) -> str:
    if word.condition == ANY_JDK or target.reason.startswith("--jdk"):
        return target.reason
    told = ", ".join(str(jdk) for jdk in sorted(concerned))
    return f"the option is for JDK {_range(word.condition)} only, so checked on {told}"


def _range(condition: JdkRange) -> str:
    if condition.last == condition.first:
        return f"{condition.first}"
    return f"{condition.first} and newer" if condition.last is None else f"{condition.first} to {condition.last}"
