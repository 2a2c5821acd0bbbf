"""The program in time: what it allocated, what of it survived and how long collections took, stretch by stretch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from advisor.analyze.events import Pause

MIB = 1 << 20
STRETCHES = 480
"""Most stretches that are kept: beyond, two neighbours become one."""
ASKED = 64
"""Most collections kept that eden did not cause."""

TOGETHER_S = 1e-3
"""Running time within which collections for the same reason are one: Parallel collects young first."""


@dataclass(slots=True)
class Stretch:
    """One or more young collections, and the running time before them. Seconds, bytes, milliseconds."""

    running_s: float
    allocated: float
    moved: float | None
    """Bytes copied and promoted; None where the log hides it."""
    fresh: float | None
    """Bytes that survived their first collection; None where no age table tells, or survivors overflowed."""
    old: float | None
    """Old generation after the last of them."""
    pause_ms: float
    collections: int = 1

    def joined(self, later: Stretch) -> Stretch:
        """This stretch and the next as one; what one of them hides is taken to be like the other."""
        return Stretch(
            self.running_s + later.running_s,
            self.allocated + later.allocated,
            _both((self.moved, self.collections), (later.moved, later.collections)),
            _both((self.fresh, self.collections), (later.fresh, later.collections)),
            later.old if later.old is not None else self.old,
            self.pause_ms + later.pause_ms,
            self.collections + later.collections,
        )


def _both(one: tuple[float | None, int], two: tuple[float | None, int]) -> float | None:
    known = [(value, count) for value, count in (one, two) if value is not None and count]
    if not known:
        return None
    return sum(value for value, _ in known) * (one[1] + two[1]) / sum(count for _, count in known)


class Timeline:
    """Grows with each pause, in bounded memory."""

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self.asked: list[tuple[float, str]] = []
        """Running time and reason (`explicit`, `metadata`) of collections that no lack of room caused."""
        self._open: Stretch | None = None
        self._each = 1
        self._running_s = 0.0

    def collected(
        self,
        event: Pause,
        running_s: float | None,
        allocated: float,
        moved: tuple[float | None, float | None],
        old: float | None,
    ) -> None:
        """One pause that ended an interval of running time; stops in between are no collections of eden.

        `moved` are the bytes that it moved and those of them that survived their first collection, `old` those of the
        old generation after it, where the log tells.
        """
        young = event.kind in ("young", "mixed") and not event.inner
        seconds = running_s or 0.0
        self._running_s += seconds
        self._ask(event)
        known = moved if young else (None, None)
        self._add(Stretch(seconds, allocated, *known, old, event.ms if young else 0.0, int(young)))

    def _ask(self, event: Pause) -> None:
        reason = "explicit" if "(System.gc())" in event.name else "metadata" if "Metadata GC" in event.name else None
        again = bool(self.asked) and self.asked[-1][1] == reason and self._running_s - self.asked[-1][0] < TOGETHER_S
        if reason and not again and len(self.asked) < ASKED:
            self.asked.append((self._running_s, reason))

    def _add(self, stretch: Stretch) -> None:
        """Stops that collect no eden join the next stretch; so do stretches in a log with very many."""
        if self._open is not None:
            stretch = self._open.joined(stretch) if stretch.collections else _prolonged(self._open, stretch)
        if stretch.collections < self._each:
            self._open = stretch
            return
        self._open = None
        self.stretches.append(stretch)
        if len(self.stretches) > STRETCHES:
            pairs = zip(self.stretches[::2], self.stretches[1::2], strict=False)
            odd = self.stretches[-1:] if len(self.stretches) % 2 else []
            self.stretches = [one.joined(two) for one, two in pairs]
            self._open = odd[0] if odd else None
            self._each *= 2


def _prolonged(stretch: Stretch, more: Stretch) -> Stretch:
    """A stretch that goes on through a stop that collected no eden."""
    old = more.old if more.old is not None else stretch.old
    return Stretch(
        stretch.running_s + more.running_s,
        stretch.allocated + more.allocated,
        stretch.moved,
        stretch.fresh,
        old,
        stretch.pause_ms,
        stretch.collections,
    )


def timeline_document(timeline: Timeline) -> dict[str, Any] | None:
    """As a profile writes it, or None where there is too little to tell one moment from another."""
    found = timeline.stretches
    if len(found) < 2 or sum(s.running_s for s in found) <= 0:
        return None

    def column(pick: Callable[[Stretch], float | None], digits: int) -> list[float | None]:
        return [None if (value := pick(s)) is None else round(value, digits) for s in found]

    return {
        "running_s": column(lambda s: s.running_s, 6),
        "allocated_mb": column(lambda s: s.allocated / MIB, 3),
        "moved_mb": column(lambda s: None if s.moved is None else s.moved / MIB, 4),
        "fresh_mb": column(lambda s: None if s.fresh is None else s.fresh / MIB, 4),
        "old_mb": column(lambda s: None if s.old is None else s.old / MIB, 3),
        "pause_ms": column(lambda s: s.pause_ms, 3),
        "collections": [s.collections for s in found],
        "asked": [{"at_s": round(at, 6), "why": why} for at, why in timeline.asked],
    }
