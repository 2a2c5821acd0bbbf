"""HotSpot's constraint functions: values that are wrong alone, or beside the value of another flag.

Sources: jvmFlagConstraintsRuntime.cpp, jvmFlagConstraintsCompiler.cpp, jvmFlagConstraintsGC.cpp,
jvmFlagConstraintsG1.cpp and jvmFlagConstraintsParallel.cpp (JDK 11: commandLineFlagConstraints*.cpp), x86-64.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from advisor.jvm.commandline import FlagValue
from advisor.jvm.relations.base import G1, Broken, Relation, Together, at_most, size
from advisor.jvm.verdict import Severity
from advisor.model.machine import Collector
from advisor.model.quantities import MIB

_CHECKED = 11
"""The first release here with constraint functions: they came with JDK 9. JDK 8 checks a few values of its own."""
_COUNTER_BITS = {8: 29, 11: 29}
"""Bits of an invocation counter that count (invocationCounter.hpp); 31 from JDK 17 on."""
_CODE_ENTRY_ALIGNMENT, _CODE_SEGMENT, _LEAST_ALIGNMENT = 32, 64, 16
_NODE_LIMIT, _NODE_FUDGE = 80_000, 2_000
_INT_MAX = (1 << 31) - 1
_MARK_STACK, _MARK_STACK_MAX, _MARK_STACK_MAX_G1 = 4 * MIB, 512 * MIB, 16 * MIB


def power_of_two(value: float) -> bool:
    """Whether a whole number is a power of two."""
    return value > 0 and int(value) & (int(value) - 1) == 0


def _zero_or_power(value: float) -> bool:
    return value == 0 or power_of_two(value)


def _positive(value: float) -> bool:
    return value >= 1


@dataclass(frozen=True, slots=True)
class Lone:
    """What one flag's value has to be. `words` go on after "has to be"."""

    flag: str
    holds: Callable[[float], bool]
    words: str
    first: int = _CHECKED
    last: int = 99
    collectors: tuple[Collector, ...] = ()
    severity: Severity = "error"

    def problem(self, value: FlagValue) -> str | None:
        """What is wrong with a value of the flag, or None."""
        if isinstance(value, (str, bool)) or self.holds(value):
            return None
        return f"{self.flag} ({value}) has to be {self.words}"

    def broken(self, line: Together) -> str | None:
        """What is wrong with the value that is left at the end."""
        return self.problem(line.values[self.flag]) if self.flag in line.values else None


def _multiple(of: int) -> Callable[[float], bool]:
    return lambda value: value % of == 0


def _digits(most: int, count: int | None) -> Callable[[float], bool]:
    """Whether the last `count` of a number's digits are small, and there are no more of them where `count` is None."""

    def holds(value: float) -> bool:
        digits = str(int(value))
        return all(int(digit) <= most for digit in digits[-3:]) and (count is None or len(digits) <= count)

    return holds


def _enough_references(value: float) -> bool:
    """The JVM's own start makes about a hundred local references at once; 0 sets no limit."""
    return value <= 0 or value > 100


def _regions_fit(value: float) -> bool:
    """Regions of 1 MB are counted in 32 bits."""
    return value <= ((1 << 32) - 1) * MIB


def _between(low: int, high: int) -> Callable[[float], bool]:
    return lambda value: low <= value <= high


def _alignment(value: float) -> bool:
    return power_of_two(value) and value >= _LEAST_ALIGNMENT


@dataclass(frozen=True, slots=True)
class Text:
    """Which texts a flag takes; `split` where it takes several, with commas or blanks between them."""

    flag: str
    known: tuple[str, ...]
    split: bool = False
    severity: Severity = "error"
    first: int = 8
    last: int = 99
    collectors: tuple[Collector, ...] = ()

    def broken(self, line: Together) -> str | None:
        """What is wrong with the text that is left at the end."""
        text = line.values.get(self.flag)
        words = re.split(r"[,\s]+", text) if self.split and isinstance(text, str) else [text]
        wrong = [
            word for word in words if isinstance(word, str) and word not in self.known and (word or not self.split)
        ]
        return f"{wrong[0]!r} is none of {', '.join(self.known)}" if wrong else None


