"""What ZGC and Shenandoah share: a heap of pages, cycles beside the program, and waiting for memory.

Pages that were allocated or filled together are one group: their live bytes by lifetime component and the bytes they
occupy. A cycle marks what lives, moves the groups that hold enough garbage, and frees their old places.
"""

from __future__ import annotations

import itertools
import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.heap import add
from advisor.simulate.mutator import Filling, Vector
from advisor.simulate.protocol import WAIT, Cause, Pause, Setting

LEAST_ROOM = 2 << 20
"""Bytes that have to be free for a waiting program to go on: one small page, at most a fiftieth of the heap."""
_MOST_GROUPS = 10
_MOST_STEPS = 200
"""Steps for which one wait is followed."""
_LOOKS = 128
"""Looks at the rules while as much as the heap is allocated, at most."""
_EMPTY = 0.005
"""Live share below which pages count as empty."""
_DUE_S = 1e-9
_SPEED_S = 0.05
"""Time over which the program's own rate of allocation is averaged."""


@dataclass(slots=True)
class Pages:
    """A group of pages: bytes they occupy, live bytes, live bytes when they were last marked, and collections seen."""

    used: float
    live: Vector
    marked: float = 0.0
    age: int = 0

    @property
    def garbage(self) -> float:
        """Bytes that the last marking found dead."""
        return max(0.0, self.used - self.marked)

    @property
    def garbage_share(self) -> float:
        """The same, as a share of the pages."""
        return self.garbage / self.used if self.used else 0.0


@dataclass(slots=True)
class Phase:
    """Work under way: what is left of it on the clock, its threads, and what happens when it is done."""

    left_s: float
    threads: float
    end: Callable[[], Sequence[Pause]]


