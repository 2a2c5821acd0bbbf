"""The heap as a whole: compressed pointers, maximum, initial and minimum size.

Source: HotSpot arguments.cpp (set_use_compressed_oops, set_heap_size), gcArguments.cpp, collectorPolicy.cpp (JDK 11).
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import CARD_ALIGNMENT, align_up
from advisor.jvm.startup.collector import SHENANDOAH
from advisor.jvm.startup.platform import PAGE, Host
from advisor.jvm.startup.state import FlagState, defaults
from advisor.model.machine import Collector
from advisor.model.quantities import GIB, MIB

LARGEST_REGION = 32 * MIB
HUGEST_REGION = 512 * MIB
_PERCENTAGES = ("MaxRAMPercentage", "MinRAMPercentage", "InitialRAMPercentage")
_FRACTIONS = ("MaxRAMFraction", "MinRAMFraction", "InitialRAMFraction")
_WORD = 2**64
_CLASS_POINTERS_END = {8: 32 * GIB, 11: 32 * GIB}
"""From 16 on, class pointers reach 4 GB."""


def widest_alignment(state: FlagState, collector: Collector) -> int:
    """The coarsest alignment that the collector may ever ask of a heap."""
    if collector is Collector.G1:
        if state.jdk < 21 or (state.jdk > 21 and state.is_default("G1HeapRegionSize")):
            return LARGEST_REGION
        return HUGEST_REGION
    if collector in SHENANDOAH:
        return max(state.number("ShenandoahMaxRegionSize"), CARD_ALIGNMENT)
    return CARD_ALIGNMENT


def compressed_oops_end(state: FlagState, collector: Collector) -> int:
    """The largest heap that compressed oops reach: 4 G objects, less the room that the null page takes."""
    alignment = max(8, state.number("ObjectAlignmentInBytes"))
    return (alignment << 32) - _masked_up(PAGE, widest_alignment(state, collector))


def _masked_up(size: int, alignment: int) -> int:
    """The JVM rounds by mask, also where Shenandoah's largest region is no power of two (align.hpp)."""
    return (size + alignment - 1) & ~(alignment - 1)


def choose_pointers(state: FlagState, collector: Collector) -> None:
    """Compressed oops where the heap that is asked for allows them; class pointers up to 11 only with them."""
    wanted = max(state.number("MaxHeapSize"), state.number("InitialHeapSize"))
    if state.jdk >= 17:
        wanted = max(wanted, state.number("MinHeapSize"))
    if wanted <= compressed_oops_end(state, collector):
        state.decide_default("UseCompressedOops", True)
    elif state.on("UseCompressedOops") and not state.is_default("UseCompressedOops"):
        state.assign("UseCompressedOops", False)
    if state.jdk <= 11 and not state.on("UseCompressedOops"):
        state.assign("UseCompressedClassPointers", False)
        return
    _choose_class_pointers(state)


def _choose_class_pointers(state: FlagState) -> None:
    if defaults(state.jdk).get("UseCompressedClassPointers") is False:
        state.decide_default("UseCompressedClassPointers", True)
    if state.number("CompressedClassSpaceSize") > _CLASS_POINTERS_END.get(state.jdk, 4 * GIB):
        state.assign("UseCompressedClassPointers", False)


def size_heap(state: FlagState, host: Host, collector: Collector) -> None:
    """Maximum, initial and minimum heap from the memory of the machine, where they are not given."""
    insists = state.jdk >= 17 and any(not state.is_default(name) for name in (*_PERCENTAGES, *_FRACTIONS, "MaxRAM"))
    memory = _memory(state, host, insists=insists)
    for percentage, fraction in zip(_PERCENTAGES, _FRACTIONS, strict=True):
        if state.is_default(percentage) and not state.is_default(fraction) and state.number(fraction):
            state.assign(percentage, 100 / state.number(fraction))
    if state.is_default("MaxHeapSize"):
        state.decide("MaxHeapSize", _largest_heap(state, memory, collector, insists=insists))
    _first_heap(state, memory)


