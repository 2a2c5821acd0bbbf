"""Collections that are being put together from their lines, until the line of the pause ends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from advisor.analyze.events import Spaces

MAX_OPEN = 64
"""Collections whose end never comes (a log that was cut) are forgotten beyond this number."""


@dataclass(slots=True)
class Draft:
    """What is known so far of one collection, as fields of `Spaces`."""

    facts: dict[str, Any] = field(default_factory=dict)
    ages: list[int] = field(default_factory=list)

    def finished(self) -> Spaces:
        """The spaces as the lines so far tell them."""
        return Spaces(**self.facts, ages=tuple(self.ages))


class Drafts:
    """The open collections by GC id."""

    def __init__(self) -> None:
        self._open: dict[int, Draft] = {}

    def of(self, gc_id: int) -> Draft:
        """The draft of a collection, a new one if need be."""
        draft = self._open.get(gc_id)
        if draft is None:
            if len(self._open) >= MAX_OPEN:
                self._open.pop(next(iter(self._open)))
            draft = self._open[gc_id] = Draft()
        return draft

    def begins(self, gc_id: int) -> None:
        """A collection begins: those far older will not end any more."""
        if self._open:
            self._open = {other: draft for other, draft in self._open.items() if abs(other - gc_id) <= MAX_OPEN}

    def taken(self, gc_id: int) -> Draft | None:
        """The draft of a collection, if there is one; it is forgotten."""
        return self._open.pop(gc_id, None)

    def finish(self, gc_id: int) -> Spaces:
        """The spaces of a collection that ended; its draft is forgotten."""
        draft = self.taken(gc_id)
        return draft.finished() if draft else Spaces()
