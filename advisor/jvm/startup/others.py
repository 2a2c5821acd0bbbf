"""Flags outside of heap, threads and compilers that follow from one another.

Source: HotSpot arguments.cpp (set_aggressive_opts_flags, apply_ergo), plab.cpp, cdsConfig.cpp.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import align_up
from advisor.jvm.startup.state import FlagState

_WORD = 8
_RESERVE_WORDS = 2
"""What a buffer keeps free at its end for a filler object."""
_NEED_AN_ARCHIVE = ("AOTRecordTraining", "AOTReplayTraining")


def settle(state: FlagState) -> None:
    """In the JVM's order where that matters."""
    _unboxing(state)
    _buffers(state)
    for name in _NEED_AN_ARCHIVE:
        state.decide(name, False)
    state.decide("AOTInvokeDynamicLinking", state.on("AOTClassLinking"))
    if state.on("HandshakeALot"):
        state.assign_default("GuaranteedSafepointInterval", 1000)
    if state.on("UseCompactObjectHeaders") and not state.on("UseCompressedClassPointers"):
        state.assign("UseCompactObjectHeaders", False)


def _unboxing(state: FlagState) -> None:
    if state.on("AggressiveUnboxing"):
        for name in ("EliminateAutoBox", "DoEscapeAnalysis"):
            state.assign_default(name, True)
            if not state.on(name):
                state.assign("AggressiveUnboxing", False)
    if not state.is_default("AutoBoxCacheMax") or state.on("AggressiveOpts"):
        state.assign_default("EliminateAutoBox", True)
    if state.on("AggressiveOpts"):
        state.assign_default("AutoBoxCacheMax", 20000)
        state.assign_default("BiasedLockingStartupDelay", 500)


def _buffers(state: FlagState) -> None:
    """Promotion buffers are no smaller than allocation buffers that were given a least size (from 21 on)."""
    if state.jdk < 21 or state.is_default("MinTLABSize"):
        return
    unit = max(1, state.number("ObjectAlignmentInBytes") // _WORD)
    least = align_up(state.number("MinTLABSize") // _WORD, unit) + align_up(_RESERVE_WORDS, unit)
    for name in ("YoungPLABSize", "OldPLABSize"):
        state.decide_default(name, max(least, state.number(name)))
