"""A search as it is kept: its question, and where it stands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from advisor.model.base import Frozen, Result
from advisor.model.profile import WorkloadProfile


class Question(Frozen):
    """What a search is asked. The same question gets the same answer."""

    profile: WorkloadProfile
    """The workload with its goals."""
    seed: int = 0
    trials: Annotated[int, Field(ge=1)]
    suggester: str
    collectors: tuple[str, ...] | None = None
    pinned: tuple[str, ...] = ()
    """Options that are in every set."""
    robust: bool = True
    """Whether the best is chosen by its worst worlds."""
    version: str
    """Of the program: another version may predict otherwise."""


class StudyRow(Frozen):
    """One study of a file."""

    key: str
    begun: float
    """Seconds since 1970."""
    question: Question
    finished: float | None
    answered: int
    """Flag sets whose outcome is known."""


class Studies(Result):
    """`studies/1`: the studies of a file, the oldest first."""

    schema_: Literal["studies/1"] = Field("studies/1", alias="schema")
    studies: tuple[StudyRow, ...]
