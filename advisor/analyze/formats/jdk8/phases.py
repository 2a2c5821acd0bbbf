"""Concurrent phases of CMS and G1, under the names that unified logs give them."""

from __future__ import annotations

import re

from advisor.analyze.events import Phase
from advisor.analyze.formats.jdk8.text import decimal


def _title(words: str) -> str:
    return " ".join(word.capitalize() for word in words.split("-"))


def phase_of(found: re.Match[str], time_s: float | None, gc_id: int) -> Phase:
    """The phase of a match of `PHASE`: one that began has no length."""
    cms, _, cms_s, g1, step, g1_s = found.groups()
    name = f"Concurrent {_title(cms or g1)}"
    if step == "abort":
        return Phase(time_s, gc_id, f"{name} Abort", None)
    text = cms_s if cms else g1_s
    return Phase(time_s, gc_id, name, round(decimal(text) * 1000, 6) if text else None)


class Cycles:
    """Whether a cycle of CMS or G1 is under way: its start, and the length of G1's when its clean-up ends."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._marking = False
        self._marked = False

    def next_mark(self) -> bool:
        """Where the two marks of CMS do not say which they are: whether this is the first of a cycle."""
        self._marked = not self._marked
        return self._marked

    def broken(self) -> None:
        """A full collection ended the cycle."""
        self._marking = self._marked = False

    def began(self, time_s: float | None) -> None:
        """G1's initial mark, at the end of its pause."""
        self._since, self._marking = time_s, True

    def cleaned(self, time_s: float | None, gc_id: int) -> Phase | None:
        """G1's clean-up pause: the cycle as one phase, if its start was seen."""
        if not self._marking:
            return None
        self._marking = False
        known = self._since is not None and time_s is not None
        length = max(0.0, time_s - self._since) * 1000 if known else 0.0  # type: ignore[operator]
        return Phase(time_s, gc_id, "Concurrent Cycle", round(length, 3))
