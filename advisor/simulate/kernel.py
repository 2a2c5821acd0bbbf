"""A discrete-event kernel: a clock, events in a fixed order, and random streams that are told apart by name.

It knows nothing of what it simulates. Events at the same time run by priority and then in the order in which they were
scheduled, so a run depends on its inputs alone.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Action = Callable[[], None]
Trace = Callable[[float, str], None]
"""Called with the time and the name of each event before it runs."""


@dataclass(slots=True)
class Event:
    """Something that will happen. A cancelled event stays queued and is skipped."""

    time: float
    name: str
    action: Action
    cancelled: bool = False

    def cancel(self) -> None:
        """Takes the event back."""
        self.cancelled = True


@dataclass(slots=True)
class Kernel:
    """The clock (seconds) and the queue of events."""

    trace: Trace | None = None
    now: float = 0.0
    _queue: list[tuple[float, int, int, Event]] = field(default_factory=list)
    _sequence: int = 0
    _stopped: bool = False

    def at(self, time: float, name: str, action: Action, *, priority: int = 0) -> Event:
        """Schedules an action; smaller priorities run first. Raises ValueError for the past or no time at all."""
        if not time >= self.now or math.isinf(time):
            raise ValueError(f"cannot schedule {name!r} at {time} when it is {self.now}")
        event = Event(time, name, action)
        heapq.heappush(self._queue, (time, priority, self._sequence, event))
        self._sequence += 1
        return event

    def after(self, delay: float, name: str, action: Action, *, priority: int = 0) -> Event:
        """Schedules an action `delay` seconds from now."""
        return self.at(self.now + delay, name, action, priority=priority)

    def run(self, until: float = math.inf) -> None:
        """Runs events in order until none is left, the next lies beyond `until`, or `stop` is called."""
        self._stopped = False
        while self._queue and not self._stopped and self._queue[0][0] <= until:
            time, _, _, event = heapq.heappop(self._queue)
            if event.cancelled:
                continue
            self.now = time
            if self.trace is not None:
                self.trace(time, event.name)
            event.action()
        if not self._stopped and self.now < until < math.inf:
            self.now = until

    def stop(self) -> None:
        """Ends the run after the event that is running."""
        self._stopped = True


@dataclass(frozen=True, slots=True)
class Streams:
    """Random streams of one seed. The same seed and name give the same numbers whatever else draws."""

    seed: int

    def stream(self, name: str) -> random.Random:
        """A fresh generator for a name; each consumer has its own, so none disturbs another."""
        digest = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))

    def spawn(self, name: str) -> Streams:
        """The streams of a part, such as one replicate."""
        digest = hashlib.sha256(f"{self.seed}//{name}".encode()).digest()
        return Streams(int.from_bytes(digest[:8], "big"))


def stratified(stream: random.Random, quantile: Callable[[float], float], block: int) -> Iterator[float]:
    """Endless draws whose every block holds each of `block` evenly spaced quantiles once, in random order."""
    values = [quantile((index + 0.5) / block) for index in range(block)]
    while True:
        stream.shuffle(values)
        yield from values
