"""Which collector runs, and the settings that all share.

Source: HotSpot gcConfig.cpp, gcArguments.cpp.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.jvm.startup.platform import Host, is_server
from advisor.jvm.startup.state import FlagState
from advisor.model.machine import Collector

SELECTORS: Mapping[str, Collector] = {
    "UseSerialGC": Collector.SERIAL,
    "UseParallelGC": Collector.PARALLEL,
    "UseParallelOldGC": Collector.PARALLEL,
    "UseConcMarkSweepGC": Collector.CMS,
    "UseG1GC": Collector.G1,
    "UseZGC": Collector.ZGC,
    "UseShenandoahGC": Collector.SHENANDOAH,
    "UseEpsilonGC": Collector.EPSILON,
}
SHENANDOAH = (Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL)
DEDUPLICATING_17 = (Collector.G1, Collector.SHENANDOAH)
_LOW_PAUSE = "UseAutoGCSelectPolicy"


def select(state: FlagState, host: Host) -> Collector:
    """The collector that is asked for, else the release's choice for the machine, and its flag."""
    asked = [collector for name, collector in SELECTORS.items() if state.on(name)]
    if asked:
        return _mode(state, asked[-1])
    name = _by_machine(state, host)
    state.decide_default(name, True)
    return SELECTORS[name]


def _by_machine(state: FlagState, host: Host) -> str:
    if not is_server(state, host):
        return "UseSerialGC"
    if state.jdk > 8:
        return "UseG1GC"
    patient = state.number("MaxGCPauseMillis") > state.number("AutoGCSelectPauseMillis")
    return "UseParallelGC" if patient or not state.on(_LOW_PAUSE) else "UseConcMarkSweepGC"


def _mode(state: FlagState, collector: Collector) -> Collector:
    if collector is Collector.ZGC and (state.jdk >= 25 or state.on("ZGenerational")):
        return Collector.ZGC_GENERATIONAL
    if collector is Collector.SHENANDOAH and state.text("ShenandoahGCMode") == "generational":
        return Collector.SHENANDOAH_GENERATIONAL
    return collector


def drop_deduplication(state: FlagState, collector: Collector) -> None:
    """Collectors that cannot share equal strings switch that off (stringDedup.cpp, from 17 on)."""
    able = (
        DEDUPLICATING_17 if state.jdk == 17 else tuple(other for other in Collector if other is not Collector.EPSILON)
    )
    if state.jdk >= 17 and state.on("UseStringDeduplication") and collector not in able:
        state.decide("UseStringDeduplication", False)


def set_up_common(state: FlagState, collector: Collector) -> None:
    """GCArguments::initialize; ZGC with generations and Shenandoah leave it out."""
    if state.on("FullGCALot"):
        state.assign_default("MarkSweepAlwaysCompactCount", 1)
    if collector is not Collector.PARALLEL:
        state.assign_default("ScavengeBeforeFullGC", False)
    if state.number("GCTimeLimit") == 100:
        state.assign("UseGCOverheadLimit", False)
    if state.number("MinHeapFreeRatio") == 100:
        state.decide("MinHeapFreeRatio", 99)
    if not state.on("ClassUnloading"):
        state.ask("ClassUnloadingWithConcurrentMark", False)