_GUARDED = {
    "UseJVMCICompiler": (
        "BootstrapJVMCI", "PrintBootstrap", "JVMCIThreads", "JVMCIHostThreads", "LibJVMCICompilerThreadHidden",
    ),
    "EnableJVMCI": (
        "JVMCITraceLevel", "JVMCIEventLogLevel", "JVMCICounterSize", "JVMCICountersExcludeCompiler",
        "JVMCINMethodSizeLimit", "JVMCIPrintProperties", "JVMCICompilerIdleDelay", "JVMCINativeLibraryErrorFile",
        "JVMCINativeLibraryThreadFraction", "JVMCIThreadsPerNativeLibraryRuntime", "UseJVMCINativeLibrary",
        "JVMCILibPath", "JVMCILibDumpJNIConfig", "MethodProfileWidth",
    ),
}  # fmt: skip
"""Flags that are refused unless another one is on (jvmci_globals.cpp)."""
_SUBSYSTEMS = (
    "threads", "heap", "symbol_table", "string_table", "codecache", "dictionary", "classloader_data_graph", "metaspace",
    "jni_handles", "codecache_oops", "resolved_method_table", "stringdedup", "c-heap",
)  # fmt: skip
_VERIFIED = ("young-normal", "concurrent-start", "mixed", "young-evac-fail", "remark", "cleanup", "full")
TEXTS: tuple[Text, ...] = (
    Text("NativeMemoryTracking", ("off", "summary", "detail")),
    Text("VerifySubSet", _SUBSYSTEMS, split=True),
    Text("VerifyGCType", _VERIFIED, split=True, severity="warning", collectors=G1),
    Text("MetaspaceReclaimPolicy", ("none", "balanced", "aggressive"), last=17),
    Text("AOTMode", ("off", "record", "create", "auto", "on"), first=25),
    Text("CompilationMode", ("default", "normal", "quick-only", "high-only", "high-only-quick-internal")),
)
AT_PARSE: tuple[Lone, ...] = (
    Lone("ObjectAlignmentInBytes", power_of_two, "a power of two", first=8),
    Lone("LargePageSizeInBytes", power_of_two, "a power of two", first=25),
    Lone("GCCardSizeInBytes", power_of_two, "a power of two", first=21),
)
"""Held against every setting, also one that a later one displaces."""
LONE: tuple[Lone, ...] = (
    Lone("ContendedPaddingWidth", _multiple(8), "a multiple of 8"),
    Lone("PerfDataSamplingInterval", _multiple(10), "a multiple of 10", last=21),
    Lone("BiasedLockingStartupDelay", _multiple(10), "a multiple of 10", last=17),
    Lone("AllocatePrefetchInstr", _between(0, 3), "0 .. 3"),
    Lone("AllocatePrefetchDistance", _between(0, 512), "0 .. 512", last=21),
    Lone("ArraycopyDstPrefetchDistance", _between(0, 4031), "0 .. 4031"),
    Lone("ArraycopySrcPrefetchDistance", _between(0, 4031), "0 .. 4031"),
    Lone("TypeProfileLevel", _digits(2, None), "digits of 0 .. 2", last=17),
    Lone("TypeProfileLevel", _digits(2, 3), "three digits of 0 .. 2", first=21),
    Lone("InitArrayShortSize", _multiple(8), "a multiple of 8"),
    Lone("AVX3Threshold", power_of_two, "a power of two", last=11, severity="warning"),
    Lone("AVX3Threshold", _zero_or_power, "0 or a power of two", first=17),
    Lone("MaxVectorSize", _zero_or_power, "a power of two", last=11, severity="warning"),
    Lone("MaxVectorSize", _between(0, 64), "64 at most", last=11, severity="warning"),
    Lone("MaxVectorSize", _between(4, 64), "4 .. 64", first=17, severity="warning"),
    Lone("MaxVectorSize", _zero_or_power, "a power of two", first=17, severity="warning"),
    Lone("UseSSE", _between(0, 4), "4 at most", last=17, severity="warning"),
    Lone("UseAVX", _between(0, 3), "3 at most", last=17, severity="warning"),
    Lone("ScavengeRootsInCode", _positive, "at least 1", severity="warning"),
    Lone("GCPauseIntervalMillis", _positive, "at least 1", collectors=G1),
    Lone("NewSize", _regions_fit, "less than 4 petabytes", collectors=G1),
    Lone("MaxJNILocalCapacity", _enough_references, "0 or more than 100"),
    Lone("MallocMaxTestWords", lambda value: value == 0 or value >= _INT_MAX, "0 or beyond any use"),
    Lone("AutoBoxCacheMax", _between(0, _INT_MAX - 130), "less than an array can hold"),
    Lone("OptoLoopAlignment", power_of_two, "a power of two"),
    Lone("InteriorEntryAlignment", _alignment, "a power of two from 16 on"),
    Lone("CodeEntryAlignment", _alignment, "a power of two from 16 on"),
    Lone("CodeCacheSegmentSize", power_of_two, "a power of two"),
    Lone("G1RSetRegionEntries", _positive, "at least 1", last=17, collectors=G1),
    Lone("G1RSetSparseRegionEntries", _positive, "at least 1", last=17, collectors=G1),
    Lone("G1RemSetArrayOfCardsEntries", _positive, "at least 1", first=21, collectors=G1),
    Lone("G1RemSetHowlNumBuckets", power_of_two, "a power of two", first=21, collectors=G1),
    Lone("G1RemSetHowlMaxNumBuckets", power_of_two, "a power of two", first=21, collectors=G1),
)


