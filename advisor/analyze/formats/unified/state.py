"""Where a reading of a unified log is, so that another process can go on there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from advisor.analyze.formats.clock import DIGITS, later

CARRIED = (
    *("_held", "_open_young", "_starts_seen", "_stopped", "_generations_told"),
    *("_collector", "_operation", "_reference_kind"),
)
TIMES = ("_base_s", "_before_s", "_undo_s", "last_s")
PARTS_CARRIED = ("_clock", "_drafts", "_opened")


@dataclass(frozen=True, slots=True)
class State:
    """Where a reading is. What was only remembered to be faster is not part of it."""

    facts: dict[str, Any]
    parts: dict[str, dict[str, Any]]
    unfinished: int
    steps_back: int
    """Two counts, which nothing that follows depends on."""

    def later_s(self, other: State) -> float | None:
        """How much later the times of this reading are than those of another that goes on alike; None if none does."""
        mine, its = self.parts["_clock"], other.parts["_clock"]
        later_s: float = round(mine["_base_s"] - its["_base_s"], DIGITS)
        if self.facts != other.facts or other.delayed(later_s, mine["first_s"]).parts != self.parts:
            return None
        return later_s

    def delayed(self, by_s: float, first_s: float | None) -> State:
        """The state of a reading whose times are so much later, and whose first time is this."""
        clock = dict(self.parts["_clock"], first_s=first_s)
        if by_s:
            clock.update({name: later(clock[name], by_s) for name in TIMES})
        return replace(self, parts=self.parts | {"_clock": clock})