class ConcurrentCollector(ABC):
    """State and rules that the concurrent collectors share; what differs is a method that a collector overrides."""

    collector: ClassVar[Collector]
    jdks: ClassVar[frozenset[int]]

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.jdk = setting.effective.jdk
        self.watch = setting.watch
        self.capacity = float(setting.effective.layout.max_heap)
        self.groups: list[Pages] = []
        self.filling = Filling.empty(setting.width)
        self.direct = Filling.empty(setting.width)
        self.direct_share = 0.0
        self.cycles = 0
        self.oom = False
        self.failures: dict[str, int | None] = {}
        self.reclaimed = 0.0
        self.moved: list[float] = []
        self.promoted_bytes = 0.0
        self.clock_s = 0.0
        self.look_in = math.inf
        """Bytes that may be allocated before the next look."""
        self.next_look = 0.0
        """Seconds until the next look at the rules, while they are looked at."""
        self.speed = 0.0
        """Bytes that the program allocates per second of its own running, of late."""
        self._copies = 0.0
        self._phases: list[Phase] = []
        self._peak = 0.0
        self._seen = 0.0

    # What the program sees

    def preload(self, retained: float) -> None:
        """Puts bytes that never die into the heap before the program starts."""
        if retained > 0:
            live = [0.0] * (self.setting.width - 1)
            self.groups.append(Pages(retained, [*live, retained], retained))
        self.oom = retained > self.most_live()

    def used(self) -> float:
        """Occupied bytes, copies under way included."""
        return sum(group.used for group in self.all_groups()) + self.filling.used + self._copies

    def all_groups(self) -> Sequence[Pages]:
        """The groups of every generation."""
        return self.groups

    def room(self) -> float:
        """Bytes the program can allocate before it has to wait, or before the collector has to look again."""
        return max(0.0, min(self.free_room(), self.look_in))

    def free_room(self) -> float:
        """Bytes the program can allocate before it has to wait."""
        return max(0.0, self.capacity - self.used())

    def look_after(self, seconds: float, pace: float) -> None:
        """The next look is due then, or when the program has allocated what it usually does in that time."""
        self.next_look = seconds
        self.look_in = max(seconds * pace, self.capacity / _LOOKS) if pace > 0 else math.inf

    def asked_to_look(self) -> bool:
        """Whether the program was stopped for a look and not for lack of memory."""
        if self.free_room() < self.least_room() or self.look_in > 1.0:
            return False
        self.look_after(0.0, 0.0)
        return True

    def most_live(self) -> float:
        """The heap less the page that the program goes on with."""
        return self.capacity - self.least_room()

    def least_room(self) -> float:
        """Bytes without which a program that waits does not go on."""
        return min(LEAST_ROOM, self.capacity / 50)

    def committed(self) -> float:
        """Pages are reused, but all that were ever needed at once have been touched."""
        return max(self._peak, self.used(), float(self.setting.effective.layout.min_heap))

    def pass_time(self, decay: Vector, running_s: float, wall_s: float) -> None:
        """Objects die, phases go on, and the rate of allocation is measured."""
        for group in self.all_groups():
            group.live = list(map(operator.mul, group.live, decay))
        for phase in self._phases:
            phase.left_s -= wall_s
        self.clock_s += wall_s
        self._peak = max(self._peak, self.used())
        self.look_in -= self.filling.used - self._seen
        self.next_look -= wall_s
        self.allocated(self.filling.used - self._seen, wall_s)
        if running_s > 0:
            rate = (self.filling.used - self._seen) / running_s
            self.speed += (1 - math.exp(-running_s / _SPEED_S)) * (rate - self.speed)
        self._seen = self.filling.used

    def due_s(self) -> float:
        """Until the first phase ends, or until it is time to think about a new cycle."""
        first = min((phase.left_s for phase in self._phases), default=math.inf)
        return max(0.0, min(first, self.next_look_s()))

    def busy_processors(self) -> float:
        """Processors that the phases under way take."""
        return sum(phase.threads for phase in self._phases)

    def act(self) -> Sequence[Pause]:
        """Ends the phases that are done; else decides whether a cycle begins."""
        done = [phase for phase in self._phases if phase.left_s <= _DUE_S]
        self._phases = [phase for phase in self._phases if phase.left_s > _DUE_S]
        pauses: list[Pause] = []
        for phase in done:
            pauses.extend(phase.end())
        pauses.extend(self.look())
        return pauses

    def pace(self) -> float:
        """The program is not held back before memory runs out."""
        return 1.0

    def allocated_per_repeat(self) -> float:
        """Nothing is repeated."""
        return 0.0

    def repeat(self, most: int, interval_s: float, means_s: Sequence[float]) -> tuple[int, Sequence[Pause]]:
        """Every cycle is followed."""
        return 0, ()

    # Waiting

    def wait(self, count: str) -> Sequence[Pause]:
        """The program waits for memory: cycles go on until there is some, or until a whole one brought none."""
        self.failures[count] = (self.failures.get(count) or 0) + 1
        pauses: list[Pause] = []
        waited, worked, begun = 0.0, 0.0, self.rounds()
        for _ in range(_MOST_STEPS):
            if self.free_room() >= self.least_room():
                break
            if self.rounds() >= begun + 2:
                self.oom = True
                break
            if not self._phases:
                pauses.extend(self.urgent())
                continue
            step = max(0.0, min(phase.left_s for phase in self._phases))
            waited += step
            worked += step * self.busy_processors()
            self._go_on(step)
            pauses.extend(self._ended())
        return (*pauses, Pause(WAIT, waited, round(worked / waited) if waited else 0))

    def rounds(self) -> int:
        """Cycles that ended and have gone through the whole heap."""
        return self.cycles

    def _go_on(self, seconds: float) -> None:
        self.clock_s += seconds
        for phase in self._phases:
            phase.left_s -= seconds

    def _ended(self) -> Iterable[Pause]:
        done = [phase for phase in self._phases if phase.left_s <= _DUE_S]
        self._phases = [phase for phase in self._phases if phase.left_s > _DUE_S]
        return [pause for phase in done for pause in phase.end()]

    # Pages

    def begin(self, thread_s: float, threads: float, end: Callable[[], Sequence[Pause]], serial_s: float = 0.0) -> None:
        """A phase of so many thread seconds, and a part that only one thread can do.

        Where the program leaves fewer processors than there are threads, all get the same share of them.
        """
        slowed = max(1.0, (self.setting.program_busy + threads) / self.setting.processors)
        seconds = (serial_s + thread_s / max(threads, 1.0)) * slowed
        self._phases.append(Phase(seconds, threads / slowed, end))

    def retire(self, waste: float = 0.0) -> None:
        """What the program has filled becomes pages to be marked; `waste` of them was never used."""
        if self.filling.used > 0:
            waste = min(waste, self.free_room())
            self.groups.append(Pages(self.filling.used + waste, list(self.filling.live)))
            self.reclaimed -= waste
        self.filling = Filling.empty(self.setting.width)
        self._seen = 0.0

    def mark(self, groups: Iterable[Pages]) -> float:
        """Finds what lives: bytes."""
        total = 0.0
        for group in groups:
            group.marked = min(sum(group.live), group.used)
            total += group.marked
        return total

    def free_empty(self, groups: list[Pages]) -> float:
        """Frees pages in which nothing lives; returns the bytes."""
        empty = [group for group in groups if group.marked <= _EMPTY * group.used and group.used > 0]
        freed = 0.0
        for group in empty:
            freed += group.used - group.marked
            group.used = group.marked
        self.reclaimed += freed
        return freed

    def shrink(self, chosen: Sequence[Pages], chunks: int) -> float:
        """One of so many equal steps in which the old places of moved pages become free; returns the bytes."""
        total = 0.0
        for group in chosen:
            freed = group.garbage / chunks
            group.used -= freed
            total += freed
        self.reclaimed += total
        return total

    def moved_into(self, chosen: Sequence[Pages], age: int = 0) -> Pages:
        """The group that takes what lives in the chosen ones."""
        total = sum(group.marked for group in chosen)
        return Pages(total, add([group.live for group in chosen], self.setting.width), total, age)

    def tidy(self, groups: list[Pages]) -> list[Pages]:
        """Few groups: empty ones go, and the two most alike become one where there are too many."""
        groups = sorted((g for g in groups if g.used > 0), key=lambda g: (g.age, sum(g.live) / g.used))
        while len(groups) > _MOST_GROUPS:
            gaps = [_gap(one, other) for one, other in itertools.pairwise(groups)]
            place = gaps.index(min(gaps))
            groups[place : place + 2] = [_merged(groups[place], groups[place + 1])]
        return groups

    # What a collector decides for itself

    def allocated(self, size: float, seconds: float) -> None:  # noqa: B027 - a hook
        """The program allocated so much in so long."""

    @abstractmethod
    def next_look_s(self) -> float:
        """Seconds until a decision about a new cycle can change; infinite while none can begin."""

    @abstractmethod
    def look(self) -> Sequence[Pause]:
        """Begins a cycle if a rule says so."""

    @abstractmethod
    def urgent(self) -> Sequence[Pause]:
        """Begins the cycle that a waiting program asks for."""

    @abstractmethod
    def collect(self, cause: Cause) -> Sequence[Pause]:
        """Memory is exhausted, or the program asks for a collection."""

    def number(self, name: str, otherwise: float) -> float:
        """A flag's value."""
        value = self.setting.effective.value(name)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise

    def flag(self, name: str) -> bool:
        """Whether a flag is on."""
        return self.setting.effective.value(name) is True


def _gap(one: Pages, other: Pages) -> float:
    apart = abs(sum(one.live) / one.used - sum(other.live) / other.used)
    return apart * min(one.used, other.used) + (math.inf if one.age != other.age else 0.0)


def _merged(one: Pages, other: Pages) -> Pages:
    live = list(map(operator.add, one.live, other.live))
    return Pages(one.used + other.used, live, one.marked + other.marked, max(one.age, other.age))


def split(group: Pages, share: float) -> Pages:
    """Takes a share of a group away as a group of its own."""
    part = Pages(group.used * share, [live * share for live in group.live], group.marked * share, group.age)
    group.used -= part.used
    group.marked -= part.marked
    group.live = [live * (1 - share) for live in group.live]
    return part
