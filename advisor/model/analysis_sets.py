"""`analyze-fleet/1` and `analyze-compare/1`: several logs, each analysed by itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.model.analysis import Analysis
from advisor.model.base import Result


class FailedLog(Result):
    """A log that could not be analysed, in the form of every error."""

    schema_: Literal["error/1"] = Field("error/1", alias="schema")
    error: str
    where: str | None
    hint: str | None


class Fleet(Result):
    """One result for each log, in the order of the command line."""

    schema_: Literal["analyze-fleet/1"] = Field("analyze-fleet/1", alias="schema")
    logs: tuple[Analysis | FailedLog, ...]


class Figure(Result):
    """One figure of two logs. Null where a log cannot tell it."""

    name: str
    unit: str
    before: float | None
    after: float | None
    ratio: float | None
    """After over before; null where before is 0."""
    verdict: Literal["better", "worse", "different", "same", "unknown"]
    """`different` matters but is neither good nor bad by itself."""


class Comparison(Result):
    """Two logs side by side."""

    schema_: Literal["analyze-compare/1"] = Field("analyze-compare/1", alias="schema")
    before: Analysis
    after: Analysis
    figures: tuple[Figure, ...]
    gone: tuple[str, ...]
    """Ids of findings of the first log that the second has no longer."""
    new: tuple[str, ...]
    """Ids of findings that only the second log has."""
    cautions: tuple[str, ...]
    """Why the two may not be comparable, one sentence each."""
