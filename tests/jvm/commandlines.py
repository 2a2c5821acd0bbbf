"""Odd but plausible command lines, by a seed: what people write, and what goes wrong when they do.

A line sets the machine itself (`ActiveProcessorCount`, `MaxRAM`), so that one host stands for machines of any size.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from advisor.jvm.catalog import FlagInfo, catalog
from advisor.model.machine import JDKS

UNLOCK = ("-XX:+UnlockExperimentalVMOptions", "-XX:+UnlockDiagnosticVMOptions")
ACTS = frozenset(
    {
        "OnError", "OnOutOfMemoryError", "Flags", "VMOptionsFile", "SharedArchiveFile", "ArchiveClassesAtExit",
        "DumpLoadedClassList", "PauseAtStartup", "PauseAtExit", "ErrorFile", "LogFile", "StartFlightRecording",
        "FlightRecorderOptions", "AOTCache", "AOTCacheOutput", "AOTMode", "AOTConfiguration", "ShowMessageBoxOnError",
        "CrashOnOutOfMemoryError", "ErrorHandlerTest", "TestCrashInErrorHandler", "AlwaysPreTouch",
        "AlwaysPreTouchStacks", "DumpSharedSpaces", "DynamicDumpSharedSpaces", "RecordDynamicDumpInfo",
    "ReplayCompiles",
        "ExtraSharedClassListFile", "SharedClassListFile", "SharedArchiveConfigFile", "ArchiveRelocationMode",
        "AllocateHeapAt", "AllocateOldGenAt", "CompileOnly", "CompileCommandFile", "CompilerDirectivesFile",
        "PrintFlagsFinal", "PrintFlagsInitial", "PrintFlagsRanges", "PrintVMOptions", "PrintCommandLineFlags",
        "UnlockExperimentalVMOptions", "UnlockDiagnosticVMOptions", "UseOSErrorReporting", "CreateCoredumpOnCrash",
        "HeapDumpPath", "AbortVMOnException", "AbortVMOnExceptionMessage", "VMThreadPriority", "SelfDestructTimer",
        "JVMCILibPath", "JVMCILibDumpJNIConfig", "EnableJVMCI", "UseJVMCICompiler", "EnableJVMCIProduct",
        "UseJVMCINativeLibrary", "CRaCCheckpointTo", "PerfDataSaveFile", "PerfDataSaveToFile", "DumpPerfMapAtExit",
        "DumpReplayDataOnError", "ReplayDataFile", "InlineDataFile", "PrintInterpreter", "PrintAssembly",
    }
)  # fmt: skip
"""Flags with an effect outside of the JVM, that need a file, or that change what is printed."""
SIZES = ("1m", "2m", "5m", "16m", "33m", "64m", "100m", "128m", "200m", "256m", "300m", "512m", "700m", "1g", "1500m",
         "2g", "3g", "4g")  # fmt: skip
LARGE = ("6g", "8g", "12g", "16g", "24g", "30g", "31g", "32g", "33g", "48g", "100g")
ODD_SIZES = ("0", "1", "512", "4096", "100k", "1023k", "1g ", "1.5g", "1gb", "2GB", "1t", "0x4000000", "67108864",
             "64M", "1G", "-1", "", "abc", "1p", "=1g", "99999999999999999999", "1048577", "333333333")  # fmt: skip
PERCENTS = ("0", "1", "5", "10", "15", "20", "25", "40", "45", "50", "60", "70", "75", "80", "90", "99", "100", "101")
FRACTIONS = ("0", "0.5", "1", "1.5625", "10", "12.5", "25", "33.3", "50", "70.0", "75", "80", "90", "100", "100.5",
             "1e1", ".5", "50%")  # fmt: skip
COUNTS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "10", "12", "15", "16", "20", "50", "100", "200", "500", "1000")
CPUS = (1, 1, 2, 2, 3, 4, 5, 6, 8, 9, 10, 12, 16, 24, 32, 64, 100, 128)
MEMORIES = ("96m", "128m", "200m", "256m", "400m", "512m", "700m", "1g", "1500m", "1791m", "1792m", "2g", "3g", "4g",
            "6g", "8g", "12g", "16g", "32g", "64g", "128g", "300g", "1t")  # fmt: skip
MISSPELT = ("MaxHeapSiz", "UseG1CG", "useg1gc", "MaxGCPauseMills", "ParalelGCThreads", "NewSizes", "UseZgc", "XX")
Pool = tuple[tuple[str, Sequence[str]], ...]
"""What stands before a value, and the values; for switches the names stand in place of the values."""
SWITCH = "-XX:?"


def _of(values: Sequence[str], names: str) -> Pool:
    return tuple((f"-XX:{name}=", values) for name in names.split())


def _switches(names: str) -> Pool:
    """As many entries as half of the names, so that switches are picked as often as values."""
    return ((SWITCH, names.split()),) * max(1, len(names.split()) // 2)


HEAP: Pool = (
    ("-Xmx", (*SIZES, *LARGE)),
    ("-Xmx", SIZES),
    ("-Xms", SIZES),
    ("-Xmx", ODD_SIZES),
    ("-Xms", ODD_SIZES),
    *_of((*SIZES, *LARGE), "MaxHeapSize SoftMaxHeapSize"),
    *_of(SIZES, "InitialHeapSize MinHeapSize"),
    *_of(FRACTIONS, "MaxRAMPercentage InitialRAMPercentage MinRAMPercentage"),
    *_of(COUNTS, "MaxRAMFraction MinRAMFraction InitialRAMFraction"),
    *_of(PERCENTS, "MinHeapFreeRatio MaxHeapFreeRatio TargetSurvivorRatio"),
    *_of(("8", "16", "32", "12", "64", "256"), "ObjectAlignmentInBytes"),
    *_switches("UseCompressedOops UseCompressedClassPointers UseCompactObjectHeaders ShrinkHeapInSteps"),
)
YOUNG: Pool = (
    ("-Xmn", SIZES),
    ("-Xmn", ODD_SIZES),
    *_of(SIZES, "NewSize MaxNewSize OldSize NewSizeThreadIncrease"),
    *_of(
        COUNTS,
        "NewRatio SurvivorRatio InitialSurvivorRatio MinSurvivorRatio MaxTenuringThreshold InitialTenuringThreshold",
    ),
    *_of(PERCENTS, "TargetSurvivorRatio"),
    *_of(SIZES, "PretenureSizeThreshold"),
    *_switches("AlwaysTenure NeverTenure UseAdaptiveSizePolicy ResizePLAB"),
    *_of(("0", "1k", "2k", "64k", "1m", "16m"), "TLABSize MinTLABSize YoungPLABSize OldPLABSize"),
)
THREADS: Pool = (
    *_of(
        COUNTS,
        "ParallelGCThreads ConcGCThreads G1ConcRefinementThreads CICompilerCount ParallelGCThreads "
        "ActiveProcessorCount HeapSizePerGCThread",
    ),
    *_switches(
        "UseDynamicNumberOfGCThreads UseNUMA "
        "CICompilerCountPerCPU UseDynamicNumberOfCompilerThreads ParallelRefProcEnabled"
    ),
    ("-Xss", ("64k", "136k", "180k", "256k", "1m", "1g", "2g", "0")),
    *_of(COUNTS, "ThreadStackSize VMThreadStackSize CompilerThreadStackSize"),
)
G1: Pool = (
    *_of(("0", "1m", "2m", "3m", "4m", "16m", "32m", "64m", "512m", "1g", "4"), "G1HeapRegionSize"),
    *_of(
        PERCENTS,
        "G1NewSizePercent G1MaxNewSizePercent InitiatingHeapOccupancyPercent G1ReservePercent "
        "G1HeapWastePercent G1MixedGCLiveThresholdPercent G1OldCSetRegionThresholdPercent G1ConfidencePercent",
    ),
    *_of((*COUNTS, "50", "200"), "MaxGCPauseMillis GCPauseIntervalMillis G1MixedGCCountTarget GCTimeRatio"),
    *_switches(
        "G1UseAdaptiveIHOP UseStringDeduplication G1EnableStringDeduplication "
        "ClassUnloadingWithConcurrentMark G1UseAdaptiveConcRefinement ExplicitGCInvokesConcurrent"
    ),
    *_of(COUNTS, "G1PeriodicGCInterval G1RSetRegionEntries"),
    *_of(SIZES, "MarkStackSize MarkStackSizeMax G1UpdateBufferSize"),
)
PARALLEL: Pool = (
    *_of(
        (*COUNTS, "99"),
        "GCTimeRatio MaxGCPauseMillis YoungGenerationSizeIncrement GCTimeLimit "
        "GCHeapFreeLimit AdaptiveSizeDecrementScaleFactor",
    ),
    *_switches(
        "UseAdaptiveSizePolicy ScavengeBeforeFullGC "
        "UseParallelOldGC UseGCOverheadLimit UseMaximumCompactionOnSystemGC "
        "UseAdaptiveGenerationSizePolicyAtMinorCollection"
    ),
)
CMS: Pool = (
    *_of(PERCENTS, "CMSInitiatingOccupancyFraction CMSTriggerRatio CMSBootstrapOccupancy CMSYoungGenPerWorker"),
    *_of(COUNTS, "CMSWaitDuration CMSTriggerInterval ParGCCardsPerStrideChunk CMSScheduleRemarkEdenPenetration"),
    *_switches(
        "UseCMSInitiatingOccupancyOnly CMSParallelRemarkEnabled CMSScavengeBeforeRemark UseParNewGC "
        "CMSClassUnloadingEnabled CMSParallelInitialMarkEnabled"
    ),
)
CONCURRENT: Pool = (
    *_of(FRACTIONS, "ZAllocationSpikeTolerance ZFragmentationLimit ZCollectionInterval ZCollectionIntervalMinor"),
    *_of(COUNTS, "ZUncommitDelay ZStatisticsInterval ShenandoahGuaranteedGCInterval ShenandoahUncommitDelay"),
    *_of(("adaptive", "static", "compact", "aggressive", "passive", "x", ""), "ShenandoahGCHeuristics"),
    *_of(("satb", "iu", "passive", "generational", "normal", "x"), "ShenandoahGCMode"),
    *_of(
        SIZES,
        "SoftMaxHeapSize ShenandoahRegionSize ShenandoahMinRegionSize ShenandoahMaxRegionSize ZMarkStackSpaceLimit",
    ),
    *_of(PERCENTS, "ShenandoahMinFreeThreshold ShenandoahInitFreeThreshold ShenandoahGarbageThreshold"),
    *_switches("ZGenerational ZUncommit ZProactive ShenandoahUncommit ShenandoahPacing"),
)
CODE: Pool = (
    *_of(
        ("1m", "2500k", "3m", "8m", "32m", "48m", "64m", "128m", "240m", "256m", "512m", "2g", "3g"),
        "ReservedCodeCacheSize InitialCodeCacheSize "
        "NonNMethodCodeHeapSize ProfiledCodeHeapSize NonProfiledCodeHeapSize",
    ),
    *_of(("0", "1", "2", "3", "4", "5"), "TieredStopAtLevel"),
    *_switches("TieredCompilation SegmentedCodeCache UseCodeCacheFlushing UseOnStackReplacement BackgroundCompilation"),
    *_of(COUNTS, "CICompilerCount CompileThreshold"),
    ("-X", ("int", "comp", "mixed", "batch", "foo")),
    *_of(FRACTIONS, "CompileThresholdScaling"),
)
METASPACE: Pool = (
    *_of(
        ("0", "512k", "1m", "2m", "8m", "16m", "64m", "300m", "1g", "3g", "4g", "5g"),
        "MetaspaceSize MaxMetaspaceSize CompressedClassSpaceSize MaxDirectMemorySize "
        "InitialBootClassLoaderMetaspaceSize",
    ),
    *_of(PERCENTS, "MinMetaspaceFreeRatio MaxMetaspaceFreeRatio"),
    *_of(COUNTS, "StringTableSize SymbolTableSize"),
    *_switches("UseLargePages UseTransparentHugePages UseLargePagesIndividualAllocation UseNUMAInterleaving"),
    *_of(("0", "2m", "3m", "1g", "4k"), "LargePageSizeInBytes"),
    *_of(("off", "summary", "detail", "on"), "NativeMemoryTracking"),
)
SELECTORS = ("UseSerialGC", "UseParallelGC", "UseG1GC", "UseZGC", "UseShenandoahGC", "UseEpsilonGC",
             "UseConcMarkSweepGC", "UseParallelOldGC", "UseParNewGC")  # fmt: skip
OF_SELECTOR = {"UseParallelGC": PARALLEL, "UseG1GC": G1, "UseZGC": CONCURRENT, "UseShenandoahGC": CONCURRENT,
               "UseConcMarkSweepGC": CMS, "UseParallelOldGC": PARALLEL, "UseParNewGC": CMS}  # fmt: skip
POOLS = (HEAP, HEAP, YOUNG, YOUNG, THREADS, G1, PARALLEL, CONCURRENT, CODE, METASPACE)
COMMITS_AT_ONCE = ("-XX:+UseZGC",)
"""ZGC takes the memory of its first heap from the host for good, so those lines ask for little."""


@dataclass(frozen=True, slots=True)
class Line:
    """The options of one start of one release."""

    jdk: int
    words: tuple[str, ...]


def lines(seed: int, count: int) -> Iterator[Line]:
    """`count` lines for each supported release that can be run, in turn; the same ones for the same seed."""
    for index in range(count):
        for jdk in (11, 17, 21, 25):
            yield Line(jdk, tuple(_line(random.Random(f"{seed} {index} {jdk}"), jdk)))


def _line(rng: random.Random, jdk: int) -> list[str]:
    maker: Callable[[random.Random, int], list[str]] = rng.choices((_themed, _any_flags, _odd), (70, 20, 10))[0]
    words = [*_machine(rng), *maker(rng, jdk)]
    return _harmless(words) if any(word in COMMITS_AT_ONCE for word in words) else words


def _machine(rng: random.Random) -> list[str]:
    words = []
    if rng.random() < 0.7:
        words.append(f"-XX:ActiveProcessorCount={rng.choice(CPUS)}")
    if rng.random() < 0.6:
        words.append(f"-XX:MaxRAM={rng.choice(MEMORIES)}")
    return words


def _harmless(words: list[str]) -> list[str]:
    """Without what makes the first heap large."""
    first_heap = ("-Xms", "-XX:InitialHeap", "-XX:MinHeap", "-XX:InitialRAM", "-XX:MaxRAM=1t", "-XX:MaxRAM=300g")
    return [word for word in words if not word.startswith(first_heap)]


def _themed(rng: random.Random, jdk: int) -> list[str]:
    """One to five options of a collector and of one or two themes."""
    words, pools = [], [rng.choice(POOLS)]
    if rng.random() < 0.65:
        selector = rng.choice([name for name in SELECTORS if catalog(jdk).flag(name) or rng.random() < 0.05])
        words.append(f"-XX:+{selector}")
        pools.append(OF_SELECTOR.get(selector, HEAP))
    count = rng.choice((1, 1, 2, 2, 3, 4, 5))
    options = [_pick(rng, rng.choice(pools)) for _ in range(count)]
    return _with_unlocks(rng, words + [word for word in options if _exists(word, jdk) or rng.random() < 0.1], 0.93)


def _exists(word: str, jdk: int) -> bool:
    name = word.removeprefix("-XX:").lstrip("+-").partition("=")[0]
    return not word.startswith("-XX:") or catalog(jdk).flag(name) is not None


def _pick(rng: random.Random, pool: Pool) -> str:
    before, values = rng.choice(pool)
    return f"-XX:{rng.choice('++-')}{rng.choice(values)}" if before == SWITCH else before + rng.choice(values)


def _with_unlocks(rng: random.Random, words: list[str], share: float) -> list[str]:
    if rng.random() < share:
        return [*UNLOCK, *words]
    place = rng.randrange(len(words) + 1)
    return [*words[:place], *rng.sample(UNLOCK, rng.randrange(3)), *words[place:]]


def _any_flags(rng: random.Random, jdk: int) -> list[str]:
    """One to three flags from the whole tables of this or another release, values at and around their bounds."""
    words = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        release = jdk if rng.random() < 0.75 else rng.choice(JDKS)
        names = [name for name in catalog(release).names() if name not in ACTS]
        name = rng.choice(sorted(names))
        info = catalog(jdk).flag(name) or catalog(release).flag(name)
        if info is not None:
            words.append(_setting(rng, info))
    return _with_unlocks(rng, words, 0.8)


def _setting(rng: random.Random, info: FlagInfo) -> str:
    if info.is_bool:
        return f"-XX:{rng.choice('+-')}{info.name}"
    return f"-XX:{info.name}={rng.choice(_values(info))}"


def _values(info: FlagInfo) -> list[str]:
    if info.is_text:
        return [info.default or "x", "x"]
    near = [bound + step for bound in (info.low, info.high) if bound is not None for step in (-1, 0, 1)]
    edges = [f"{value:g}" if info.type == "double" else str(int(value)) for value in near]
    usual = [info.default] * 3 if info.default else []
    return [*usual, *edges, "1", "7", "64k", "1.5", "abc"]


def _odd(rng: random.Random, jdk: int) -> list[str]:
    """Forms that go wrong: misspelt, signed where a value belongs, repeated, without a value, too late unlocked."""
    words = _themed(rng, jdk)
    victim = rng.randrange(len(words))
    form = rng.choice(("sign", "bare", "misspelt", "repeat", "comma", "value", "lenient", "foreign", "case"))
    word = words[victim]
    name = word.removeprefix("-XX:").lstrip("+-").partition("=")[0]
    replaced = {
        "sign": f"-XX:+{name}=1", "bare": f"-XX:{name}", "misspelt": f"-XX:+{rng.choice(MISSPELT)}",
    "comma": f"{word},",
        "value": f"-XX:{name}=true", "foreign": rng.choice(("-foo", "--foo-bar", "-Xfoo", "-XX:", "-X", "-server",
    "-ea")),
        "case": word.swapcase(), "repeat": word, "lenient": word,
    }[form]  # fmt: skip
    if replaced.startswith("-xx") and form == "case":
        replaced = word
    words[victim] = replaced
    if form == "repeat":
        words.append(_pick(rng, rng.choice(POOLS)))
        words.append(words[rng.randrange(len(words))])
    if form == "lenient":
        words.insert(rng.randrange(len(words) + 1), "-XX:+IgnoreUnrecognizedVMOptions")
    return words
