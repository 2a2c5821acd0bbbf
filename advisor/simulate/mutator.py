"""The program: how fast it allocates, in bursts, and how long what it allocates lives.

Lifetimes are a mixture. A component is a share of the allocated bytes that dies exponentially; what components leave
over dies at once; retained bytes never die. Exponential components have no memory, so the live bytes of any group of
objects follow from one number per component and the time that passed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

Vector = list[float]
"""Live bytes by component; the last entry is what never dies."""


@dataclass(frozen=True, slots=True)
class Component:
    """A share of the allocated bytes with an exponential lifetime of `mean_s` seconds."""

    share: float
    mean_s: float


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the program's running time that differs from its mean."""

    end_s: float
    rate: float
    """Allocation, as a factor of the mean."""
    survival: float
    """What outlives its first moments, as a factor of the components' shares."""
    retained: float
    """Bytes a second that live for ever."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What the program does per second of its own running time (pauses excluded)."""

    rate: float
    """Mean bytes a second."""
    components: tuple[Component, ...] = ()
    retained: float = 0.0
    """Bytes that live for ever, allocated at an even pace during the first `build_s` seconds."""
    build_s: float = 0.0
    growth: float = 0.0
    """Bytes a second that live for ever, after the build-up."""
    burstiness: float = 0.0
    """Coefficient of variation of the rate from slot to slot."""
    slot_s: float = 1.0
    block: int = 32
    """Slots whose burst factors have mean 1 exactly: with one block per run, bursts never change the total."""
    large_share: float = 0.0
    large_size: int = 0
    phases: tuple[Phase, ...] = ()
    """Where there are any, they replace bursts and the even build-up; after the last one the program goes on evenly."""

    def live_after(self, seconds: float) -> float:
        """Bytes that live after so long a time."""
        parts = sum(p.share * self.rate * p.mean_s * -math.expm1(-seconds / p.mean_s) for p in self.components)
        built = self.retained if self.build_s <= seconds else self.retained * seconds / self.build_s
        even = self.phases[-1].end_s if self.phases else self.build_s
        return parts + built + self.growth * max(0.0, seconds - even)


@dataclass(slots=True)
class Filling:
    """What was allocated since the last collection: bytes and the live ones among them."""

    used: float
    live: Vector

    @classmethod
    def empty(cls, width: int) -> Filling:
        """Nothing yet."""
        return cls(0.0, [0.0] * width)


@dataclass(slots=True)
class Mutator:
    """The program in time. `now` counts seconds of its own running; pauses do not exist for it."""

    workload: Workload
    stream: random.Random
    now: float = 0.0
    _factors: list[float] = field(default_factory=list)
    _slot: int = 0
    _survival: float = 1.0
    _parts: list[tuple[float, float]] = field(init=False)
    """By component: -1 / mean life, and the live bytes that it settles at, per byte a second of allocation."""

    def __post_init__(self) -> None:
        """Prepares what every step needs."""
        self._parts = [(-1 / part.mean_s, part.share * part.mean_s) for part in self.workload.components]
        self._find_slot()

    @property
    def width(self) -> int:
        """Entries of a live vector."""
        return len(self.workload.components) + 1

    @property
    def pace(self) -> float:
        """Bytes a second at present."""
        return self._pace()[0]

    def decay(self, seconds: float) -> Vector:
        """The share of each component's live bytes that still lives after so many seconds."""
        lefts = [math.exp(pace * seconds) for pace, _ in self._parts]
        lefts.append(1.0)
        return lefts

    def fill(self, eden: Filling, direct: Filling, room: float, limit_s: float, direct_share: float = 0.0) -> float:
        """Allocates until eden has taken `room` bytes or `limit_s` has passed; returns the seconds it took.

        `direct_share` of the bytes goes to `direct` instead: objects that never see the young generation.
        """
        spent = 0.0
        while room > 1e-6 and limit_s - spent > 1e-12:
            rate, slot_end = self._pace()
            eden_rate = rate * (1 - direct_share)
            step = min(slot_end - self.now, limit_s - spent)
            if eden_rate * step > room:
                step = room / eden_rate
            self._allocate(eden, eden_rate, step, min(self._retained_rate(), eden_rate))
            if direct_share:
                self._allocate(direct, rate * direct_share, step, 0.0)
            room -= eden_rate * step
            spent += step
            self._advance(step, slot_end)
        return spent

    def skip(self, seconds: float) -> None:
        """Lets time pass at the mean rate without following it."""
        self.now += seconds
        self._find_slot()

    def _advance(self, step: float, end: float) -> None:
        """Moves on; landing on a boundary is exact, so that no sliver of a slot is left over."""
        self.now = end if self.now + step >= end * (1 - 1e-12) else self.now + step
        self._find_slot()

    def _find_slot(self) -> None:
        phases = self.workload.phases
        if phases:
            while self._slot < len(phases) and self.now >= phases[self._slot].end_s - 1e-12:
                self._slot += 1
            self._survival = phases[self._slot].survival if self._slot < len(phases) else phases[-1].survival
        elif self.workload.burstiness:
            self._slot = int(self.now / self.workload.slot_s + 1e-9)

    def _in_build_up(self) -> bool:
        return self.now < self.workload.build_s

    def _pace(self) -> tuple[float, float]:
        """The present rate and when it may change."""
        work = self.workload
        if work.phases:
            if self._slot < len(work.phases):
                phase = work.phases[self._slot]
                return work.rate * phase.rate, phase.end_s
            return work.rate * work.phases[-1].rate, math.inf
        end = (self._slot + 1) * work.slot_s if work.burstiness else math.inf
        if self._in_build_up():
            end = min(end, work.build_s)
        return work.rate * (self._factor(self._slot) if work.burstiness else 1.0), end

    def _retained_rate(self) -> float:
        work = self.workload
        if work.phases:
            return work.phases[self._slot].retained if self._slot < len(work.phases) else work.growth
        return work.retained / work.build_s if self._in_build_up() else work.growth

    def _factor(self, slot: int) -> float:
        while slot >= len(self._factors):
            self._factors.extend(_burst_block(self.stream, self.workload.burstiness, self.workload.block))
        return self._factors[slot]

    def _allocate(self, filling: Filling, rate: float, seconds: float, retained_rate: float) -> None:
        live = filling.live
        lasting = rate * self._survival
        index = 0
        for pace, full in self._parts:
            left = math.exp(pace * seconds)
            live[index] = live[index] * left + full * lasting * (1 - left)
            index += 1
        live[index] += retained_rate * seconds
        filling.used += rate * seconds


def _burst_block(stream: random.Random, variation: float, size: int) -> Sequence[float]:
    """Log-normal factors of the wanted variation with mean 1."""
    sigma = math.sqrt(math.log1p(variation * variation))
    drawn = [math.exp(stream.gauss(0.0, sigma)) for _ in range(size)]
    mean = sum(drawn) / size
    return [value / mean for value in drawn]
