"""`explain/1`: what is known of a flag, a rule or a lint check."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.model.base import Result


class FlagRelease(Result):
    """A flag in one release. `low`, `high` and `default` are as the release states them, null where it states none."""

    jdk: int
    status: Literal["known", "deprecated", "obsolete", "removed", "future", "other-platform", "unknown"]
    kind: str | None = None
    type: str | None = None
    default: str | None = None
    low: int | float | None = None
    high: int | float | None = None
    unlocked_by: str | None = None


class Part(Result):
    """One heading with its text."""

    heading: str
    text: str


class Explanation(Result):
    """What there is to say of one name."""

    schema_: Literal["explain/1"] = Field("explain/1", alias="schema")
    name: str
    kind: Literal["flag", "rule", "migration rule", "check"]
    title: str
    parts: tuple[Part, ...] = ()
    releases: tuple[FlagRelease, ...] = ()
    """For a flag: one entry per release."""
    collectors: tuple[str, ...] = ()
    """For a flag: the collectors whose source declares it; empty for flags of none or several."""
    rules: tuple[str, ...] = ()
    """For a flag: the rules that set, forbid or rewrite it."""
