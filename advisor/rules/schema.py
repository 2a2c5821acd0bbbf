"""One YAML file is one rule: conditions, proposals, reason, source, and its own examples."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from advisor.model.base import Frozen
from advisor.model.machine import JDKS

TOPICS = (
    "refuse", "collector", "metaspace", "code-cache", "heap", "heap-limits", "young", "pauses", "parallel", "cms", "g1",
    "zgc", "shenandoah", "references", "memory", "jit", "logging",
)  # fmt: skip
"""The order of evaluation: a later topic sees what an earlier one decided, such as the heap what stands beside it."""
Topic = Literal[
    "refuse", "collector", "metaspace", "code-cache", "heap", "heap-limits", "young", "pauses", "parallel", "cms", "g1",
    "zgc", "shenandoah", "references", "memory", "jit", "logging",
]  # fmt: skip
OPERATORS = ("is", "is_not", "in", "not_in", "above", "below", "at_least", "at_most", "known")
LIMITS = ("above", "below", "at_least", "at_most")
"""The operators whose other side may be a formula."""

Scalar = bool | int | float | str
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$", max_length=60)]
Sentence = Annotated[str, StringConstraints(min_length=10, max_length=900)]


class JdkRange(Frozen):
    """The releases a rule speaks of, both ends included."""

    from_: Annotated[int, Field(alias="from")] = JDKS[0]
    to: int = JDKS[-1]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.from_ > self.to:
            raise ValueError("the range of releases is empty")
        if not any(self.holds(jdk) for jdk in JDKS):
            raise ValueError(f"no release that is advised on is in the range: {', '.join(map(str, JDKS))}")
        return self

    def holds(self, jdk: int) -> bool:
        """Whether a release is in the range."""
        return self.from_ <= jdk <= self.to


class Condition(Frozen):
    """A comparison of a fact, a question about a flag, or a combination: exactly one of these."""

    fact: Name | None = None
    is_: Annotated[Scalar | None, Field(alias="is")] = None
    is_not: Scalar | None = None
    in_: Annotated[tuple[Scalar, ...] | None, Field(alias="in")] = None
    not_in: tuple[Scalar, ...] | None = None
    above: int | float | str | None = None
    below: int | float | str | None = None
    at_least: int | float | str | None = None
    at_most: int | float | str | None = None
    known: bool | None = None
    in_use: Name | None = None
    proposed: Name | None = None
    all: Annotated[tuple[Condition, ...] | None, Field(min_length=1)] = None
    any: Annotated[tuple[Condition, ...] | None, Field(min_length=1)] = None
    not_: Annotated[Condition | None, Field(alias="not")] = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [self.fact, self.in_use, self.proposed, self.all, self.any, self.not_]
        if sum(form is not None for form in forms) != 1:
            raise ValueError("a condition holds exactly one of fact, in_use, proposed, all, any, not")
        given = self.operators()
        if self.fact is None and given:
            raise ValueError(f"the operator {given[0][0]!r} needs a fact")
        if self.fact is not None and len(given) != 1:
            raise ValueError(f"a fact takes exactly one operator of {', '.join(OPERATORS)}")
        return self

    def operators(self) -> list[tuple[str, Any]]:
        """The operators that are given, with their values."""
        pairs = ((name, getattr(self, {"is": "is_", "in": "in_"}.get(name, name))) for name in OPERATORS)
        return [(name, value) for name, value in pairs if value is not None]


class Range(Frozen):
    """What the optimizer may search; numbers or formulas."""

    low: int | float | str
    high: int | float | str


class Proposal(Frozen):
    """A flag with its value, a prohibition, advice beside the tuned flags, a warning, or a refusal: exactly one."""

    flag: Name | None = None
    value: Scalar | None = None
    range: Range | None = None
    forbid: Name | None = None
    advise: Annotated[str, StringConstraints(min_length=2, max_length=400)] | None = None
    warn: Sentence | None = None
    refuse: Sentence | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [self.flag, self.forbid, self.advise, self.warn, self.refuse]
        if sum(form is not None for form in forms) != 1:
            raise ValueError("a proposal holds exactly one of flag, forbid, advise, warn, refuse")
        if (self.flag is None) != (self.value is None):
            raise ValueError("flag and value belong together")
        return self


class Example(Frozen):
    """A profile, and what this rule alone makes of it."""

    name: Annotated[str, StringConstraints(min_length=2, max_length=120)]
    profile: dict[str, Any]
    expect: Literal["none", "warning", "advice", "refusal", "prohibition"] | dict[str, Scalar]


class Rule(Frozen):
    """One piece of tuning knowledge."""

    id: Identifier
    title: Annotated[str, StringConstraints(min_length=5, max_length=120)]
    topic: Topic
    jdk: Annotated[JdkRange, Field(default_factory=JdkRange)]
    priority: Annotated[int, Field(ge=0, le=100)] = 50
    when: Condition
    propose: Annotated[tuple[Proposal, ...], Field(min_length=1, max_length=8)]
    because: Sentence
    source: Annotated[str, StringConstraints(min_length=8, max_length=400)]


class WrittenRule(Rule):
    """A rule as it stands in its file: with the examples that prove it."""

    examples: Annotated[tuple[Example, ...], Field(min_length=2)]

    @field_validator("examples")
    @classmethod
    def _fires_and_stays_silent(cls, examples: tuple[Example, ...]) -> tuple[Example, ...]:
        silent = [example.expect == "none" for example in examples]
        if all(silent) or not any(silent):
            raise ValueError("a rule needs an example where it fires and one where it stays silent (expect: none)")
        return examples
