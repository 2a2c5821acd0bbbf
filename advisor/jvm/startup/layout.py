"""The capacities of a started JVM's spaces.

Source: HotSpot defNewGeneration.cpp, psYoungGen.cpp, g1YoungGenSizer.cpp, g1Policy.cpp.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import GENERATION_ALIGNMENT, HeapLayout, align_down, align_up
from advisor.jvm.startup.g1 import young_regions
from advisor.jvm.startup.sequence import Started
from advisor.jvm.startup.state import FlagState
from advisor.model.machine import Collector


def layout(started: Started) -> HeapLayout:
    """Generations with their spaces; a heap without generations counts as young and old at once."""
    if started.collector in GENERATION_ALIGNMENT:
        return _generations(started.state, started.collector)
    if started.collector is Collector.G1 and started.region:
        return _g1(started.state, started.region)
    maximum, initial, minimum = _heap(started.state)
    return HeapLayout(maximum, initial, minimum, maximum, initial, maximum, maximum, 0, started.region)


def _heap(state: FlagState) -> tuple[int, int, int]:
    return state.number("MaxHeapSize"), state.number("InitialHeapSize"), state.number("MinHeapSize")


def _generations(state: FlagState, collector: Collector) -> HeapLayout:
    maximum, initial, minimum = _heap(state)
    young_max, unit = state.number("MaxNewSize"), GENERATION_ALIGNMENT[collector]
    parallel = collector is Collector.PARALLEL
    parts = state.number("InitialSurvivorRatio") if parallel else state.number("SurvivorRatio") + 2
    survivor = max(align_down(young_max // max(parts, 1), unit), unit)
    eden = young_max - 2 * survivor
    young = state.number("NewSize")
    return HeapLayout(maximum, initial, minimum, young_max, young, maximum - young_max, eden, survivor, None)


def _g1(state: FlagState, region: int) -> HeapLayout:
    """The young generation between its least size at the initial heap and its largest one, a region left to the old."""
    maximum, initial, minimum = _heap(state)
    least = young_regions(state, max(initial // region, 1), region)[0] * region
    most = max(min(young_regions(state, maximum // region, region)[1] * region, maximum - region), region)
    least = min(least, most)
    survivor = align_up(most // max(state.number("SurvivorRatio"), 1), region)
    return HeapLayout(maximum, initial, minimum, most, least, maximum - least, most - survivor, survivor, region)
