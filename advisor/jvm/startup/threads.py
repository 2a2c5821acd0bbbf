"""How many threads collect: in pauses and beside the program.

Source: HotSpot workerPolicy.cpp, zHeuristics.cpp, zArguments.cpp, shenandoahArguments.cpp.
"""

from __future__ import annotations

import math

from advisor.jvm.startup.state import FlagState
from advisor.model.quantities import MIB

_Z_PAGE = 2 * MIB
_Z_PAGES_SHARE = 0.02
"""The small pages that ZGC's threads fill take at most that share of the heap."""


def pause_threads(state: FlagState, cpus: int) -> int:
    """One for each of the first eight processors, five for each further eight; or as given."""
    if not state.is_default("ParallelGCThreads"):
        return state.number("ParallelGCThreads")
    return cpus if cpus <= 8 else 8 + (cpus - 8) * 5 // 8


def z_threads(state: FlagState, cpus: int, share: float) -> int:
    """A share of the processors, from 17 on as far as the heap has room for a page of each."""
    wanted = math.ceil(cpus * share)
    if state.jdk <= 11:
        return wanted
    room = int(state.number("MaxHeapSize") * _Z_PAGES_SHARE) // _Z_PAGE
    return max(1, min(wanted, room))


def choose_shenandoah_threads(state: FlagState, cpus: int) -> None:
    """A quarter of the processors beside the program, half of them in pauses, never fewer in pauses."""
    free_concurrent, free_parallel = state.is_default("ConcGCThreads"), state.is_default("ParallelGCThreads")
    state.assign_default("ConcGCThreads", max(1, cpus // 4))
    state.assign_default("ParallelGCThreads", max(1, cpus // 2))
    concurrent, parallel = state.number("ConcGCThreads"), state.number("ParallelGCThreads")
    if parallel < concurrent and free_concurrent:
        state.assign("ConcGCThreads", parallel)
    elif parallel < concurrent and free_parallel:
        state.assign("ParallelGCThreads", concurrent)
