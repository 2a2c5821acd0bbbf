"""PROFILE -> SPACE: which dimensions there are for a workload, and how far each goes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from advisor.jvm.commandline import flag_values
from advisor.jvm.ergonomics import effective
from advisor.jvm.footprint import heap_budget
from advisor.jvm.heap_sizing import integer
from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.machine import Collector
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import MIB, Bytes
from advisor.optimize.dimensions import Choice, Dimension, Span
from advisor.optimize.space import (
    COLLECTORS,
    LIVE_MARGIN,
    NO_FLAGS,
    PARALLEL,
    PARALLEL_FIXED,
    SERIAL,
    SMALLEST_YOUNG,
    Space,
    selector,
)
from advisor.rules import Proposed

SMALLEST_HEAP = 32 * MIB
LARGEST_SURVIVOR_RATIO = 32
LARGEST_AGE = 15
"""Objects carry their age in four bits (HotSpot markOop.hpp, markWord.hpp)."""
_SETS: Mapping[str, tuple[str, ...]] = {
    "heap": ("MaxHeapSize", "MaxRAM", "MaxRAMPercentage", "MinRAMPercentage", "MaxRAMFraction", "MinRAMFraction"),
    "initial": ("InitialHeapSize", "MinHeapSize", "InitialRAMPercentage", "InitialRAMFraction"),
    "young": ("NewSize", "MaxNewSize", "NewRatio", "OldSize"),
    "survivor": ("SurvivorRatio", "InitialSurvivorRatio", "MinSurvivorRatio"),
    "tenuring": ("MaxTenuringThreshold", "InitialTenuringThreshold", "AlwaysTenure", "NeverTenure"),
    "threads": ("ParallelGCThreads",),
}
"""Dimension -> the flags that decide it; a pinned one takes the dimension out of the search."""


def space_for(
    profile: WorkloadProfile,
    collectors: Iterable[Collector],
    pinned: FlagSet = NO_FLAGS,
    proposals: Sequence[Proposed] = (),
) -> Space:
    """The space of a workload over collectors; the ranges of proposals narrow it.

    Raises InputError where no heap fits the memory and holds the live set.
    """
    kinds = _fitting(profile, _kinds(frozenset(collectors), pinned), pinned)
    dimensions = (Choice("collector", kinds), *_sizes(profile, kinds, pinned), *_policies(profile, kinds))
    free = (dimension for dimension in dimensions if not _is_pinned(dimension.name, pinned))
    return Space(profile, tuple(_narrowed(dimension, proposals) for dimension in free), pinned)


def _is_pinned(name: str, pinned: FlagSet) -> bool:
    return any(pinned.get(flag) for flag in _SETS.get(name, ()))


def _kinds(collectors: frozenset[Collector], pinned: FlagSet) -> tuple[str, ...]:
    """The values of the first dimension; a pinned size policy leaves one kind of Parallel."""
    policy = pinned.get("UseAdaptiveSizePolicy")
    gone = () if policy is None else ((PARALLEL_FIXED,) if policy.value is True else (PARALLEL,))
    return tuple(kind for kind, collector in COLLECTORS.items() if collector in collectors and kind not in gone)


def _fitting(profile: WorkloadProfile, kinds: Sequence[str], pinned: FlagSet) -> tuple[str, ...]:
    """The kinds whose own memory beside the heap leaves room for one; all of them where none does."""
    fit = [
        kind
        for kind in kinds
        if _least_heap(profile, budget := _budget(profile, COLLECTORS[kind], pinned), pinned) < budget
    ]
    return tuple(fit or kinds)


def _sizes(profile: WorkloadProfile, kinds: Sequence[str], pinned: FlagSet) -> Iterator[Dimension]:
    if not _is_pinned("heap", pinned):
        yield Span("heap", *_heap_bounds(profile, kinds, pinned), log=True)
    yield Choice("initial", ("default", "max"))
    yield Span("young", 0.05, 0.95)


def _heap_bounds(profile: WorkloadProfile, kinds: Sequence[str], pinned: FlagSet) -> tuple[float, float]:
    budget = max(_budget(profile, COLLECTORS[kind], pinned) for kind in kinds)
    low = _least_heap(profile, budget, pinned)
    if low < budget:
        return math.ceil(low), budget
    raise InputError(
        f"no heap fits: the live set and the pinned sizes ask for {Bytes(round(low)).human()}, and the memory of "
        f"{profile.machine.memory.human()} leaves {Bytes(budget).human()} for a heap",
        where="machine.memory",
        hint="raise the memory limit or keep less alive",
    )


def _least_heap(profile: WorkloadProfile, budget: int, pinned: FlagSet) -> float:
    live = float(profile.live or 0)
    return max(live * LIVE_MARGIN + 2 * SMALLEST_YOUNG, min(SMALLEST_HEAP, budget / 2), _asked_for(profile, pinned))


def _asked_for(profile: WorkloadProfile, pinned: FlagSet) -> float:
    """The smallest heap that pinned sizes leave room for."""
    values = flag_values(pinned, profile.jdk)
    young = max(integer(values, "NewSize") or 0, integer(values, "MaxNewSize") or 0)
    initial = max(integer(values, "InitialHeapSize") or 0, integer(values, "MinHeapSize") or 0)
    return max(initial, young + (LIVE_MARGIN * (profile.live or 0) + MIB if young else 0))


def _budget(profile: WorkloadProfile, collector: Collector, pinned: FlagSet) -> int:
    return heap_budget(profile, effective(profile.jdk, profile.machine, pinned.plus((selector(collector),))))


def _policies(profile: WorkloadProfile, kinds: Sequence[str]) -> Iterator[Dimension]:
    steady = frozenset({SERIAL, PARALLEL_FIXED}).intersection(kinds)
    if steady:
        yield Span("survivor", 1, LARGEST_SURVIVOR_RATIO, log=True, whole=True, only=steady)
    yield Span("tenuring", 0, LARGEST_AGE, whole=True)
    parallel = frozenset({PARALLEL, PARALLEL_FIXED}).intersection(kinds)
    if parallel and profile.machine.cpus > 1:
        yield Span("threads", 1, profile.machine.cpus, log=True, whole=True, only=parallel)


def _narrowed(dimension: Dimension, proposals: Sequence[Proposed]) -> Dimension:
    """The dimension within the range that a rule gives for its flag, where the two overlap."""
    flags = _SETS.get(dimension.name, ())[:1]
    for proposal in proposals:
        if isinstance(dimension, Span) and proposal.flag in flags and dimension.name != "young":
            low = max(dimension.low, proposal.low if proposal.low is not None else dimension.low)
            high = min(dimension.high, proposal.high if proposal.high is not None else dimension.high)
            if low < high:
                return replace(dimension, low=low, high=high)
    return dimension
