"""`effective/1`: what a JVM would run with, and what it says of its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from advisor.model.base import Result


class Message(Result):
    """One thing the JVM has against an option."""

    severity: Literal["error", "warning", "info"]
    text: str


class FinalFlag(Result):
    """A flag's value, written as PrintFlagsFinal writes it, and where it comes from."""

    value: str
    origin: Literal["default", "ergonomic", "command line", "environment"]
    default: str | None = None
    """The release's default before it looks at options and machine; null where the tables have none."""


class EffectiveResult(Result):
    """The whole answer; flags whose value depends on what is not modelled are left out."""

    schema_: Literal["effective/1"] = Field("effective/1", alias="schema")
    jdk: int
    accepted: bool
    messages: tuple[Message, ...]
    collector: str
    flags: Mapping[str, FinalFlag]
    notes: tuple[str, ...] = ()
    """What to know of the answer itself."""
