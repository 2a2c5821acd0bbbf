"""`optimize/1`: candidates, what became of them, and the ones that nothing else beats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from advisor.model.base import Result
from advisor.model.outcome import Outcome
from advisor.model.recommendation import GoalVerdict


class Candidate(Result):
    """One flag set with its predicted outcome."""

    flags: tuple[str, ...]
    outcome: Outcome


class Best(Candidate):
    """The set to take: it keeps all limits if any set does, and comes nearest otherwise."""

    meets_goals: bool
    goals: tuple[GoalVerdict, ...] = ()
    worth: Mapping[str, Mapping[str, float]] = Field(default_factory=dict)
    """Option -> predicted change of the outcome when it alone is left out; empty where the rest cannot be simulated."""
    alike: tuple[tuple[str, ...], ...] = ()
    """Other sets that the worlds which were simulated do not show to be worse."""
    worlds: int = 1
    """Of those that vary what is uncertain, how many the choice rests on; 1 is the nominal one alone."""


class Optimization(Result):
    """The search as a whole."""

    schema_: Literal["optimize/1"] = Field("optimize/1", alias="schema")
    best: Best
    baseline: Outcome | None = None
    pareto: tuple[Candidate, ...]
    evaluations: int
    seconds: float
    seed: int
    suggester: str = ""
    warnings: tuple[str, ...] = ()
