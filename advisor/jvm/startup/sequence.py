"""The steps of a start in HotSpot's order: options, collector, heap, metaspace, compilers, code cache, generations.

Source: HotSpot arguments.cpp (parse, apply_ergo), thread.cpp and init.cpp (create_vm, init_globals).
"""

from __future__ import annotations

from dataclasses import dataclass

from advisor.jvm.heap_sizing import HeapBounds
from advisor.jvm.startup import code_cache, concurrent, g1, generational, others, shenandoah_modes
from advisor.jvm.startup.collector import SHENANDOAH, drop_deduplication, select, set_up_common
from advisor.jvm.startup.compilers import check_interpreter, check_loops, count_compilers, set_up_compilers
from advisor.jvm.startup.generations import size_generations
from advisor.jvm.startup.heap import choose_pointers, size_heap
from advisor.jvm.startup.metaspace import size_metaspace
from advisor.jvm.startup.platform import Host, settle_nodes, settle_pages
from advisor.jvm.startup.state import FlagState
from advisor.jvm.startup.words import finish_options, read_options
from advisor.model.flags import FlagSet
from advisor.model.machine import Collector, Machine


@dataclass(frozen=True, slots=True)
class Started:
    """Flags in their final state, and what has no flag: the collector, its region size in bytes, the heap unaligned."""

    state: FlagState
    collector: Collector
    region: int | None
    wanted: HeapBounds


def start(jdk: int, machine: Machine, options: FlagSet) -> Started:
    """Everything a JVM of that release does with its flags on that machine."""
    state = FlagState(jdk)
    modes = read_options(state, options)
    memory = int(machine.memory)
    finish_options(state, modes, memory)
    check_interpreter(state, modes)
    if jdk <= 11:
        check_loops(state)
    host = Host(_processors(state, machine), memory)
    collector = select(state, host)
    choose_pointers(state, collector)
    size_heap(state, host, collector)
    wanted = HeapBounds(*(state.number(name) for name in ("MaxHeapSize", "InitialHeapSize", "MinHeapSize")))
    set_up_collector(state, collector, host.cpus)
    size_metaspace(state)
    who = set_up_compilers(state, modes)
    if jdk > 11:
        check_loops(state)
    settle_pages(state)
    settle_nodes(state)
    code_cache.divide(state, who, count_compilers(state, who, host.cpus))
    region = size_collector(state, collector)
    drop_deduplication(state, collector)
    others.settle(state)
    return Started(state, collector, region, wanted)


def _processors(state: FlagState, machine: Machine) -> int:
    given = state.number("ActiveProcessorCount")
    return given if given > 0 else machine.cpus


def set_up_collector(state: FlagState, collector: Collector, cpus: int) -> None:
    """The collector's own settings before the heap is made."""
    if collector not in SHENANDOAH:
        set_up_common(state, collector)
    match collector:
        case Collector.G1:
            g1.set_up(state, cpus)
            concurrent.poll_rarely(state)
        case Collector.PARALLEL:
            generational.set_up_parallel(state, cpus)
        case Collector.CMS:
            generational.set_up_cms(state, cpus)
        case Collector.ZGC:
            concurrent.set_up_z(state, cpus)
        case Collector.ZGC_GENERATIONAL:
            concurrent.set_up_generational_z(state, cpus)
        case Collector.SHENANDOAH | Collector.SHENANDOAH_GENERATIONAL:
            concurrent.set_up_shenandoah(state, cpus)
        case Collector.EPSILON:
            concurrent.set_up_epsilon(state)
        case _:
            pass


def size_collector(state: FlagState, collector: Collector) -> int | None:
    """The heap as the collector makes it; its region size where it has regions."""
    match collector:
        case Collector.G1:
            return g1.size_regions(state)
        case Collector.ZGC | Collector.ZGC_GENERATIONAL:
            concurrent.size_z_heap(state, generational=collector is Collector.ZGC_GENERATIONAL)
        case Collector.SHENANDOAH | Collector.SHENANDOAH_GENERATIONAL:
            region = concurrent.size_shenandoah_heap(state)
            shenandoah_modes.apply_mode(state)
            return region
        case Collector.EPSILON:
            concurrent.size_epsilon_heap(state)
        case Collector.CMS:
            size_generations(state, collector)
            generational.start_cms(state)
        case _:
            size_generations(state, collector)
    return None