def _final_or(line: Together, name: str, default: float) -> float:
    value = line.final(name)
    return default if value is None else value


def _node_limit(line: Together) -> str | None:
    most = _final_or(line, "MaxNodeLimit", _NODE_LIMIT)
    fudge = _final_or(line, "NodeLimitFudgeFactor", _NODE_FUDGE)
    if most * 2 // 100 <= fudge <= most * 40 // 100:
        return None
    return f"NodeLimitFudgeFactor ({fudge:g}) has to be between 2 % and 40 % of MaxNodeLimit ({most:g})"


def _code_alignment(line: Together) -> str | None:
    entry = _final_or(line, "CodeEntryAlignment", _CODE_ENTRY_ALIGNMENT)
    segment = _final_or(line, "CodeCacheSegmentSize", _CODE_SEGMENT)
    for name, limit_name, limit in (
        ("OptoLoopAlignment", "CodeEntryAlignment", entry),
        ("InteriorEntryAlignment", "CodeEntryAlignment", entry),
        ("CodeEntryAlignment", "CodeCacheSegmentSize", segment),
        ("OptoLoopAlignment", "CodeCacheSegmentSize", segment),
    ):
        value = _final_or(line, name, 16)
        if value > limit:
            return f"{name} ({value:g}) is more than {limit_name} ({limit:g})"
    return None


def _most_compilations(jdk: int) -> int:
    return (1 << _COUNTER_BITS.get(jdk, 31) - 1) - 1


def _compile_threshold(line: Together) -> str | None:
    threshold, most = line.number("CompileThreshold"), _most_compilations(line.jdk)
    if threshold is None or 0 <= threshold <= most:
        return None
    return f"CompileThreshold ({threshold:g}) is outside 0 .. {most}"


def _osr_percentage(line: Together) -> str | None:
    """On-stack replacement happens after a percentage of CompileThreshold, profiled first, and has to be countable."""
    share, profiled = line.number("OnStackReplacePercentage"), line.number("InterpreterProfilePercentage")
    share, profiled = 140 if share is None else share, 33 if profiled is None else profiled
    threshold = line.number("CompileThreshold")
    threshold = 10_000 if threshold is None else threshold
    if share < profiled:
        return f"OnStackReplacePercentage ({share:g}) is less than InterpreterProfilePercentage ({profiled:g})"
    most = _most_compilations(line.jdk) if line.jdk <= 11 else _INT_MAX
    if threshold * (share - profiled) / 100 > most:
        return f"OnStackReplacePercentage ({share:g}) of CompileThreshold ({threshold:g}) is more than {most}"
    return None


