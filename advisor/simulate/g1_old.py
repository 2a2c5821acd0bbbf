"""Old regions of G1, as batches that were filled at about the same time, so that each has one share of live bytes.

Sources: HotSpot g1CollectionSetCandidates.cpp, g1CollectionSetChooser.cpp, g1ConcurrentMark.cpp.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field

from advisor.simulate.heap import add
from advisor.simulate.mutator import Vector

_MOST = 24
"""Batches at most; the two oldest are merged."""
_EMPTY = 0.005
"""A region with a smaller live share than this holds no object any more."""


@dataclass(slots=True)
class Batch:
    """Old regions that were filled together."""

    used: float
    live: Vector
    marked: bool = False
    """Candidate of the present mixed phase."""

    @property
    def alive(self) -> float:
        """Live bytes."""
        return sum(self.live)

    @property
    def garbage(self) -> float:
        """Bytes that evacuation frees."""
        return self.used - self.alive

    @property
    def live_share(self) -> float:
        """Share of its bytes that still lives."""
        return self.alive / self.used if self.used else 0.0

    def split_off(self, most: float) -> tuple[float, Vector]:
        """Takes out up to so many bytes; (bytes, live ones among them)."""
        share = min(1.0, most / self.used)
        used, live = self.used * share, [part * share for part in self.live]
        self.live = [part - gone for part, gone in zip(self.live, live, strict=True)]
        self.used -= used
        return used, live


@dataclass(slots=True)
class OldBatches:
    """All old regions but the humongous ones."""

    width: int
    _batches: list[Batch] = field(default_factory=list)
    _decay: Vector = field(default_factory=list)
    """What time has still to take from all batches but the newest."""

    def age(self, decay: Vector) -> None:
        """Lets time pass: at once for the newest batch, for the others when they are next looked at."""
        if self._batches:
            self._batches[-1].live = list(map(operator.mul, self._batches[-1].live, decay))
            self._decay = list(map(operator.mul, self._decay, decay)) if self._decay else decay

    @property
    def batches(self) -> list[Batch]:
        """All of them, as they are now."""
        if self._decay:
            for batch in self._batches[:-1]:
                batch.live = list(map(operator.mul, batch.live, self._decay))
            self._decay = []
        return self._batches

    @batches.setter
    def batches(self, batches: list[Batch]) -> None:
        self._batches, self._decay = batches, []

    def add(self, used: float, live: Vector, heap: float) -> None:
        """Takes in promoted or evacuated objects: into the newest batch while that is small beside the heap."""
        newest = self._batches[-1] if self._batches else None
        if newest is not None and not newest.marked and newest.used < heap / _MOST:
            newest.used += used
            newest.live = add([newest.live, live], self.width)
        else:
            self.batches.append(Batch(used, list(live)))
        if len(self._batches) > _MOST:
            first, second = self.batches[:2]
            merged = Batch(first.used + second.used, add([first.live, second.live], self.width), first.marked)
            self.batches[:2] = [merged]

    def clear(self) -> None:
        """A full collection leaves none."""
        self.batches = []

    def drop_empty(self) -> list[Batch]:
        """Takes out, and returns, the batches without a live object."""
        empty = [batch for batch in self.batches if batch.live_share < _EMPTY]
        self.batches = [batch for batch in self.batches if batch.live_share >= _EMPTY]
        return empty

    def collectable(self, live_threshold_percent: float) -> list[Batch]:
        """Those with little enough alive (G1MixedGCLiveThresholdPercent), the emptiest first."""
        found = [b for b in self.batches if b.used > 0 and b.live_share * 100 < live_threshold_percent]
        return sorted(found, key=lambda batch: batch.live_share)

    def choose(self, live_threshold_percent: float, waste: float, *, prune: bool) -> float:
        """Marks the candidates of a mixed phase; their bytes.

        `waste` is what may stay uncollected (G1HeapWastePercent): from 17 on the worst regions are left out up to it,
        before that the whole phase is, where all together do not come to it.
        """
        chosen = self.collectable(live_threshold_percent)
        while prune and chosen and chosen[-1].garbage <= waste:
            waste -= chosen.pop().garbage
        if not prune and sum(batch.garbage for batch in chosen) <= waste:
            chosen = []
        for batch in chosen:
            batch.marked = True
        return sum(batch.used for batch in chosen)

    @property
    def marked(self) -> list[Batch]:
        """The candidates that are left."""
        return [batch for batch in self.batches if batch.marked]

    def unmark(self) -> None:
        """Ends a mixed phase."""
        for batch in self.batches:
            batch.marked = False

    def evacuate(self, budget: float) -> list[tuple[float, Vector]]:
        """(bytes, live bytes) of the candidates that a mixed collection takes, the emptiest first."""
        taken = []
        for batch in sorted(self.marked, key=lambda batch: batch.live_share):
            if budget <= 0:
                break
            taken.append(batch.split_off(budget))
            budget -= taken[-1][0]
        self.batches = [batch for batch in self.batches if batch.used > 1]
        return taken

    def follow(self, inflow: float, before: Vector, after: Vector) -> None:
        """Lets a stretch of equal collections pass, by what it did to the old generation as a whole.

        What was there died down as the whole did; what was promoted meanwhile is the rest, in a batch of its own.
        """
        for batch in self.batches:
            batch.live = [
                part * min(1.0, max(0.0, late) / early) if early > 0 else 0.0
                for part, early, late in zip(batch.live, before, after, strict=True)
            ]
        rest = [max(0.0, now - sum(batch.live[i] for batch in self.batches)) for i, now in enumerate(after)]
        self.batches.append(Batch(inflow, rest))
