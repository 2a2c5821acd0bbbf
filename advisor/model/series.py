"""Stops -> a chart's worth of points: heap and pauses over time in a bounded number of even steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, Protocol

from advisor.model.base import Result

POINTS = 160
"""Points that are kept at most; a terminal shows half of them, a page all."""
FIRST_STEP_S = 0.0625
"""Width of a point at the start; it doubles whenever time has outgrown the points."""


class Timeline(Result):
    """The heap and the pauses over time in even steps; null where a step has no collection."""

    unit: Literal["s", "collections"]
    """What a step counts: collections where the log has no time stamps."""
    start: float
    step: float
    heap_before_bytes: tuple[int | None, ...]
    """The most in use before a collection."""
    heap_after_bytes: tuple[int | None, ...]
    """The least in use after a collection."""
    pause_max_ms: tuple[float, ...]
    pause_total_ms: tuple[float, ...]
    full: tuple[int, ...]
    """Full collections."""
    trouble: tuple[int, ...]
    """Failures, stalls and the like."""


class Change(Protocol):
    """Bytes in use before and after a collection."""

    @property
    def before(self) -> int: ...

    @property
    def after(self) -> int: ...


@dataclass(slots=True)
class Point:
    """What happened during one step of time."""

    before: int | None = None
    """Largest heap in use before a collection, bytes."""
    after: int | None = None
    """Smallest heap in use after a collection, bytes."""
    pause_max_ms: float = 0.0
    pause_total_ms: float = 0.0
    full: int = 0
    trouble: int = 0

    def joined(self, other: Point) -> Point:
        """Two neighbouring steps as one."""
        return Point(
            _largest(self.before, other.before),
            _smallest(self.after, other.after),
            max(self.pause_max_ms, other.pause_max_ms),
            self.pause_total_ms + other.pause_total_ms,
            self.full + other.full,
            self.trouble + other.trouble,
        )


def _largest(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _smallest(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)


class Series:
    """Keeps the points while stops pass by. Where they have no times, a step is a collection."""

    def __init__(self, points: int = POINTS) -> None:
        self.points: list[Point] = []
        self.start_s: float | None = None
        self.step_s = FIRST_STEP_S
        self.timed = True
        self._limit = points
        self._number = 0
        self._point = Point()
        self._from_s = self._until_s = 0.0
        """The step that was looked at last: nearly always the next event is of the same."""

    def pause(self, time_s: float | None, ms: float, heap: Change | None, *, full: bool) -> None:
        """One pause that began at a time."""
        point = self._point if time_s is not None and self._from_s <= time_s < self._until_s else self._at(time_s)
        point.pause_max_ms = max(point.pause_max_ms, ms)
        point.pause_total_ms += ms
        point.full += full
        if heap:
            self._heap(point, heap)

    def heap(self, time_s: float | None, heap: Change) -> None:
        """The heap before and after a concurrent collection."""
        self._heap(self._at(time_s), heap)

    def trouble(self, time_s: float | None) -> None:
        """Something went wrong."""
        self._at(time_s).trouble += 1

    @staticmethod
    def _heap(point: Point, heap: Change) -> None:
        if point.before is None or heap.before > point.before:
            point.before = heap.before
        if point.after is None or heap.after < point.after:
            point.after = heap.after

    def _at(self, time_s: float | None) -> Point:
        if self.start_s is None:
            self.timed = time_s is not None
            self.step_s = FIRST_STEP_S if self.timed else 1.0
            self.start_s = time_s if time_s is not None else 0.0
        if not self.timed:
            time_s = float(self._number)
            self._number += 1
        elapsed = 0.0 if time_s is None else max(0.0, time_s - self.start_s)
        while elapsed >= self.step_s * self._limit:
            self._halve()
        index = int(elapsed / self.step_s) if time_s is not None else max(0, len(self.points) - 1)
        while len(self.points) <= index:
            self.points.append(Point())
        self._point = self.points[index]
        self._from_s = self.start_s + index * self.step_s if self.timed else math.inf
        self._until_s = self._from_s + self.step_s
        return self._point

    def _halve(self) -> None:
        pairs = zip(self.points[::2], [*self.points[1::2], Point()], strict=False)
        self.points = [one.joined(other) for one, other in pairs]
        self.step_s *= 2

    def timeline(self) -> Timeline | None:
        """The points as the result carries them; None without any."""
        if not self.points:
            return None
        return Timeline(
            unit="s" if self.timed else "collections",
            start=round(self.start_s or 0.0, 3),
            step=self.step_s,
            heap_before_bytes=tuple(point.before for point in self.points),
            heap_after_bytes=tuple(point.after for point in self.points),
            pause_max_ms=tuple(round(point.pause_max_ms, 3) for point in self.points),
            pause_total_ms=tuple(round(point.pause_total_ms, 3) for point in self.points),
            full=tuple(point.full for point in self.points),
            trouble=tuple(point.trouble for point in self.points),
        )
