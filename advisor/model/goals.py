"""What the user wants: limits that must hold, and what to make small or large."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, PlainSerializer, SerializationInfo, WithJsonSchema

from advisor.model.base import Frozen
from advisor.model.quantities import Bytes, Duration, Ratio, is_exact

GoalName = Literal[
    "p50_pause", "p99_pause", "p99_9_pause", "max_pause", "mean_pause", "throughput", "gc_cpu", "wall", "heap", "rss"
]
GOAL_NAMES: tuple[str, ...] = get_args(GoalName)
PAUSE_GOALS = ("p50_pause", "p99_pause", "p99_9_pause", "max_pause", "mean_pause")
Operator = Literal["<", "<=", ">", ">="]
Priority = Literal["balanced", "latency", "throughput", "footprint"]

_GOAL = re.compile(r"\s*([a-z0-9_]+)\s*(<=|>=|<|>)\s*(.+?)\s*\Z")


class Goal(Frozen):
    """One limit, such as `p99_pause < 50ms`: pauses, gc_cpu, wall in seconds; heap, rss in bytes; throughput 0..1."""

    name: GoalName
    operator: Operator
    limit: float

    @classmethod
    def parse(cls, text: str) -> Goal:
        """Reads `NAME OP VALUE`. Raises ValueError that says what was expected."""
        found = _GOAL.match(text)
        if not found:
            raise ValueError(f"expected NAME OP VALUE such as 'p99_pause < 50ms', found {text!r}")
        name = found[1]
        if name not in GOAL_NAMES:
            raise ValueError(f"unknown goal {name!r}; known: {', '.join(GOAL_NAMES)}")
        return cls.model_validate({"name": name, "operator": found[2], "limit": goal_value(name, found[3])})

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {self.shown(self.limit)}"

    def shown(self, value: float) -> str:
        """A value of this goal's kind, for reading."""
        if self.name in ("heap", "rss"):
            return Bytes(round(value)).human()
        return str(Ratio(value)) if self.name == "throughput" else str(Duration(value))

    def met_by(self, value: float) -> bool:
        """Whether a value keeps the limit."""
        match self.operator:
            case "<":
                return value < self.limit
            case "<=":
                return value <= self.limit
            case ">":
                return value > self.limit
            case ">=":
                return value >= self.limit


def goal_value(name: str, text: str) -> float:
    """A goal's value in its base unit. Raises ValueError."""
    if name in ("heap", "rss"):
        return float(Bytes.parse(text))
    return float(Ratio.parse(text)) if name == "throughput" else float(Duration.parse(text))


def _goal(value: Any) -> Any:
    if isinstance(value, str):
        return Goal.parse(value)
    if isinstance(value, (Goal, dict)):
        return value
    raise ValueError(f"expected text such as 'p99_pause < 50ms', found {value!r}")


def _written(goal: Goal, info: SerializationInfo) -> Any:
    return goal.model_dump() if is_exact(info) else str(goal)


GoalText = Annotated[
    Goal,
    BeforeValidator(_goal),
    PlainSerializer(_written),
    WithJsonSchema({"type": "string", "examples": ["p99_pause < 50ms", "rss < 2g", "throughput > 95%"]}),
]


class Goals(Frozen):
    """Limits, directions, and the priority that decides where neither does."""

    limits: tuple[GoalText, ...] = ()
    minimize: Annotated[tuple[GoalName, ...], Field(max_length=3)] = ()
    maximize: Annotated[tuple[GoalName, ...], Field(max_length=3)] = ()
    priority: Priority = "balanced"

    def limit(self, *names: str) -> float | None:
        """The tightest upper limit among the named goals, or None."""
        found = [goal.limit for goal in self.limits if goal.name in names and goal.operator.startswith("<")]
        return min(found, default=None)

    def floor(self, name: str) -> float | None:
        """The tightest lower limit of a goal, or None."""
        found = [goal.limit for goal in self.limits if goal.name == name and goal.operator.startswith(">")]
        return max(found, default=None)
