"""Code cache, compiler threads, and what an interpreting JVM does without.

Sources: compilerDefinitions.cpp, codeCache.cpp, jvmFlagConstraintsCompiler.cpp; checked on JDK 11, 17, 21 and 25.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.jvm.relations.base import INTERPRETED, Broken, Relation, Together, size
from advisor.model.quantities import GIB, KIB, MIB

START_SIZE = 48 * MIB
"""What ReservedCodeCacheSize is held to be before tiered compilation raises it."""
INITIAL_SIZE, LEAST_SIZE, MOST_SIZE = 2_496 * KIB, 400 * KIB, 2 * GIB
_TIERED_POLICY, _ALIAS_LEVEL = 2, 3
_LARGEST_THRESHOLD, _INT_MAX = 40_000, (1 << 31) - 1
SEGMENTED_FROM = 240 * MIB
LEAST_SEGMENT = 4 * KIB
SEGMENTS = ("NonNMethodCodeHeapSize", "ProfiledCodeHeapSize", "NonProfiledCodeHeapSize")


def _cache_bounds(line: Together) -> str | None:
    reserved = line.number("ReservedCodeCacheSize")
    reserved = START_SIZE if reserved is None else reserved
    initial = line.number("InitialCodeCacheSize")
    initial = INITIAL_SIZE if initial is None else initial
    if reserved < initial:
        return f"the code cache ({size(reserved)}) is smaller than InitialCodeCacheSize ({size(initial)})"
    if not LEAST_SIZE <= reserved <= MOST_SIZE:
        return f"a code cache of {size(reserved)} is outside {size(LEAST_SIZE)} .. {size(MOST_SIZE)}"
    return None


def _own_code(line: Together) -> str | None:
    given = line.number("NonNMethodCodeHeapSize")
    if given is None or given >= LEAST_SIZE:
        return None
    return f"NonNMethodCodeHeapSize ({size(given)}) has to be at least {size(LEAST_SIZE)}"


def is_tiered(line: Together) -> bool:
    """Whether both compilers work."""
    level = line.number("TieredStopAtLevel")
    simple = line.jdk >= 17 and level is not None and level < 4
    return not (line.interpreted or line.off("TieredCompilation") or simple)


def is_segmented(line: Together) -> bool:
    """Whether the code cache has a part for each kind of code."""
    asked = line.values.get("SegmentedCodeCache")
    if isinstance(asked, bool):
        return asked
    reserved = line.number("ReservedCodeCacheSize")
    return is_tiered(line) and (reserved is None or reserved >= SEGMENTED_FROM)


def _full_part(line: Together) -> str | None:
    """A page is filled before the first class runs; JDK 25 then gives up, earlier ones go on interpreting."""
    return "a part of the code cache is left with a page only" if "code heap full" in line.effective.notes else None


def _segments(line: Together) -> str | None:
    if not is_segmented(line):
        return None
    given = {name: value for name in SEGMENTS if (value := line.number(name)) is not None}
    if "code heap too small" in line.effective.notes:
        return "the code cache leaves too little for the JVM's own code"
    if "code heaps over code cache" in line.effective.notes:
        return "the parts of the code cache, with the JVM's own code, are larger than the whole"
    return _small_segment(given) or _sum_of_segments(line, given)


def _small_segment(given: Mapping[str, float]) -> str | None:
    for name in SEGMENTS[1:]:
        if given.get(name, LEAST_SEGMENT) < LEAST_SEGMENT:
            return f"{name} ({size(given[name])}) is less than a page"
    return None


def _sum_of_segments(line: Together, given: Mapping[str, float]) -> str | None:
    reserved = line.number("ReservedCodeCacheSize")
    if reserved is None and line.jdk >= 25:
        return None  # the whole is then the sum of its parts
    if reserved is None:
        reserved = SEGMENTED_FROM if is_tiered(line) else START_SIZE
    total = sum(given.get(name, LEAST_SEGMENT) for name in SEGMENTS)
    if total > reserved:
        return f"the parts of the code cache ({size(total)}) are larger than the whole ({size(reserved)})"
    if len(given) == len(SEGMENTS) and total != reserved:
        return f"the parts of the code cache ({size(total)}) are not the whole ({size(reserved)})"
    return None


def _compiler_threads(line: Together) -> str | None:
    count, level = line.number("CICompilerCount"), line.number("TieredStopAtLevel")
    if line.jdk <= 11:
        both = not line.off("TieredCompilation") and (level is None or level >= 4)
        least = 2 if both and not line.interpreted else 1
    else:
        least = 2 if is_tiered(line) else 0 if line.interpreted else 1
    if count is None or count >= least:
        return None
    return f"CICompilerCount ({count:g}) has to be at least {least}"


def _without_compiler(flag: str) -> Broken:
    def broken(line: Together) -> str | None:
        return f"{flag} has no effect in an interpreting JVM" if line.interpreted and line.on(flag) else None

    return broken


def _policy_choice(line: Together) -> str | None:
    """Tiered compilation has a policy of its own, with the number 2 or 3."""
    choice = line.number("CompilationPolicyChoice")
    if choice is None or choice >= _TIERED_POLICY or not is_tiered(line):
        return None
    return f"CompilationPolicyChoice ({choice:g}) does without tiered compilation, which is on"


def _scaled_thresholds(line: Together) -> str | None:
    """JDK 17 holds the scaled thresholds, of which this is the largest, to their own ranges."""
    scale = line.number("CompileThresholdScaling")
    if scale is None or scale * _LARGEST_THRESHOLD <= _INT_MAX:
        return None
    return f"CompileThresholdScaling ({scale:g}) makes the thresholds larger than {_INT_MAX}"


def _alias_level(line: Together) -> str | None:
    level = line.number("AliasLevel")
    if level is None or level == _ALIAS_LEVEL or line.interpreted:
        return None
    return f"AliasLevel has to be {_ALIAS_LEVEL} where code is compiled"


def _loop_counters(line: Together) -> str | None:
    """On-stack replacement counts loops; an interpreting JVM has none."""
    if not line.off("UseLoopCounter") or line.off("UseOnStackReplacement") or line.interpreted:
        return None
    return "on-stack replacement needs UseLoopCounter, which stays on"


def _loop_predicates(line: Together) -> str | None:
    if not line.off("UseLoopPredicate") or line.off("UseProfiledLoopPredicate"):
        return None
    return "UseProfiledLoopPredicate is switched off too"


def _per_processor(line: Together) -> str | None:
    if "CICompilerCount" in line.values and line.on("CICompilerCountPerCPU"):
        return "CICompilerCountPerCPU overrides CICompilerCount"
    return None


_INTERPRETERS = (INTERPRETED, "TieredStopAtLevel", "CompileThresholdScaling")
RELATIONS: tuple[Relation, ...] = (
    Relation(("ReservedCodeCacheSize", "InitialCodeCacheSize"), _cache_bounds),
    Relation(("NonNMethodCodeHeapSize",), _own_code, first=11),
    Relation((*SEGMENTS, "SegmentedCodeCache", "ReservedCodeCacheSize"), _segments, first=11),
    Relation((*SEGMENTS, "SegmentedCodeCache", "ReservedCodeCacheSize"), _full_part, "warning", first=11, last=21),
    Relation((*SEGMENTS, "SegmentedCodeCache", "ReservedCodeCacheSize"), _full_part, first=25),
    Relation(("CompilationPolicyChoice",), _policy_choice, last=11),
    Relation(("CompileThresholdScaling",), _scaled_thresholds, first=17, last=17),
    Relation(("AliasLevel",), _alias_level, last=11),
    Relation(("UseLoopCounter",), _loop_counters, "warning"),
    Relation(("UseLoopPredicate",), _loop_predicates, "warning", first=25),
    Relation(("CICompilerCount",), _compiler_threads, first=11),
    Relation(("CICompilerCountPerCPU", "CICompilerCount"), _per_processor, "warning", first=11),
    *(
        Relation((*_INTERPRETERS, flag), _without_compiler(flag), "warning", first=first)
        for flag, first in (
            ("TieredCompilation", 11), ("UseCompiler", 11), ("ProfileInterpreter", 11), ("SegmentedCodeCache", 21),
        )
    ),
)  # fmt: skip