def _prefetch_step(line: Together) -> str | None:
    step = line.number("AllocatePrefetchStepSize")
    if step is None or line.number("AllocatePrefetchStyle") != 3 or step % 8 == 0:
        return None
    return f"AllocatePrefetchStepSize ({step:g}) has to be a multiple of 8"


def _bias(line: Together) -> str | None:
    rebias = _final_or(line, "BiasedLockingBulkRebiasThreshold", 20)
    revoke = _final_or(line, "BiasedLockingBulkRevokeThreshold", 40)
    decay = _final_or(line, "BiasedLockingDecayTime", 25_000)
    if rebias > revoke:
        return (
            f"BiasedLockingBulkRebiasThreshold ({rebias:g}) is more than BiasedLockingBulkRevokeThreshold ({revoke:g})"
        )
    if revoke > decay / 10:
        return (
            f"BiasedLockingBulkRevokeThreshold ({revoke:g}) is more than a tenth of BiasedLockingDecayTime ({decay:g})"
        )
    return None


def _intrinsics(line: Together) -> str | None:
    """Names of intrinsics begin with an underscore; which of them exist is not checked."""
    for name in ("DisableIntrinsic", "ControlIntrinsic"):
        text = line.values.get(name)
        for word in re.split(r"[,\s]+", text) if isinstance(text, str) and text else ():
            if not re.match(r"[+-]?_\w", word):
                return f"{word} is no intrinsic"
    return None


def _guarded(flag: str, guard: str) -> Broken:
    def broken(line: Together) -> str | None:
        return None if line.on(guard) else f"{flag} needs -XX:+{guard}"

    return broken


def _survivor_alignment(line: Together) -> str | None:
    value, least = line.number("SurvivorAlignmentInBytes"), line.number("ObjectAlignmentInBytes") or 8
    if not value or (power_of_two(value) and value >= least):
        return None
    return f"SurvivorAlignmentInBytes ({value:g}) has to be a power of two from {least:g} on"


def _heap_base(line: Together) -> str | None:
    base = line.number("HeapBaseMinAddress")
    if base is None or base + line.effective.layout.max_heap < 1 << 64:
        return None
    return "HeapBaseMinAddress leaves no addresses for the heap"


def _soft_references(line: Together) -> str | None:
    per_mb = line.number("SoftRefLRUPolicyMSPerMB")
    if not per_mb or per_mb * (line.effective.layout.max_heap / MIB) < 1 << 64:
        return None
    return f"SoftRefLRUPolicyMSPerMB ({per_mb:g}) times the megabytes of the heap is too large"


def _ages(line: Together) -> tuple[float, bool]:
    """MaxTenuringThreshold and AlwaysTenure: each sets the other, in order; NeverTenure sets both."""
    oldest: float = 15
    always = False
    for name, value in line.settings:
        if name == "MaxTenuringThreshold" and isinstance(value, int):
            oldest, always = value, value == 0
        elif name == "AlwaysTenure":
            oldest, always = (0, True) if value is True else (oldest, False)
        elif name == "NeverTenure" and value is True:
            oldest, always = 16, False
    return oldest, always


def _always_tenure(line: Together) -> str | None:
    return "AlwaysTenure cannot be off where MaxTenuringThreshold is 0" if _ages(line) == (0, False) else None


def _tenuring(line: Together) -> str | None:
    """Only Parallel reads the initial threshold."""
    initial, most = line.number("InitialTenuringThreshold"), _ages(line)[0]
    if initial is None or initial <= most:
        return None
    return f"InitialTenuringThreshold ({initial:g}) is more than MaxTenuringThreshold ({most:g})"


