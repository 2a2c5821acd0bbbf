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
from advisor.optimize.kinds import CMS as CMS_KIND
from advisor.optimize.kinds import (
    CONCURRENT,
    COPYING,
    GOAL_SEEKING,
    PARALLEL_PAUSES,
    SIZED_YOUNG,
    STEADY,
    Kinds,
    available,
    flags_of,
)
from advisor.optimize.kinds import G1 as G1_KIND
from advisor.optimize.space import DEFAULT, LIVE_MARGIN, NO_FLAGS, PLAIN, SMALLEST_YOUNG, Space
from advisor.rules import Proposed

SMALLEST_HEAP = 32 * MIB
LARGEST_SURVIVOR_RATIO = 32
LARGEST_AGE = 15
"""Objects carry their age in four bits (HotSpot markOop.hpp, markWord.hpp)."""
PAUSE_GOALS_MS = (5, 1000)
IHOP_PERCENT = (10, 80)
INITIATING_PERCENT = (30, 92)
"""Above its default of 92 %, CMS has hardly time to end before the old generation is full."""
REGIONS_MB = ("1", "2", "4", "8", "16", "32")
_SETS: Mapping[str, tuple[str, ...]] = {
    "heap": ("MaxHeapSize", "MaxRAM", "MaxRAMPercentage", "MinRAMPercentage", "MaxRAMFraction", "MinRAMFraction"),
    "initial": ("InitialHeapSize", "MinHeapSize", "InitialRAMPercentage", "InitialRAMFraction"),
    "young": ("NewSize", "MaxNewSize", "NewRatio", "OldSize"),
    "survivor": ("SurvivorRatio", "InitialSurvivorRatio", "MinSurvivorRatio"),
    "tenuring": ("MaxTenuringThreshold", "InitialTenuringThreshold", "AlwaysTenure", "NeverTenure"),
    "region": ("G1HeapRegionSize",),
    "initiating": ("CMSInitiatingOccupancyFraction", "UseCMSInitiatingOccupancyOnly"),
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
    there = available(profile, collectors, pinned)
    if not there:
        raise InputError(
            f"JDK {profile.jdk} has none of the collectors to search beside {' '.join(pinned.words()) or 'no flags'}",
            where="flags",
        )
    kinds = _fitting(profile, there, pinned)
    policies = _policies(profile, Kinds(kinds))
    dimensions = (Choice("collector", kinds), *_sizes(profile, kinds, pinned), *policies)
    free = (dimension for dimension in dimensions if not _is_pinned(dimension.name, pinned))
    return Space(profile, tuple(_narrowed(dimension, proposals) for dimension in free), pinned)


def _is_pinned(name: str, pinned: FlagSet) -> bool:
    return any(pinned.get(flag) for flag in _flags_behind(name))


def _flags_behind(name: str) -> tuple[str, ...]:
    return _SETS.get(name) or ((PLAIN[name],) if name in PLAIN else ())


def _fitting(profile: WorkloadProfile, kinds: Sequence[str], pinned: FlagSet) -> tuple[str, ...]:
    """The kinds whose own memory beside the heap leaves room for one; all of them where none does."""
    fit = [kind for kind in kinds if _least_heap(profile, budget := _budget(profile, kind, pinned), pinned) < budget]
    return tuple(fit or kinds)


def _sizes(profile: WorkloadProfile, kinds: Sequence[str], pinned: FlagSet) -> Iterator[Dimension]:
    if not _is_pinned("heap", pinned):
        yield Span("heap", *_heap_bounds(profile, kinds, pinned), log=True)
    yield Choice("initial", (DEFAULT, "max"))
    if sized := Kinds(tuple(kinds)).among(SIZED_YOUNG):
        yield Span("young", 0.05, 0.95, only=sized)


def _heap_bounds(profile: WorkloadProfile, kinds: Sequence[str], pinned: FlagSet) -> tuple[float, float]:
    budget = max(_budget(profile, kind, pinned) for kind in kinds)
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


def _budget(profile: WorkloadProfile, kind: str, pinned: FlagSet) -> int:
    flags = pinned.plus(flags_of(kind, profile.jdk))
    return heap_budget(profile, effective(profile.jdk, profile.machine, flags))


def _policies(profile: WorkloadProfile, kinds: Kinds) -> Iterator[Dimension]:
    cpus = profile.machine.cpus
    groups: Iterator[tuple[frozenset[str], Dimension]] = iter(
        (
            (kinds.among(STEADY), Span("survivor", 1, LARGEST_SURVIVOR_RATIO, log=True, whole=True)),
            (kinds.among(COPYING), Span("tenuring", 0, LARGEST_AGE, whole=True)),
            (kinds.among(PARALLEL_PAUSES), Span("threads", 1, cpus, log=True, whole=True)),
            (kinds.among(CONCURRENT), Span("concurrent", 1, max(1, cpus // 2), log=True, whole=True)),
            (kinds.among(GOAL_SEEKING), Span("pause", *PAUSE_GOALS_MS, log=True, whole=True)),
            (kinds.among({G1_KIND}), Span("ihop", *IHOP_PERCENT, whole=True)),
            (kinds.among({G1_KIND}), Choice("region", (DEFAULT, *REGIONS_MB))),
            (kinds.among({CMS_KIND}), Span("initiating", *INITIATING_PERCENT, whole=True)),
        )
    )
    for only, dimension in groups:
        varies = isinstance(dimension, Choice) or dimension.low < dimension.high
        if only and varies:
            yield replace(dimension, only=only)


def _narrowed(dimension: Dimension, proposals: Sequence[Proposed]) -> Dimension:
    """The dimension within the range that a rule gives for its flag, where the two overlap."""
    flags = _flags_behind(dimension.name)[:1]
    for proposal in proposals:
        if isinstance(dimension, Span) and proposal.flag in flags and dimension.name != "young":
            low = max(dimension.low, proposal.low if proposal.low is not None else dimension.low)
            high = min(dimension.high, proposal.high if proposal.high is not None else dimension.high)
            if low < high:
                return replace(dimension, low=low, high=high)
    return dimension
