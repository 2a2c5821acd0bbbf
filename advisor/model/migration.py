"""`migrate/1`: flags rewritten for another release, each change with its reason."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.model.base import Result


class Change(Result):
    """What became of one option, or of several together. Empty `to`: it is gone; empty `from`: it is new."""

    from_: str = Field(alias="from")
    to: str
    because: str
    rule: str | None = None
    """The rule that says so; null where the release's own flag table does."""


class Migration(Result):
    """The flags for the other release."""

    schema_: Literal["migrate/1"] = Field("migrate/1", alias="schema")
    jdk_from: int
    jdk_to: int
    flags: tuple[str, ...]
    changes: tuple[Change, ...]
    accepted: bool
    """Whether that release takes the flags without a word."""
    messages: tuple[str, ...] = ()
    """What it still has against them."""
