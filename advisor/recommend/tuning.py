"""The options in use: those that tune memory and collection, which the recommendation replaces, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.jvm.catalog import catalog
from advisor.jvm.commandline import flag_values, parse_words
from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import Effective
from advisor.model.flags import FlagSet, Option
from advisor.model.profile import WorkloadProfile

HEAP_FLAGS = frozenset(
    {
        "MaxHeapSize", "InitialHeapSize", "MinHeapSize", "NewSize", "MaxNewSize", "OldSize", "NewRatio",
        "SurvivorRatio", "InitialSurvivorRatio", "MinSurvivorRatio", "MaxTenuringThreshold",
        "InitialTenuringThreshold", "TargetSurvivorRatio", "MaxRAM", "MaxRAMPercentage", "MinRAMPercentage",
        "InitialRAMPercentage", "MaxRAMFraction", "MinRAMFraction", "InitialRAMFraction", "DefaultMaxRAMFraction",
        "MaxGCPauseMillis", "GCPauseIntervalMillis", "GCTimeRatio", "UseAdaptiveSizePolicy", "ParallelGCThreads",
        "ConcGCThreads", "InitiatingHeapOccupancyPercent", "SoftMaxHeapSize", "AlwaysPreTouch", "MinHeapFreeRatio",
        "MaxHeapFreeRatio", "AggressiveHeap", "MetaspaceSize", "ParallelRefProcEnabled", "DisableExplicitGC",
        "ExplicitGCInvokesConcurrent", "PretenureSizeThreshold", "UseSerialGC", "UseParallelGC", "UseParallelOldGC",
        "UseParNewGC", "UseConcMarkSweepGC", "UseG1GC", "UseZGC", "ZGenerational", "UseShenandoahGC",
        "ShenandoahGCMode", "UseEpsilonGC",
    }
)  # fmt: skip
"""Flags that size the heap or steer a collection, whatever their source file; the rules speak for all of these."""

UNLOCKS = ("UnlockExperimentalVMOptions", "UnlockDiagnosticVMOptions")


@dataclass(frozen=True, slots=True)
class Division:
    """The options in use, divided. `gone` maps those that cannot stay to the reason."""

    kept: FlagSet
    tuning: FlagSet
    gone: Mapping[str, str]

    def dropped(self, chosen: FlagSet, result: Effective) -> dict[str, str]:
        """Every option in use that is left out of `chosen`, with the reason; `result` is what takes effect now."""
        reasons = dict(self.gone)
        words = frozenset(chosen.words())
        for option in self.tuning:
            if option.text in words:
                continue
            new = chosen.get(option.name)
            values = flag_values(FlagSet((option,)), result.jdk)
            if new:
                reasons[option.text] = f"replaced by {new.text}"
            elif values and all(result.value(name) == value for name, value in values.items()):
                reasons[option.text] = "the JVM does so by itself"
            else:
                reasons[option.text] = "no rule supports it for this workload"
        return reasons


def is_tuning(option: Option, jdk: int) -> bool:
    """Whether an option sizes memory for collection or steers a collector."""
    if not option.sets_flag:
        return False
    if option.name in HEAP_FLAGS or option.name in UNLOCKS:
        return True
    info = catalog(jdk).flag(option.name)
    return bool(info and info.collector)


def divide(profile: WorkloadProfile) -> Division:
    """Divides the options in use for the profile's JDK; options that JDK refuses or ignores cannot stay."""
    in_use = parse_words(profile.flags)
    tuning = FlagSet(tuple(o for o in in_use if is_tuning(o, profile.jdk)))
    rest = FlagSet(tuple(o for o in in_use if not is_tuning(o, profile.jdk)))
    gone = {
        verdict.option.text: verdict.message
        for verdict in judge(rest, profile.jdk, profile.machine)
        if verdict.severity == "error" or verdict.check in ("obsolete-flag", "deprecated-flag")
    }
    kept = FlagSet(tuple(o for o in rest if o.text not in gone and o.text.startswith("-")))
    return Division(kept, tuning, gone)
