"""What a collector model is to the simulation: data about itself and the few moments at which it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, NamedTuple, Protocol

from advisor.jvm.ergonomics import Effective
from advisor.model.machine import Collector
from advisor.simulate.cost import Stopwatch
from advisor.simulate.mutator import Filling, Vector

WAIT = "wait"
"""The kind of what is no pause: the program waits for memory while concurrent threads go on."""


class Cause(IntEnum):
    """Why a collection starts."""

    ALLOCATION = 0
    EXPLICIT = 1
    METADATA = 2


class Pause(NamedTuple):
    """One stop of the program. `weight` says how many equal ones it stands for."""

    kind: str
    seconds: float
    threads: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What a model is built from."""

    effective: Effective
    watch: Stopwatch
    width: int
    """Entries of a live vector: lifetime components and the part that never dies."""
    large_share: float = 0.0
    large_size: int = 0
    waste: float = 0.0
    """Share of eden that thread-local buffers leave unused."""
    processors: int = 2
    program_busy: float = 1.0
    """Processors that the program itself keeps busy."""


class CollectorModel(Protocol):
    """A collector: what it does when the program stops, and what it does beside the running program."""

    collector: ClassVar[Collector]
    jdks: ClassVar[frozenset[int]]
    oom: bool
    failures: dict[str, int | None]
    cycles: int
    """Concurrent cycles that ended."""
    direct: Filling
    """Objects allocated straight in the old generation since the last collection."""
    direct_share: float

    reclaimed: float
    """Bytes freed so far."""
    moved: list[float]
    """Bytes copied or promoted by each young collection that was followed."""
    promoted_bytes: float

    def __init__(self, setting: Setting) -> None: ...

    def preload(self, retained: float) -> None:
        """Puts bytes that never die into the heap before the program starts."""
        ...

    def allocated_per_repeat(self) -> float:
        """Bytes that the program allocates per repeated collection."""
        ...

    @property
    def filling(self) -> Filling:
        """What the program is filling."""
        ...

    def room(self) -> float:
        """Bytes the program can allocate before the next collection."""
        ...

    def used(self) -> float:
        """Occupied bytes of the heap."""
        ...

    def most_live(self) -> float:
        """Live bytes with which the program can just go on."""
        ...

    def committed(self) -> float:
        """Bytes of the heap that have been touched so far."""
        ...

    def pass_time(self, decay: Vector, running_s: float, wall_s: float) -> None:
        """The program ran for so long since the last call; a concurrent phase worked for `wall_s` of the clock."""
        ...

    def collect(self, cause: Cause) -> Sequence[Pause]:
        """Collects because memory is exhausted or because the program asks for it."""
        ...

    def due_s(self) -> float:
        """Seconds of the clock, pauses left out, until the collector acts by itself; infinite while it only waits."""
        ...

    def act(self) -> Sequence[Pause]:
        """Does what is due: begins, continues or ends a concurrent cycle."""
        ...

    def busy_processors(self) -> float:
        """Processors that concurrent threads take while the program runs."""
        ...

    def pace(self) -> float:
        """The share of its speed at which the collector lets the program go on: 1 unless it holds allocation back."""
        ...

    def repeat(self, most: int, interval_s: float, means_s: Sequence[float]) -> tuple[int, Sequence[Pause]]:
        """Lets up to `most` more collections like the last ones happen at once; (how many did, their pauses)."""
        ...
