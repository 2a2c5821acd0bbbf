"""The three families of failure. Every message names what was wrong, where, and what to try."""

from __future__ import annotations


class AdvisorError(Exception):
    """A failure that is told to the user as one message.

    `where` is a file, a `file:line` or an option; `hint` says what was expected or what to try.
    """

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class UsageError(AdvisorError):
    """The command was called with words it does not know or that do not fit together."""


class InputError(AdvisorError):
    """A file, log, profile or rule pack does not hold what was expected."""


class NotModelledError(InputError):
    """The question is a good one, but this version has no model to answer it with."""


class InternalError(AdvisorError):
    """Something that cannot happen did: a defect of ours."""
