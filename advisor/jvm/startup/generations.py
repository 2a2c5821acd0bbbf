"""The two generations of Serial, Parallel and CMS: NewSize, MaxNewSize and OldSize.

Source: HotSpot genArguments.cpp, parallelArguments.cpp; collectorPolicy.cpp (JDK 11, which differs in little).
"""

from __future__ import annotations

from dataclasses import dataclass

from advisor.jvm.heap_sizing import CARD_ALIGNMENT, GENERATION_ALIGNMENT, align_down, align_up
from advisor.jvm.startup.heap import align_heap
from advisor.jvm.startup.platform import PAGE, page_size
from advisor.jvm.startup.state import FlagState
from advisor.model.machine import Collector

_LEAST_PAGES = 4
_LEAST_SURVIVOR_PARTS = 3
"""Parallel's survivor ratios count all three spaces of the young generation."""


@dataclass(slots=True)
class Sizing:
    """Sizes in bytes while they are being agreed on."""

    unit: int
    min_young: int
    young: int
    max_young: int


def _bounded_down(size: int, unit: int) -> int:
    return align_down(size, unit) or unit


def size_generations(state: FlagState, collector: Collector) -> None:
    """Heap and generations, in agreement."""
    unit = GENERATION_ALIGNMENT[collector]
    _fit_together(state, collector, unit)
    page = _page(state) if collector is Collector.PARALLEL else PAGE
    if page > unit:
        unit = page
        _fit_together(state, collector, unit)
    _agree(state, unit, 3 * unit)


def _page(state: FlagState) -> int:
    """The largest page of which the smallest heap has four."""
    page = page_size(state)
    least = state.number("MinHeapSize")
    return page if least // _LEAST_PAGES >= page and least % page == 0 else PAGE


def _fit_together(state: FlagState, collector: Collector, unit: int) -> None:
    """initialize_heap_flags_and_sizes."""
    least_young = 3 * unit
    align_heap(state, CARD_ALIGNMENT, unit)
    _room_for_both(state, align_up(least_young + unit, CARD_ALIGNMENT))
    _bound_young(state, unit, least_young)
    if state.jdk < 25:
        _bound_old(state, unit, least_young)
    if collector is Collector.PARALLEL:
        _bound_survivors(state)


def _bound_survivors(state: FlagState) -> None:
    for name in ("MinSurvivorRatio", "InitialSurvivorRatio"):
        if state.number(name) < _LEAST_SURVIVOR_PARTS:
            state.decide(name, _LEAST_SURVIVOR_PARTS)
    initial, least = state.number("InitialSurvivorRatio"), state.number("MinSurvivorRatio")
    if state.jdk >= 25 and initial < least and state.is_asked("MinSurvivorRatio"):
        if state.is_asked("InitialSurvivorRatio"):
            state.assign("MinSurvivorRatio", initial)
        elif state.is_default("SurvivorRatio"):
            state.assign("InitialSurvivorRatio", least)


def _room_for_both(state: FlagState, least: int) -> None:
    if state.number("MaxHeapSize") < least:
        state.decide("MaxHeapSize", least)
    if state.number("MinHeapSize") < least:
        state.decide("MinHeapSize", least)
        if state.number("InitialHeapSize") < least:
            state.decide("InitialHeapSize", least)


def _bound_young(state: FlagState, unit: int, least: int) -> None:
    """Young sizes that leave room for an old generation, in whole units."""
    initial, maximum = state.number("InitialHeapSize"), state.number("MaxHeapSize")
    if state.is_asked("NewSize") and state.number("NewSize") >= initial:
        state.note("young over initial heap")
        state.decide("NewSize", initial - unit)
    bounded = max(least, align_down(min(state.number("NewSize"), maximum - unit), unit))
    if bounded != state.number("NewSize"):
        state.decide("NewSize", bounded)
    if not state.is_default("MaxNewSize"):
        _bound_max_young(state, unit, maximum)
    if state.number("NewSize") > state.number("MaxNewSize"):
        state.decide("MaxNewSize", state.number("NewSize"))


def _bound_max_young(state: FlagState, unit: int, maximum: int) -> None:
    given, young = state.number("MaxNewSize"), state.number("NewSize")
    if given >= maximum:
        if state.is_asked("MaxNewSize"):
            state.note("young over heap")
        state.decide("MaxNewSize", maximum - unit)
        if young > maximum - unit:
            state.decide("NewSize", maximum - unit)
    elif given < young:
        state.decide("MaxNewSize", young)
    elif given % unit:
        state.decide("MaxNewSize", align_down(given, unit))


