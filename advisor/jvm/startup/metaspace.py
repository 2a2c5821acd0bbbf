"""Metaspace and class space.

Source: HotSpot metaspace.cpp, Metaspace::ergo_initialize, of 11 and, differently, of 17 and later.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import align_down, align_up
from advisor.jvm.startup.platform import PAGE
from advisor.jvm.startup.state import FlagState
from advisor.model.quantities import KIB, MIB

_GRANULE = 64 * KIB
"""What is committed at a time, from 16 on."""
_ROOT_CHUNK = 16 * MIB
"""What is reserved at a time, from 16 on."""
_BOOT_CHUNKS = 2
"""The first space is that many times the boot loader's first chunk."""
_CLASS_SHARE = 0.8
_STEPS = ("MinMetaspaceExpansion", "MaxMetaspaceExpansion")


def _down(size: int, unit: int) -> int:
    return align_down(size, unit) or unit


def size_metaspace(state: FlagState) -> None:
    """Rounds what is given and bounds class space by what metaspace may grow to."""
    if state.jdk <= 11:
        _size_11(state)
        return
    most = max(state.number("MaxMetaspaceSize"), _GRANULE)
    if most != state.number("MaxMetaspaceSize"):
        state.assign("MaxMetaspaceSize", most)
    if state.on("UseCompressedClassPointers"):
        _size_classes(state, most)
    _round(state, most, _GRANULE)


def _size_classes(state: FlagState, most: int) -> None:
    space = min(state.number("CompressedClassSpaceSize"), int(most * _CLASS_SHARE))
    space = max(align_up(space, _ROOT_CHUNK), _ROOT_CHUNK)
    if space != state.number("CompressedClassSpaceSize"):
        state.decide("CompressedClassSpaceSize", space)


def _round(state: FlagState, most: int, unit: int) -> None:
    state.assign("MetaspaceSize", _down(min(state.number("MetaspaceSize"), most), unit))
    for name in _STEPS:
        state.assign(name, _down(state.number(name), unit))


def _size_11(state: FlagState) -> None:
    most = _down(state.number("MaxMetaspaceSize"), PAGE)
    state.assign("MaxMetaspaceSize", most)
    _round(state, most, PAGE)
    state.assign("CompressedClassSpaceSize", _down(state.number("CompressedClassSpaceSize"), PAGE))
    least = _BOOT_CHUNKS * state.number("InitialBootClassLoaderMetaspaceSize")
    if not state.on("UseCompressedClassPointers"):
        if least >= most:
            state.decide("InitialBootClassLoaderMetaspaceSize", least)
    elif least < most < least + state.number("CompressedClassSpaceSize"):
        state.decide("CompressedClassSpaceSize", most - least)