def _memory(state: FlagState, host: Host, *, insists: bool) -> int:
    """The memory that shares are taken of. From 17 on, a share that is asked for is one of all memory."""
    if not state.is_default("MaxRAM"):
        return state.number("MaxRAM")
    if insists:
        state.decide("MaxRAM", host.memory)
        return host.memory
    return min(host.memory, state.number("MaxRAM"))


def _largest_heap(state: FlagState, memory: int, collector: Collector, *, insists: bool) -> int:
    least = state.number("MaxHeapSize")  # still the default: 96 MB, 30 % more on 64 bits
    small = int(memory * state.real("MinRAMPercentage") / 100)
    size = small if small < least else max(int(memory * state.real("MaxRAMPercentage") / 100), least)
    if not state.is_default("ErgoHeapSizeLimit") and state.number("ErgoHeapSizeLimit"):
        size = min(size, state.number("ErgoHeapSizeLimit"))
    size = _below_oops_end(state, size, collector, insists=insists)
    if not state.is_default("InitialHeapSize"):
        return max(size, state.number("InitialHeapSize"))
    return size if state.jdk < 17 or state.is_default("MinHeapSize") else max(size, state.number("MinHeapSize"))


def _below_oops_end(state: FlagState, size: int, collector: Collector, *, insists: bool) -> int:
    """Keeps the heap where oops are compressed, with base zero if it can be; who insists on memory loses them."""
    lowest = defaults(state.jdk).get("HeapBaseMinAddress", 2 * GIB)
    compressed = state.on("UseCompressedOops")
    matters = compressed or (state.jdk >= 17 and state.on("UseCompressedClassPointers"))
    given = not state.is_default("HeapBaseMinAddress")
    if matters and given and state.number("HeapBaseMinAddress") < int(lowest):
        state.decide("HeapBaseMinAddress", lowest)
    if not compressed:
        return size
    end = compressed_oops_end(state, collector)
    if state.number("HeapBaseMinAddress") + state.number("MaxHeapSize") < end:
        end -= state.number("HeapBaseMinAddress")
    if size > end and insists and state.is_ergonomic("UseCompressedOops"):
        state.decide("UseCompressedOops", False)
        return size
    return min(size, end)


def _first_heap(state: FlagState, memory: int) -> None:
    """Initial and minimum heap: a share of memory, at least the least generations."""
    initial, minimum = state.number("InitialHeapSize"), state.number("MinHeapSize")
    if initial and minimum:
        return
    maximum = state.number("MaxHeapSize")
    least = min((state.number("OldSize") + state.number("NewSize")) % _WORD, maximum)
    if not initial:
        share = int(memory * state.real("InitialRAMPercentage") / 100)
        initial = min(max(share, least, minimum), maximum)
        state.decide("InitialHeapSize", initial)
    if not minimum:
        state.decide("MinHeapSize", min(least, initial))


def align_heap(state: FlagState, heap_alignment: int, space_alignment: int) -> None:
    """Rounds the three sizes up and makes them agree (initialize_heap_flags_and_sizes)."""
    for name in ("MinHeapSize", "InitialHeapSize", "MaxHeapSize"):
        size = state.number(name)
        if size % heap_alignment:
            state.decide(name, align_up(size, heap_alignment))
    initial, maximum = state.number("InitialHeapSize"), state.number("MaxHeapSize")
    if initial > maximum:
        _reconcile(state, initial, maximum)
    state.decide_default("SoftMaxHeapSize", state.number("MaxHeapSize"))
    state.decide("MinHeapDeltaBytes", align_up(state.number("MinHeapDeltaBytes"), space_alignment))


def _reconcile(state: FlagState, initial: int, maximum: int) -> None:
    if not state.is_default("InitialHeapSize"):
        state.decide("MaxHeapSize", initial)
    elif not state.is_default("MaxHeapSize"):
        state.decide("InitialHeapSize", maximum)
        if state.number("MinHeapSize") > maximum:
            state.decide("MinHeapSize", maximum)
