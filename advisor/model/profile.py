"""A workload: what a program allocates, keeps and wants, on which JDK and machine.

Only `jdk` and `machine` are required; what is absent is unknown, never zero, and the rules say so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from advisor.model.base import Frozen
from advisor.model.documents import build, parse_yaml, read_text
from advisor.model.goals import Goals
from advisor.model.machine import Collector, Jdk, Machine
from advisor.model.quantities import Bytes, Duration, Rate, Ratio

NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


def _flag_words(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


FlagWords = Annotated[
    tuple[str, ...],
    BeforeValidator(_flag_words),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class LargeObjects(Frozen):
    """Objects big enough for special treatment (humongous in G1, straight to old elsewhere)."""

    share: Ratio
    """Share of the allocated bytes."""
    size: Bytes
    """Typical size of one."""


class Allocation(Frozen):
    """How fast, and how evenly, the program allocates."""

    rate: Rate
    """Mean over the program's running time."""
    peak: Rate | None = None
    """The rate in its worst seconds."""
    burstiness: NonNegative = 0.0
    """Coefficient of variation of the rate from one young collection to the next."""
    large: LargeObjects | None = None


class Lifetime(Frozen):
    """One component of the mixture: a share of the allocated bytes that dies exponentially with a mean age."""

    share: Ratio
    mean: Duration


class Lifetimes(Frozen):
    """How long allocated bytes live. What the components leave over dies at once, before any collection sees it."""

    components: Annotated[tuple[Lifetime, ...], Field(max_length=8)] = ()
    retained: Bytes | None = None
    """Live bytes that stay: caches, sessions, classes' data (the live set after an old collection)."""
    growth: Rate = Rate(0.0)
    """Growth of the retained part: a leak or a filling cache."""

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if sum(part.share for part in self.components) > 1 + 1e-9:
            raise ValueError("the shares of the components add up to more than 100%")
        return self


class References(Frozen):
    """Reference objects found at a collection, and collections asked for by the program."""

    soft: Count = 0
    weak: Count = 0
    final: Count = 0
    phantom: Count = 0
    explicit_gc_per_hour: NonNegative = 0.0
    uses_direct_buffers: bool = False
    """NIO, Netty or RMI are in use: explicit collections free direct memory or distributed references."""


class Threads(Frozen):
    """Java threads at the busiest time."""

    count: Count
    stack: Bytes = Bytes(1 << 20)


class Metaspace(Frozen):
    """Class metadata."""

    used: Bytes | None = None
    classes: Count | None = None
    growing: bool = False


class PhaseCost(Frozen):
    """Time of a stop-the-world phase: fixed part plus a part per byte, with the spread of what was seen."""

    fixed: Duration
    per_mb: Duration
    """Per 2^20 bytes copied (young) or live (full)."""
    spread: NonNegative = 0.3
    """Standard deviation of the logarithm of measured over predicted."""
    samples: Count = 0


class Costs(Frozen):
    """Calibrated on a log, for the collector and the number of GC threads of that log."""

    collector: Collector
    gc_threads: Annotated[int, Field(ge=1)]
    young: PhaseCost | None = None
    full: PhaseCost | None = None


class Asked(Frozen):
    """A collection that the program or its class metadata asked for, by the running time before it."""

    at_s: NonNegative
    why: Literal["explicit", "metadata"]


class Timeline(Frozen):
    """The program as the log saw it, stretch by stretch. A stretch is some running time and the young collections at
    its end; each column has one entry for each stretch.
    """

    running_s: Annotated[tuple[NonNegative, ...], Field(max_length=512)]
    allocated_mb: tuple[NonNegative, ...]
    moved_mb: tuple[NonNegative | None, ...]
    """Copied and promoted by the collections of the stretch; null where the log hides it."""
    fresh_mb: tuple[NonNegative | None, ...] = ()
    """Survived their first collection; null where no age table tells. Empty is null everywhere."""
    old_mb: tuple[NonNegative | None, ...]
    """The old generation after them."""
    pause_ms: tuple[NonNegative, ...]
    """Young pauses of the stretch in all."""
    collections: tuple[Count, ...]
    asked: tuple[Asked, ...] = ()

    @model_validator(mode="after")
    def _columns_agree(self) -> Self:
        columns = (
            self.running_s,
            self.fresh_mb or self.running_s,
            self.allocated_mb,
            self.moved_mb,
            self.old_mb,
            self.pause_ms,
            self.collections,
        )
        if len({len(column) for column in columns}) != 1:
            raise ValueError("the columns of a timeline have different lengths")
        return self


