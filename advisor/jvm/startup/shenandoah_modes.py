"""What Shenandoah's mode and heuristics make of its other flags.

Source: HotSpot shenandoahSATBMode.cpp, shenandoahIUMode.cpp, shenandoahPassiveMode.cpp, shenandoahGenerationalMode.cpp,
shenandoahAggressiveHeuristics.cpp, shenandoahCompactHeuristics.cpp. They only fill in what was left open.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.jvm.commandline import FlagValue
from advisor.jvm.startup.state import FlagState

_CONCURRENT = ("ExplicitGCInvokesConcurrent", "ShenandoahImplicitGCInvokesConcurrent")
_BARRIERS = (
    "ShenandoahLoadRefBarrier", "ShenandoahSATBBarrier", "ShenandoahIUBarrier", "ShenandoahKeepAliveBarrier",
    "ShenandoahCASBarrier", "ShenandoahCloneBarrier", "ShenandoahNMethodBarrier", "ShenandoahStackWatermarkBarrier",
    "ShenandoahStoreValEnqueueBarrier",
)  # fmt: skip
_COMPACT: Mapping[str, FlagValue] = {
    "ShenandoahUncommit": True,
    "ShenandoahAlwaysClearSoftRefs": True,
    "ShenandoahAllocationThreshold": 10,
    "ShenandoahImmediateThreshold": 100,
    "ShenandoahUncommitDelay": 1000,
    "ShenandoahGuaranteedGCInterval": 30000,
    "ShenandoahGarbageThreshold": 10,
}
_AGGRESSIVE: Mapping[str, FlagValue] = {"ShenandoahImmediateThreshold": 100, "ShenandoahEvacReserveOverflow": True}
_GENERATIONAL: Mapping[str, FlagValue] = {"GCTimeRatio": 70, "ShenandoahUnloadClassesFrequency": 0}


def apply_mode(state: FlagState) -> None:
    """Mode first, then heuristics, as the heap is made."""
    mode = state.text("ShenandoahGCMode")
    heuristics = state.text("ShenandoahGCHeuristics")
    if mode == "passive" or (not mode and heuristics == "passive"):
        _passive(state)
        return
    for name in _CONCURRENT:
        state.assign_default(name, True)
    if mode == "iu":
        if state.on("ClassUnloading"):
            state.assign("ShenandoahUnloadClassesFrequency", 0)
            state.assign("ClassUnloadingWithConcurrentMark", False)
        state.assign_default("ShenandoahIUBarrier", True)
        state.assign_default("ShenandoahSATBBarrier", False)
    if mode == "generational":
        state.assign("ShenandoahCardBarrier", True)
        _fill_in(state, _GENERATIONAL)
    _apply_heuristics(state, heuristics)


def _fill_in(state: FlagState, values: Mapping[str, FlagValue]) -> None:
    for name, value in values.items():
        state.assign_default(name, value)


def _passive(state: FlagState) -> None:
    """Every collection stops the program: no barriers and no pacing are needed."""
    for name in _CONCURRENT:
        state.assign(name, False)
    for name in ("ShenandoahPacing", *_BARRIERS):
        state.assign_default(name, False)
    if not state.on("ShenandoahDegeneratedGC"):
        state.assign_default("ShenandoahEvacReserve", 0)


def _apply_heuristics(state: FlagState, heuristics: str) -> None:
    if heuristics == "compact":
        _fill_in(state, _COMPACT)
    elif heuristics == "aggressive":
        _fill_in(state, _AGGRESSIVE)
        if state.on("ClassUnloading"):
            state.assign_default("ShenandoahUnloadClassesFrequency", 1)
