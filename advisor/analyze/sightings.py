"""How often something was seen, when first and last, and when it was worst: in bounded memory, whatever the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

NAMES = 256
"""Different names that are kept apart at most: a damaged log must not fill the memory with made-up causes."""


@dataclass(slots=True)
class Sighting:
    """Times are seconds on the log's clock; `worst` and `total` are in the unit of what was seen."""

    count: int = 0
    total: float = 0.0
    worst: float = 0.0
    first_s: float | None = None
    last_s: float | None = None
    worst_s: float | None = None

    def add(self, time_s: float | None, value: float = 0.0) -> None:
        """Takes one more."""
        if not self.count or value > self.worst:
            self.worst, self.worst_s = value, time_s
        self.count += 1
        self.total += value
        if time_s is not None:
            self.first_s = time_s if self.first_s is None else self.first_s
            self.last_s = time_s


class Sightings:
    """By name; at most `NAMES` of them."""

    def __init__(self) -> None:
        self._seen: dict[str, Sighting] = {}

    def add(self, name: str, time_s: float | None, value: float = 0.0) -> None:
        """Takes one more of a name."""
        self.named(name).add(time_s, value)

    def named(self, name: str) -> Sighting:
        """That of a name, to be added to; beyond the limit one that nobody will ask for."""
        sighting = self._seen.get(name)
        if sighting is None:
            sighting = Sighting()
            if len(self._seen) < NAMES:
                self._seen[name] = sighting
        return sighting

    def of(self, *names: str) -> Sighting:
        """All of some names as one; an empty one where none was seen."""
        found = [self._seen[name] for name in names if name in self._seen]
        return merged(found)

    def where(self, accept: Callable[[str], bool]) -> Sighting:
        """All whose names are accepted as one."""
        return merged([seen for name, seen in sorted(self._seen.items()) if accept(name)])

    def items(self) -> list[tuple[str, Sighting]]:
        """In the order of the names."""
        return sorted(self._seen.items())


def merged(sightings: list[Sighting]) -> Sighting:
    """Several sightings as one."""
    if len(sightings) == 1:
        return sightings[0]
    whole = Sighting()
    for seen in sightings:
        if not whole.count or seen.worst > whole.worst:
            whole.worst, whole.worst_s = seen.worst, seen.worst_s
        whole.count += seen.count
        whole.total += seen.total
        firsts = [time for time in (whole.first_s, seen.first_s) if time is not None]
        lasts = [time for time in (whole.last_s, seen.last_s) if time is not None]
        whole.first_s, whole.last_s = min(firsts, default=None), max(lasts, default=None)
    return whole


class Spacing:
    """The intervals between events of one sort: their number, mean and spread (Welford)."""

    def __init__(self) -> None:
        self.count = 0
        self.mean_s = 0.0
        self._squares = 0.0
        self._last_s: float | None = None

    def add(self, time_s: float | None) -> None:
        """The next event."""
        if time_s is None:
            return
        if self._last_s is not None and time_s >= self._last_s:
            self.count += 1
            off = time_s - self._last_s - self.mean_s
            self.mean_s += off / self.count
            self._squares += off * (time_s - self._last_s - self.mean_s)
        self._last_s = time_s

    @property
    def spread(self) -> float:
        """Standard deviation over mean; 0 for perfectly even intervals, 1 for random ones."""
        if self.count < 2 or self.mean_s <= 0:
            return 0.0
        return float((self._squares / (self.count - 1)) ** 0.5 / self.mean_s)
