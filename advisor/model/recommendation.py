"""`recommend/1`: few flags, each with its reason; the memory they add up to; what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from advisor.model.base import Result
from advisor.model.goals import Goal
from advisor.model.outcome import MeasuredError, Outcome


class Reason(Result):
    """Why one flag is set."""

    flag: str
    value: str
    rule: str
    because: str
    source: str
    effect: Mapping[str, Any] = Field(default_factory=dict)
    """Predicted change of the outcome when this flag alone is left out; empty where it was not simulated."""


class Silent(Result):
    """A rule that did not fire, and the first condition that kept it silent."""

    rule: str
    title: str
    because: str


class GoalVerdict(Result):
    """One goal against the prediction. `met` is null where nothing predicts it."""

    name: str
    limit: str
    predicted: str | None
    met: bool | None

    @classmethod
    def of(cls, goal: Goal, outcome: Outcome | None) -> GoalVerdict:
        """One limit held against an outcome, or against nothing."""
        value = outcome.goal_value(goal.name) if outcome else None
        return cls(
            name=goal.name,
            limit=f"{goal.operator} {goal.shown(goal.limit)}",
            predicted=None if value is None else goal.shown(value),
            met=None if value is None else goal.met_by(value),
        )


class MemoryBudget(Result):
    """Where the memory limit goes. The parts plus the head-room are the limit."""

    limit_bytes: int
    parts: Mapping[str, int]
    headroom_bytes: int


class Recommendation(Result):
    """`flags` are complete: set these, leave every other tuning flag at its default."""

    schema_: Literal["recommend/1"] = Field("recommend/1", alias="schema")
    jdk: int
    collector: str
    flags: tuple[str, ...]
    command_line: str
    reasons: tuple[Reason, ...]
    kept: tuple[str, ...] = ()
    """Options in use that tune nothing and stay as they are."""
    dropped: Mapping[str, str] = Field(default_factory=dict)
    """Options in use that go, and why."""
    baseline: Outcome | None = None
    predicted: Outcome | None = None
    measured_error: MeasuredError | None = None
    goals: tuple[GoalVerdict, ...] = ()
    memory: MemoryBudget
    warnings: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    """Flags outside the tuned ones: logging, diagnostics."""
    silent: tuple[Silent, ...] = ()
    refused: str | None = None
