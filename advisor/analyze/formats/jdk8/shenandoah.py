"""Shenandoah in builds of JDK 8: `[Pause Init Mark, start]` and `[Pause Init Mark, 3.341 ms]`."""

from __future__ import annotations

import re

from advisor.analyze.events import Pause, Phase, Spaces
from advisor.analyze.formats.jdk8.text import change, decimal
from advisor.model.outcome import PauseKind

_KINDS: tuple[tuple[str, PauseKind], ...] = (("Init Mark", "initial-mark"), ("Final Mark", "remark"), ("Full", "full"))


class Shenandoah:
    """Reads its lines. Newer builds print a line at the start of each pause, and stamp the other at its end."""

    def __init__(self) -> None:
        self._begun: str | None = None

    def event(self, found: re.Match[str], time_s: float | None, gc_id: int) -> Pause | Phase | None:
        """The pause or phase of a match of `SHENANDOAH`; None for the start of a pause."""
        what, name, before, after, capacity, start, length = found.groups()
        heap = change(before, after, capacity) if before else None
        ms = decimal(length) if length else None
        if what == "Concurrent":
            return Phase(time_s, gc_id, f"Concurrent {name.partition(' (')[0]}", ms, heap)
        if start or ms is None:
            self._begun = name
            return None
        at_end, self._begun = self._begun == name, None
        end_s = time_s if at_end or time_s is None else time_s + ms / 1000
        kind: PauseKind = next((kind for words, kind in _KINDS if name.startswith(words)), "other")
        return Pause(end_s, gc_id, kind, name, ms, heap, Spaces())
