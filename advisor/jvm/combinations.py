"""What a JVM has against options together: two collectors, sizes that contradict each other, dead flags, repeats.

Each relation stands once, in RELATIONS. Behaviour was run on JDK 11, 17, 21 and 25.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from advisor.jvm.catalog import catalog
from advisor.jvm.commandline import FlagValue, flag_values, has_placeholder
from advisor.jvm.ergonomics import Effective, effective
from advisor.jvm.verdict import Severity, Verdict
from advisor.model.flags import FlagSet, Option
from advisor.model.machine import Collector, Machine
from advisor.model.quantities import GIB, MIB, Bytes

SELECTORS = (
    "UseSerialGC", "UseParallelGC", "UseParallelOldGC", "UseConcMarkSweepGC", "UseParNewGC", "UseG1GC", "UseZGC",
    "UseShenandoahGC", "UseEpsilonGC",
)  # fmt: skip
PARTNERS = (frozenset({"UseParallelGC", "UseParallelOldGC"}), frozenset({"UseConcMarkSweepGC", "UseParNewGC"}))
"""Selectors that go together."""
ACCUMULATING = frozenset({"OnError", "OnOutOfMemoryError"})
"""Flags whose repeats add up instead of replacing one another."""
ONLY_FOR: Mapping[str, tuple[Collector, ...]] = {
    "MaxGCPauseMillis": (Collector.G1, Collector.PARALLEL),
    "GCPauseIntervalMillis": (Collector.G1,),
    "GCTimeRatio": (Collector.G1, Collector.PARALLEL),
    "InitiatingHeapOccupancyPercent": (Collector.G1,),
    "UseAdaptiveSizePolicy": (Collector.PARALLEL,),
    "SurvivorRatio": (Collector.SERIAL, Collector.PARALLEL, Collector.CMS, Collector.G1),
    "NewRatio": (Collector.SERIAL, Collector.PARALLEL, Collector.CMS, Collector.G1),
    "PretenureSizeThreshold": (Collector.SERIAL, Collector.CMS),
}
"""Flags of the shared source files that only some collectors read."""
MIN_CODE_CACHE = 2_496 << 10
MAX_CODE_CACHE = 2 * GIB


@dataclass(frozen=True, slots=True)
class Together:
    """A command line with its typed values and what it makes effective."""

    flags: FlagSet
    jdk: int
    values: Mapping[str, FlagValue]
    effective: Effective

    def option(self, *names: str) -> Option | None:
        """The last option that sets one of the flags."""
        found = [option for option in self.flags if option.sets_flag and option.name in names]
        return found[-1] if found else None

    def number(self, name: str) -> float | None:
        """A number that the command line itself gives."""
        value = self.values.get(name)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def final(self, name: str) -> float | None:
        """A number in effect, given or by default."""
        value = self.effective.value(name)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Relation:
    """`broken` tells what is wrong, or gives None; the verdict stands at the last of `flags` that is given."""

    check: str
    severity: Severity
    flags: tuple[str, ...]
    broken: Callable[[Together], str | None]
    first: int = 8
    last: int = 99


def _size(value: float) -> str:
    return Bytes(round(value)).human()


def _more(small: str, large: str, *, sized: bool = False) -> Callable[[Together], str | None]:
    """Broken where the first flag is more than the second, at least one of them being given."""

    def broken(line: Together) -> str | None:
        low, high = line.final(small), line.final(large)
        if low is None or high is None or low <= high or not {small, large} & line.values.keys():
            return None
        shown = (_size(low), _size(high)) if sized else (f"{low:g}", f"{high:g}")
        return f"{small} ({shown[0]}) is more than {large} ({shown[1]})"

    return broken


def _initial_over_max(line: Together) -> str | None:
    initial, maximum = line.number("InitialHeapSize"), line.number("MaxHeapSize")
    if initial is None or maximum is None or initial <= maximum:
        return None
    return f"the initial heap ({_size(initial)}) is larger than the maximum ({_size(maximum)})"


def _minimum_over_initial(line: Together) -> str | None:
    minimum, initial = line.number("MinHeapSize"), line.number("InitialHeapSize")
    if minimum is None or initial is None or not initial or minimum <= initial:
        return None
    return f"the minimum heap ({_size(minimum)}) is larger than the initial ({_size(initial)})"


def _young_over_initial(line: Together) -> str | None:
    young, initial = line.number("NewSize"), line.number("InitialHeapSize")
    if young is None or initial is None or not 0 < initial < young or line.effective.collector is Collector.G1:
        return None
    return f"the young generation ({_size(young)}) is larger than the initial heap ({_size(initial)}), which it raises"


def _given_over_max(name: str, words: str) -> Callable[[Together], str | None]:
    def broken(line: Together) -> str | None:
        size, maximum = line.number(name), line.number("MaxHeapSize")
        if size is None or maximum is None or size <= maximum:
            return None
        return f"{words} ({_size(size)}) is larger than the heap ({_size(maximum)})"

    return broken


def _concurrent_over_parallel(line: Together) -> str | None:
    given, parallel = line.number("ConcGCThreads"), line.effective.parallel_gc_threads
    if given is None or not parallel or given <= parallel:
        return None
    return f"ConcGCThreads ({given:g}) is more than ParallelGCThreads ({parallel})"


def _parallel_without_threads(line: Together) -> str | None:
    if line.number("ParallelGCThreads") != 0 or line.effective.collector not in (Collector.PARALLEL, Collector.G1):
        return None
    return f"{line.effective.collector} needs at least one thread"


def _code_cache_bounds(line: Together) -> str | None:
    size = line.number("ReservedCodeCacheSize")
    least = max(MIN_CODE_CACHE, line.number("InitialCodeCacheSize") or 0)
    if size is None or least <= size <= MAX_CODE_CACHE:
        return None
    return f"a code cache of {_size(size)} is outside {_size(least)} .. {_size(MAX_CODE_CACHE)}"


def _alignment(line: Together) -> str | None:
    value = line.number("ObjectAlignmentInBytes")
    if value is None or int(value) & (int(value) - 1) == 0:
        return None
    return f"ObjectAlignmentInBytes ({value:g}) is no power of two"


def _pause_interval(line: Together) -> str | None:
    interval, pause = line.number("GCPauseIntervalMillis"), line.final("MaxGCPauseMillis")
    if interval is None or pause is None or pause < interval:
        return None
    if line.effective.collector is not Collector.G1 and "MaxGCPauseMillis" not in line.values:
        return None
    return f"MaxGCPauseMillis ({pause:g}) has to be less than GCPauseIntervalMillis ({interval:g})"


def _empty_metaspace(line: Together) -> str | None:
    return "no JVM starts without metaspace" if line.number("MaxMetaspaceSize") == 0 else None


def _oops_over_limit(line: Together) -> str | None:
    asked = line.values.get("UseCompressedOops") is True
    if not asked or line.effective.compressed_oops:
        return None
    return f"a heap of {_size(line.effective.layout.max_heap)} is too large for compressed oops: they stay off"


def _few_compilers(line: Together) -> str | None:
    count = line.number("CICompilerCount")
    if count is None or count >= 2 or line.values.get("TieredCompilation") is False:
        return None
    level = line.number("TieredStopAtLevel")
    return None if level is not None and level < 4 else "CICompilerCount has to be at least 2"


def _dead_deduplication(line: Together) -> str | None:
    off = line.effective.collector in (Collector.SERIAL, Collector.PARALLEL, Collector.CMS)
    wanted = line.values.get("UseStringDeduplication") is True
    return f"{line.effective.collector} of JDK {line.jdk} has no string deduplication" if wanted and off else None


def _all_collectors_off(line: Together) -> str | None:
    off = [name for name in SELECTORS if line.values.get(name) is False]
    return "every collector of this release is switched off" if len(off) >= 5 else None


RELATIONS: tuple[Relation, ...] = (
    Relation("heap-bounds", "error", ("InitialHeapSize", "MaxHeapSize"), _initial_over_max),
    Relation("heap-bounds", "error", ("MinHeapSize", "InitialHeapSize"), _minimum_over_initial, first=17),
    Relation("heap-bounds", "error", ("SoftMaxHeapSize",), _given_over_max("SoftMaxHeapSize", "SoftMax"), first=17),
    Relation("heap-bounds", "warning", ("MaxNewSize", "NewSize"), _given_over_max("NewSize", "the young generation")),
    Relation("heap-bounds", "warning", ("MaxNewSize", "NewSize"), _young_over_initial),
    Relation("heap-bounds", "warning", ("NewSize",), _more("NewSize", "MaxNewSize", sized=True)),
    Relation("flag-constraint", "error", ("ConcGCThreads",), _concurrent_over_parallel, last=17),
    Relation("flag-constraint", "error", ("ParallelGCThreads",), _parallel_without_threads),
    Relation(
        "flag-constraint", "error", ("MinHeapFreeRatio", "MaxHeapFreeRatio"),
        _more("MinHeapFreeRatio", "MaxHeapFreeRatio"),
    ),
    Relation(
        "flag-constraint", "error", ("MinMetaspaceFreeRatio", "MaxMetaspaceFreeRatio"),
        _more("MinMetaspaceFreeRatio", "MaxMetaspaceFreeRatio"),
    ),
    Relation("flag-constraint", "error", ("ReservedCodeCacheSize", "InitialCodeCacheSize"), _code_cache_bounds),
    Relation("flag-constraint", "error", ("ObjectAlignmentInBytes",), _alignment),
    Relation("flag-constraint", "error", ("GCPauseIntervalMillis", "MaxGCPauseMillis"), _pause_interval),
    Relation("flag-constraint", "error", ("MaxMetaspaceSize",), _empty_metaspace),
    Relation("flag-constraint", "error", ("CICompilerCount",), _few_compilers, first=11),
    Relation("flag-constraint", "error", SELECTORS, _all_collectors_off),
    Relation("flag-constraint", "warning", ("UseCompressedOops",), _oops_over_limit),
    Relation("other-collectors-flag", "warning", ("UseStringDeduplication",), _dead_deduplication, last=16),
    Relation("flag-constraint", "warning", ("UseStringDeduplication",), _dead_deduplication, first=17, last=17),
)  # fmt: skip


def check_together(flags: FlagSet, jdk: int, machine: Machine) -> Iterator[Verdict]:
    """Everything that is wrong with options only because of one another."""
    line = Together(flags, jdk, flag_values(flags, jdk), effective(jdk, machine, flags))
    yield from _two_collectors(line)
    for relation in RELATIONS:
        if relation.first <= jdk <= relation.last:
            option = line.option(*relation.flags)
            if option is not None and not _open(line, relation.flags):
                problem = relation.broken(line)
                if problem is not None:
                    yield Verdict(relation.check, relation.severity, option.name, option, problem)
    yield from _dead_flags(line)
    yield from _repeats(line)


def _open(line: Together, names: tuple[str, ...]) -> bool:
    """Whether something else fills in one of the values later."""
    return any(has_placeholder(option.text) for option in line.flags if option.name in names)


def _two_collectors(line: Together) -> Iterator[Verdict]:
    chosen = [name for name in SELECTORS if line.values.get(name) is True and catalog(line.jdk).flag(name)]
    if len(chosen) < 2 or any(set(chosen) <= partners for partners in PARTNERS):
        return
    option = line.option(*chosen)
    if option is not None:
        others = ", ".join(name for name in chosen if name != option.name)
        yield Verdict("multiple-collectors", "error", option.name, option, f"another collector is chosen too: {others}")


def _dead_flags(line: Together) -> Iterator[Verdict]:
    """Flags that only an unselected collector reads."""
    for option in line.flags:
        info = catalog(line.jdk).flag(option.name) if option.sets_flag else None
        if info is None or option.name in SELECTORS:
            continue
        readers = ONLY_FOR.get(info.name) or info.collector
        if readers and line.effective.collector not in readers:
            text = f"only {' and '.join(_family(readers))} read it; this JVM runs {line.effective.collector}"
            yield Verdict("other-collectors-flag", "warning", option.name, option, text, "", "medium")


def _family(readers: tuple[Collector, ...]) -> list[str]:
    return list(dict.fromkeys(str(reader).split("-", maxsplit=1)[0] for reader in readers))


def _repeats(line: Together) -> Iterator[Verdict]:
    """Settings that a later one displaces, and plain repeats."""
    last: dict[str, Option] = {}
    for option in line.flags:
        if not option.sets_flag or option.name in ACCUMULATING or has_placeholder(option.text):
            continue
        earlier = last.get(option.name)
        last[option.name] = option
        if earlier is None:
            continue
        before, after = (flag_values(FlagSet((one,)), line.jdk) for one in (earlier, option))
        if before and before == after:
            text = "says the same as an earlier option"
            yield Verdict("duplicate-flag", "info", option.name, option, text, "")
        elif option.name not in SELECTORS:
            text = f"displaces the earlier {earlier.text}: the last setting wins"
            yield Verdict("conflicting-duplicate", "warning", option.name, option, text)


DEFAULT_MACHINE = Machine(cpus=4, memory=Bytes(8192 * MIB))
"""What options are held against where no machine is known: large enough for the server defaults."""