def _bound_old(state: FlagState, unit: int, least_young: int) -> None:
    """An old size in whole units; one that was asked for may set the size of the whole heap."""
    old = state.number("OldSize")
    if old < unit:
        state.decide("OldSize", unit)
    elif old % unit:
        state.decide("OldSize", align_down(old, unit))
    ratio = max(1, state.number("NewRatio"))
    asked = state.is_asked("OldSize")
    if asked and state.is_default("MaxHeapSize"):
        whole = align_up(state.number("OldSize") // ratio * (ratio + 1), CARD_ALIGNMENT)
        state.decide("MaxHeapSize", whole)
        state.decide("InitialHeapSize", whole)
    if state.number("NewSize") + state.number("OldSize") > state.number("MaxHeapSize"):
        _fit(state, unit, least_young)
    if asked and not state.is_asked("NewSize"):
        rest = state.number("InitialHeapSize") - state.number("OldSize")
        if max(rest, 0) >= least_young and rest <= state.number("MaxNewSize"):
            state.decide("NewSize", rest)


def _fit(state: FlagState, unit: int, least_young: int) -> None:
    """Both generations are larger than the heap: shrinks them under a heap that was asked for, else raises it."""
    young, maximum = state.number("NewSize"), state.number("MaxHeapSize")
    both = young + state.number("OldSize")
    if not state.is_asked("MaxHeapSize"):
        state.decide("MaxHeapSize", align_up(both, CARD_ALIGNMENT))
        return
    smaller = max(least_young, align_down(int(young * (maximum / both)), unit))
    state.decide("NewSize", smaller)
    state.decide("OldSize", maximum - smaller)


def _agree(state: FlagState, unit: int, least_young: int) -> None:
    """Initial and largest young generation by NewRatio, the old one as what is left (initialize_size_info)."""
    sizing = _young_sizes(state, unit, least_young)
    initial, maximum = state.number("InitialHeapSize"), state.number("MaxHeapSize")
    max_old = max(maximum - sizing.max_young, unit)
    if state.is_asked("OldSize"):
        if state.number("OldSize") > max_old:
            state.note("old over heap")
        old = min(state.number("OldSize"), max_old)
    else:
        old = min(max(initial - sizing.young, _least_old(state, sizing, max_old)), max_old)
    if old + sizing.young != initial:
        state.note("generations resized")
        old = _resize_to_heap(sizing, initial, old)
    for name, size in (("NewSize", sizing.young), ("MaxNewSize", sizing.max_young), ("OldSize", old)):
        if state.number(name) != size:
            state.decide(name, size)


def _least_old(state: FlagState, sizing: Sizing, max_old: int) -> int:
    if state.jdk <= 11:
        return sizing.unit
    minimum = state.number("MinHeapSize") - sizing.min_young
    return min(max_old, state.number("InitialHeapSize") - sizing.young, minimum)


def _young_sizes(state: FlagState, unit: int, least_young: int) -> Sizing:
    initial, maximum = state.number("InitialHeapSize"), state.number("MaxHeapSize")
    minimum, given = state.number("MinHeapSize"), state.number("NewSize")
    parts = max(1, state.number("NewRatio")) + 1
    max_young = state.number("MaxNewSize")
    if state.is_default("MaxNewSize"):
        max_young = min(max(_bounded_down(maximum // parts, unit), given), max_young)
    if maximum == initial:
        max_young = given if state.is_asked("NewSize") else max_young
        return Sizing(unit, max_young if maximum == minimum else least_young, max_young, max_young)
    if state.is_asked("NewSize"):
        young = min(max_young, given, initial - unit)
        return Sizing(unit, min(young, minimum - unit), young, max_young)
    young = min(max(_bounded_down(initial // parts, unit), given), max_young)
    return Sizing(unit, least_young, young, max_young)


def _resize_to_heap(sizing: Sizing, initial: int, old: int) -> int:
    """Makes the initial generations fill the initial heap; returns the old one."""
    wanted = initial - old
    if initial < old or wanted < sizing.min_young:
        sizing.young = sizing.min_young
    elif wanted > sizing.max_young:
        sizing.young = sizing.max_young
    else:
        sizing.young = wanted
        return old
    return initial - sizing.young