def _mark_stack(line: Together) -> str | None:
    """JDK 17 and later fit the default to a given maximum under G1."""
    given, most = line.number("MarkStackSize"), line.number("MarkStackSizeMax")
    if given is None and line.jdk >= 17 and line.collector is Collector.G1:
        return None
    start = _MARK_STACK if given is None else given
    limit = (
        (_MARK_STACK_MAX_G1 if line.collector is Collector.G1 and line.jdk <= 11 else _MARK_STACK_MAX)
        if most is None
        else most
    )
    return None if start <= limit else f"MarkStackSize ({size(start)}) is more than MarkStackSizeMax ({size(limit)})"


def _pause_interval(line: Together) -> str | None:
    interval, pause = line.number("GCPauseIntervalMillis"), line.number("MaxGCPauseMillis")
    if interval is None:
        return None
    if pause is None:
        return "GCPauseIntervalMillis needs MaxGCPauseMillis beside it"
    return None if pause < interval else f"the pause goal ({pause:g}) is not less than the interval ({interval:g})"


RELATIONS: tuple[Relation, ...] = (
    *(
        Relation((one.flag,), one.broken, one.severity, "bad-value", one.first, one.last, one.collectors)
        for one in TEXTS
    ),
    *(Relation((flag,), _guarded(flag, guard)) for guard, flags in _GUARDED.items() for flag in flags),
    Relation(("SurvivorAlignmentInBytes",), _survivor_alignment, first=_CHECKED),
    Relation(("HeapBaseMinAddress",), _heap_base, first=_CHECKED, unknown="heap"),
    *(
        Relation(
            (one.flag,), one.broken, one.severity, first=one.first, last=one.last, collectors=one.collectors
        )
        for one in LONE
    ),
    Relation(("MinHeapFreeRatio", "MaxHeapFreeRatio"), at_most("MinHeapFreeRatio", "MaxHeapFreeRatio")),
    Relation(
        ("MinMetaspaceFreeRatio", "MaxMetaspaceFreeRatio"), at_most("MinMetaspaceFreeRatio", "MaxMetaspaceFreeRatio")
    ),
    Relation(
        ("G1NewSizePercent", "G1MaxNewSizePercent"), at_most("G1NewSizePercent", "G1MaxNewSizePercent"), collectors=G1
    ),
    Relation(("GCPauseIntervalMillis", "MaxGCPauseMillis"), _pause_interval, collectors=G1),
    Relation(("NodeLimitFudgeFactor", "MaxNodeLimit"), _node_limit, first=_CHECKED),
    Relation(
        ("CodeEntryAlignment", "CodeCacheSegmentSize", "OptoLoopAlignment", "InteriorEntryAlignment"), _code_alignment,
        first=_CHECKED,
    ),
    Relation(("CompileThreshold",), _compile_threshold, first=_CHECKED),
    Relation(
        ("OnStackReplacePercentage", "InterpreterProfilePercentage", "CompileThreshold"), _osr_percentage,
        first=_CHECKED,
    ),
    Relation(("DisableIntrinsic", "ControlIntrinsic"), _intrinsics, first=17),
    Relation(("SoftRefLRUPolicyMSPerMB",), _soft_references, first=_CHECKED, unknown="heap"),
    Relation(("AlwaysTenure", "MaxTenuringThreshold"), _always_tenure, first=_CHECKED),
    Relation(("InitialTenuringThreshold",), _tenuring, collectors=(Collector.PARALLEL,)),
    Relation(("MarkStackSize", "MarkStackSizeMax"), _mark_stack, first=_CHECKED),
    Relation(("AllocatePrefetchStepSize", "AllocatePrefetchStyle"), _prefetch_step, first=_CHECKED),
    Relation(
        ("BiasedLockingBulkRebiasThreshold", "BiasedLockingBulkRevokeThreshold", "BiasedLockingDecayTime"),
        _bias, first=_CHECKED, last=17,
    ),
)  # fmt: skip
