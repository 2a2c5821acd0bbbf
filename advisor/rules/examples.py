"""A rule's own examples, run on that rule alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from advisor.jvm.commandline import FlagValue, parse_words
from advisor.model.errors import InputError
from advisor.model.machine import JDKS
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Bytes
from advisor.rules.resolve import Proposals, propose
from advisor.rules.schema import Example, Rule, Scalar

MACHINE = {"cpus": 4, "memory": "4g"}


@dataclass(frozen=True, slots=True)
class Result:
    """What was expected and what the rule gave, in the same form; equal where the example holds."""

    expected: Any
    found: Any
    why_silent: str | None


def example_profile(rule: Rule, example: Example) -> WorkloadProfile:
    """The example's profile, on the first release of the rule and 4 CPUs with 4 GB where it does not say."""
    first = next(jdk for jdk in JDKS if rule.jdk.holds(jdk))
    try:
        return WorkloadProfile.model_validate({"jdk": first, "machine": MACHINE, **example.profile})
    except ValidationError as error:
        message = error.errors(include_url=False)[0]
        raise InputError(
            f"the profile of example {example.name!r} is wrong: {message['msg']} at {message['loc']}", where=rule.id
        ) from error


def run_example(rule: Rule, example: Example) -> Result:
    """Evaluates one rule on one of its examples, the profile's own flags being the decision so far."""
    profile = example_profile(rule, example)
    given = propose(profile, (rule,), parse_words(profile.flags))
    expected: Any = example.expect
    if isinstance(expected, dict):
        expected = {name: _plain(value) for name, value in expected.items()}
    return Result(expected, _found(given), given.silent[0].because if given.silent else None)


def _plain(value: Scalar) -> FlagValue:
    """A size such as 512m as its number of bytes."""
    if isinstance(value, str):
        try:
            return int(Bytes.parse(value))
        except ValueError:
            return value
    return value


def _found(given: Proposals) -> Any:
    if given.proposals:
        return {proposal.flag: proposal.value for proposal in given.proposals}
    if given.refused:
        return "refusal"
    if given.warnings:
        return "warning"
    if given.advice:
        return "advice"
    return "prohibition" if given.forbidden else "none"
