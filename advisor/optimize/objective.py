"""GOALS -> a number: what an outcome costs, and by how much it breaks the limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advisor.model.goals import PAUSE_GOALS, Goal, Goals
from advisor.model.outcome import Outcome
from advisor.model.recommendation import GoalVerdict
from advisor.optimize.pareto import Vector

WORST_RATIO = 20.0
"""Logarithm at which the violation of one limit stops growing, so that a limit of zero stays a finite one."""
TIE_BREAK = 0.05
"""Weight of what nobody asked to make small beside what somebody did, and of what is limited beside what is not."""
_FAMILIES: tuple[tuple[str, ...], ...] = (PAUSE_GOALS, ("throughput", "gc_cpu", "wall"), ("rss", "heap"))
_USUAL = ("p99_pause", "throughput", "rss")
_UNIMPORTANT: Mapping[str, float] = {
    **dict.fromkeys(PAUSE_GOALS, 0.010),
    "throughput": 0.01,
    "gc_cpu": 1.0,
    "wall": 1e-3,
    "heap": 32.0 * (1 << 20),
    "rss": 32.0 * (1 << 20),
}
"""Differences well below these (seconds, share, bytes) are not worth trading for: 1 ms against 2 ms is no halving."""
_CAPACITY = 5.0
"""What losing all time adds to the loss: 2 % for 1 % is twice as bad, 40 % for 20 % is worse than that."""
_WALL_GAIN = 20.0
"""Most of the running time is the program's own work: 1 % of the whole counts like 20 % of what flags can change."""
_WEIGHTS: Mapping[str, tuple[float, float, float]] = {
    "balanced": (1.0, 1.0, 1.0),
    "latency": (4.0, 1.0, 1.0),
    "throughput": (1.0, 4.0, 1.0),
    "footprint": (1.0, 1.0, 4.0),
}
"""Priority -> weights of pause, throughput and footprint."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing to make small (or large), and how much it counts."""

    name: str
    maximize: bool
    weight: float

    def loss(self, outcome: Outcome) -> float:
        """Small is good; a difference of 0.1 is 10 % of the value. Infinite where the value is unknown.

        Throughput counts by its complement, the time lost, so that 99 % is twice as good as 98 %.
        """
        value = outcome.goal_value(self.name)
        if value is None:
            return math.inf
        size = _size(self.name, value)
        return size if self.maximize == (self.name == "throughput") else -size


def _size(name: str, value: float) -> float:
    """The logarithm of a figure, of the time lost for throughput."""
    match name:
        case "throughput":
            lost = max(1.0 - value, 0.0)
            return math.log(lost + _UNIMPORTANT[name]) + _CAPACITY * lost
        case "wall":
            return _WALL_GAIN * math.log(value + _UNIMPORTANT[name])
        case _:
            return math.log(value + _UNIMPORTANT[name])


@dataclass(frozen=True, slots=True)
class Score:
    """What the search knows of an outcome. All three are to be small; an infinite violation is a failure."""

    losses: Vector
    cost: float
    violation: float

    @property
    def failed(self) -> bool:
        """Out of memory, refused, or not simulated: worse than any broken limit."""
        return math.isinf(self.violation)

    @property
    def feasible(self) -> bool:
        """Whether every limit is kept."""
        return self.violation == 0.0


@dataclass(frozen=True, slots=True)
class Objective:
    """The goals as axes and limits."""

    axes: tuple[Axis, ...]
    limits: tuple[Goal, ...]

    def score(self, outcome: Outcome | None) -> Score:
        """An outcome held against the goals; None and running out of memory are failures."""
        losses = tuple(axis.loss(outcome) for axis in self.axes) if outcome else (math.inf,) * len(self.axes)
        if outcome is None or outcome.oom or not all(map(math.isfinite, losses)):
            return Score((math.inf,) * len(self.axes), math.inf, math.inf)
        total = math.fsum(axis.weight for axis in self.axes)
        cost = math.fsum(axis.weight * loss for axis, loss in zip(self.axes, losses, strict=True)) / total
        return Score(losses, cost, math.fsum(violation(goal, outcome) for goal in self.limits))

    def verdicts(self, outcome: Outcome) -> tuple[GoalVerdict, ...]:
        """Every limit against an outcome, for reading."""
        return tuple(GoalVerdict.of(goal, outcome) for goal in self.limits)


def objective(goals: Goals) -> Objective:
    """The axes asked for, then the usual ones of each family (pause, throughput, footprint) that was not asked for.

    What was asked for counts fully and the rest breaks ties; where nothing was, the priority weighs the three. A usual
    axis takes the name of a limit of its family, and then breaks ties only: a limit that is kept is good enough.
    """
    asked = [Axis(name, name in goals.maximize, 1.0) for name in dict.fromkeys((*goals.minimize, *goals.maximize))]
    weights = (TIE_BREAK,) * 3 if asked else _WEIGHTS[goals.priority]
    return Objective((*asked, *_usual(goals, asked, weights)), goals.limits)


def _usual(goals: Goals, asked: list[Axis], weights: tuple[float, ...]) -> Iterator[Axis]:
    limited = [goal.name for goal in goals.limits]
    for family, usual, weight in zip(_FAMILIES, _USUAL, weights, strict=True):
        if any(axis.name in family for axis in asked):
            continue
        name = next((name for name in limited if name in family), None)
        yield Axis(name or usual, (name or usual) == "throughput", weight * TIE_BREAK if name else weight)


def violation(goal: Goal, outcome: Outcome) -> float:
    """How far a limit is broken: 0 where it is kept, else the logarithm of the ratio, at least 1e-9, at most 20.

    A floor of throughput counts by the time lost: 90 % where 95 % is wanted loses twice what it may.
    """
    value = outcome.goal_value(goal.name)
    if value is None:
        return WORST_RATIO
    if goal.met_by(value):
        return 0.0
    limit, upper = goal.limit, goal.operator.startswith("<")
    if goal.name == "throughput":
        value, limit, upper = 1.0 - value, 1.0 - limit, not upper
    worse, better = (value, limit) if upper else (limit, value)
    ratio = max(worse, 1e-9) / max(better, 1e-9)
    return min(max(math.log(ratio), 1e-9), WORST_RATIO)