class Observed(Frozen):
    """What a log showed under the flags in use. Null means that the log cannot tell."""

    collector: Collector
    duration: Duration
    jdk: Jdk | None = None
    """The release that wrote the log; null stands for the profile's own."""
    cpu: Duration | None = None
    """Processor time of the whole process, which no GC log tells: as `time` or `measure` give it."""
    heap_max: Bytes | None = None
    heap_peak_used: Bytes | None = None
    young_capacity: Bytes | None = None
    old_capacity: Bytes | None = None
    live: Bytes | None = None
    """Smallest occupancy of the old generation (or heap) after an old collection in the steady part of the log."""
    survived_per_young: Bytes | None = None
    """Median bytes that survive a young collection (copied to survivors or promoted)."""
    promotion: Rate | None = None
    young_count: Count = 0
    mixed_count: Count = 0
    full_count: Count = 0
    concurrent_cycles: Count | None = None
    concurrent_cycle: Duration | None = None
    """Median length of a concurrent old cycle (marking to the end of sweeping or to cleanup)."""
    remark_max: Duration | None = None
    pause_mean: Duration | None = None
    pause_p99: Duration | None = None
    pause_max: Duration | None = None
    young_pause_mean: Duration | None = None
    full_pause_mean: Duration | None = None
    time_to_safepoint_max: Duration | None = None
    throughput: Ratio | None = None
    region: Bytes | None = None
    humongous_allocations: Count = 0
    humongous_regions: Count = 0
    metadata_collections: Count = 0
    explicit_collections: Count = 0
    concurrent_mode_failures: Count = 0
    promotion_failures: Count = 0
    evacuation_failures: Count = 0
    allocation_stalls: Count = 0
    degenerated: Count = 0
    heap_grew: Count = 0
    """Collections after which the committed heap had grown."""


class WorkloadProfile(Frozen):
    """Everything the rules, the simulator and the optimizer know about one program."""

    version: Literal[1] = 1
    name: str | None = None
    jdk: Jdk
    machine: Machine
    flags: FlagWords = ()
    """The JVM options in use."""
    duration: Duration = Duration(60.0)
    """Running time that predictions are for."""
    allocation: Allocation | None = None
    lifetimes: Annotated[Lifetimes, Field(default_factory=Lifetimes)]
    references: Annotated[References, Field(default_factory=References)]
    threads: Threads | None = None
    metaspace: Annotated[Metaspace, Field(default_factory=Metaspace)]
    code_cache: Bytes | None = None
    direct_memory: Bytes | None = None
    costs: Costs | None = None
    timeline: Timeline | None = None
    observed: Observed | None = None
    goals: Annotated[Goals, Field(default_factory=Goals)]

    @model_validator(mode="after")
    def _memory_holds_the_live_set(self) -> Self:
        live = self.live
        if live is not None and live >= self.machine.memory:
            raise ValueError(f"the live set ({live.human()}) does not fit the memory ({self.machine.memory.human()})")
        return self

    @property
    def live(self) -> Bytes | None:
        """The largest live set that is declared or was observed."""
        observed = self.observed.live if self.observed else None
        known = [value for value in (self.lifetimes.retained, observed) if value is not None]
        return max(known, default=None)


def load_profile(path: Path) -> WorkloadProfile:
    """Reads a YAML profile. Raises InputError with file and line."""
    return build(WorkloadProfile, parse_yaml(read_text(path), str(path)))
