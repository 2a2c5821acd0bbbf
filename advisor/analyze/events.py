"""What a log tells, whatever its format: one frozen object per happening, in the order of the log.

The most frequent are named tuples, which are made in a third of the time of frozen dataclasses.
Times are seconds on the log's own clock, or None where the log carries no time stamps. Sizes are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from advisor.model.outcome import PauseKind

MEASURABLE_S = 0.1
"""Collections at least this long have processor times exact to a tenth."""


class Change(NamedTuple):
    """A space or the heap before and after a collection; `capacity` is the committed size afterwards, if known."""

    before: int
    after: int
    capacity: int | None = None


class Regions(NamedTuple):
    """G1's regions of one role before and after a collection, and the limit that the line gives for the next."""

    before: int
    after: int
    limit: int | None = None


class Spaces(NamedTuple):
    """What the lines of one collection say of the parts of the heap."""

    young: Change | None = None
    old: Change | None = None
    eden_capacity: int | None = None
    survivor_capacity: int | None = None
    eden_regions: Regions | None = None
    survivor_regions: Regions | None = None
    old_regions: Regions | None = None
    humongous_regions: Regions | None = None
    ages: tuple[int, ...] = ()
    """Bytes of age 1, 2, ... among the survivors."""
    threshold: int | None = None
    metaspace: int | None = None
    workers: int | None = None
    workers_max: int | None = None
    evacuation_failed: bool = False
    reference_ms: float | None = None
    """Time for Reference objects inside the pause."""
    unloading_ms: float | None = None
    """Time for the unloading of classes inside the pause."""
    eden: Change | None = None
    """G1 of JDK 7 and 8, which tells bytes where later releases tell regions."""
    survivors: Change | None = None


class Pause(NamedTuple):
    """One outermost stop of the program. `inner` are the pauses printed inside it."""

    end_s: float | None
    gc_id: int
    kind: PauseKind
    name: str
    """As printed, without `Pause`."""
    ms: float
    heap: Change | None
    spaces: Spaces
    inner: tuple[Pause, ...] = ()

    @property
    def start_s(self) -> float | None:
        """When the program stopped."""
        return None if self.end_s is None else self.end_s - self.ms / 1000


class Phase(NamedTuple):
    """A concurrent phase that began (`ms` is None) or ended."""

    time_s: float | None
    gc_id: int
    name: str
    ms: float | None
    heap: Change | None = None


class Cycle(NamedTuple):
    """A concurrent collection of ZGC that ended."""

    time_s: float | None
    gc_id: int
    name: str
    heap: Change


@dataclass(frozen=True, slots=True)
class CycleUse:
    """One generation during a ZGC cycle: used at the start and the end, allocated meanwhile, live after marking."""

    gc_id: int
    generation: Literal["heap", "young", "old"]
    used_start: int
    used_end: int
    allocated: int
    live: int


@dataclass(frozen=True, slots=True)
class Safepoint:
    """The program was brought to a stop, for whatever reason. The wording tells the releases that print it."""

    reaching_s: float
    total_s: float
    since_last_s: float | None = None
    first_release: int = 9
    last_release: int = 99
    operation: str | None = None
    """What the stop was for, such as `G1CollectForAllocation`, where the line says it."""
    time_s: float | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a collector could not do."""

    time_s: float | None
    kind: Literal["promotion-failed", "concurrent-mode-failure", "allocation-stall", "relocation-stall", "pacing"]
    gc_id: int | None = None
    ms: float | None = None


class CpuTimes(NamedTuple):
    """Processor time and elapsed time of one collection, in hundredths of a second as the line prints them.

    Readers may leave out those that took less than `MEASURABLE_S`: they are too coarse to mean anything.
    """

    time_s: float | None
    gc_id: int
    user_s: float
    sys_s: float
    real_s: float


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """One run of string deduplication: bytes of the strings looked at, bytes that were freed, and its length."""

    time_s: float | None
    inspected: int
    freed: int
    ms: float


@dataclass(frozen=True, slots=True)
class Occupied:
    """The heap at a moment without any collection, as Epsilon prints it."""

    time_s: float | None
    used: int
    committed: int


@dataclass(frozen=True, slots=True)
class Started:
    """A JVM began to log: its collector as the log names it."""

    time_s: float | None
    collector: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A fact about the JVM or its machine: sizes in bytes, counts as they are, words as text."""

    name: Literal[
        "version",
        "cpus",
        "memory",
        "container",
        "region",
        "heap_min",
        "heap_initial",
        "heap_max",
        "parallel_workers",
        "concurrent_workers",
        "generational",
        "collector",
        "flags",
        "collector_assumed",
    ]
    value: int | str


@dataclass(frozen=True, slots=True)
class Hint:
    """A turn of phrase that only some releases print: the first and the last of them."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class References:
    """Reference objects that one collection found."""

    soft: int = 0
    weak: int = 0
    final: int = 0
    phantom: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """The log is over: the first and last time stamp; whether it stops in the middle of something.

    `uptime` says that zero is the start of the JVM.
    """

    first_s: float | None
    last_s: float | None
    cut: bool
    uptime: bool = False
    steps_back: int = 0
    """How often time went back by more than threads that print late explain."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Lines that begin like one of a GC log and could not be used."""

    reason: Literal["damaged", "unfinished", "cut"]
    """Not of the form that such a line has; the start of a pause that has no end; longer than any line of a JVM."""
    lines: int = 1


Event = (
    Pause
    | Phase
    | Cycle
    | CycleUse
    | Safepoint
    | CpuTimes
    | Deduplicated
    | Trouble
    | Occupied
    | Started
    | Setting
    | Hint
    | References
    | Ended
    | Skipped
)
