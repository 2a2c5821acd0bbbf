"""Metaspace, pointers, stacks and pages.

Sources: metaspace.cpp, arguments.cpp, os_posix.cpp (set_minimum_stack_sizes), os_linux.cpp; Linux x86-64, checked on
JDK 11, 17, 21 and 25.
"""

from __future__ import annotations

from advisor.jvm.relations.base import ZGC, Broken, Relation, Together, size
from advisor.model.quantities import GIB, KIB, MIB

LEAST_JAVA_STACK_KB, LEAST_COMPILER_STACK_KB, LEAST_VM_STACK_KB = 136, 144, 64
_LEAST_STACK_8_KB = 228
"""JDK 8: 23 guard pages of 4 kB and 17 of 8 kB (os_linux.cpp, min_stack_allowed)."""
_BOOT_METASPACE = 4 * MIB
_LEAST_METASPACE = {17: 3 * MIB}
_LEAST_METASPACE_LATER = 4 * MIB
_CLASS_SPACE_UNIT = 16 * MIB
_LARGE_PAGE = 2 * MIB
_OOPS_LIMIT = 32 * GIB - 2 * MIB


def _small_stack(flag: str, least_kb: int) -> Broken:
    """0 stands for the system's own size."""

    def broken(line: Together) -> str | None:
        value = line.number(flag)
        if not value or value >= least_kb:
            return None
        return f"{flag} ({value:g} kB) has to be at least {least_kb} kB"

    return broken


def _stack_beyond_memory(flag: str) -> Broken:
    """The kernel does not give a thread more stack than there is memory."""

    def broken(line: Together) -> str | None:
        value, machine = line.number(flag), line.effective.machine
        if value is None or machine.container or value * KIB <= machine.memory:
            return None
        return f"{flag} ({size(value * KIB)}) is more than the memory ({machine.memory.human()})"

    return broken


def _archive_file(line: Together) -> str | None:
    wanted = line.on("AutoCreateSharedArchive") and not line.values.get("SharedArchiveFile")
    return "AutoCreateSharedArchive needs SharedArchiveFile" if wanted else None


def _z_large_pages(line: Together) -> str | None:
    asked = line.number("LargePageSizeInBytes")
    if asked is None or asked == _LARGE_PAGE:
        return None
    return f"ZGC takes large pages of {size(_LARGE_PAGE)} only"


def _empty_stack(line: Together) -> str | None:
    option = line.given.get("ThreadStackSize")
    if option is None or not option.text.startswith("-Xss") or line.number("ThreadStackSize") != 0:
        return None
    return "JDK 11 takes -Xss0 literally and overflows at once"


def _small_metaspace(line: Together) -> str | None:
    """Before JDK 16 the boot loader's share twice; from then on what the JVM's own first classes fill."""
    most = line.number("MaxMetaspaceSize")
    if most is None:
        return None
    least = _LEAST_METASPACE.get(line.jdk, _LEAST_METASPACE_LATER)
    if line.jdk <= 11 and line.effective.value("UseCompressedClassPointers") is not False:
        boot = line.number("InitialBootClassLoaderMetaspaceSize")
        least = 2 * int(_BOOT_METASPACE if boot is None else boot) + 1
    return f"{size(most)} of metaspace is too little to start" if most < least else None


def _oops_over_limit(line: Together) -> str | None:
    if not line.on("UseCompressedOops") or line.effective.compressed_oops:
        return None
    if line.collector in ZGC and line.effective.wanted.maximum < _OOPS_LIMIT:
        return None  # it does without them in any heap, and says so of none
    return f"a heap of {size(line.effective.layout.max_heap)} is too large for compressed oops: they stay off"


def _class_pointers_without_oops(line: Together) -> str | None:
    if not line.on("UseCompressedClassPointers") or line.effective.compressed_oops or line.collector in ZGC:
        return None
    return "compressed class pointers need compressed oops up to JDK 14"


def _class_space_rounded(line: Together) -> str | None:
    asked = line.number("CompressedClassSpaceSize")
    if asked is None or asked % _CLASS_SPACE_UNIT == 0:
        return None
    return f"CompressedClassSpaceSize ({size(asked)}) is raised to a multiple of {size(_CLASS_SPACE_UNIT)}"


def _class_space_unused(line: Together) -> str | None:
    """Without compressed class pointers there is none; JDK 11 has them only with compressed oops."""
    pointers = line.off("UseCompressedClassPointers") or (line.jdk <= 11 and not line.effective.compressed_oops)
    return "without compressed class pointers there is no class space" if pointers else None


def _tracking_twice(line: Together) -> str | None:
    """The launcher of JDK 11 passes on each setting, and the JVM expects the first."""
    modes = {value for name, value in line.settings if name == "NativeMemoryTracking"}
    return "NativeMemoryTracking is set in two ways, which JDK 11 does not sort out" if len(modes) > 1 else None


def _malloc_limit(line: Together) -> str | None:
    if line.values.get("NativeMemoryTracking", "off") != "off":
        return None
    return "MallocLimit needs NativeMemoryTracking"


def _loop_safepoints(line: Together) -> str | None:
    """JDK 11 turns both on by itself only for some collectors, and after this check."""
    iterations = line.number("LoopStripMiningIter") or 0
    if line.on("UseCountedLoopSafepoints") and iterations == 0:
        return "UseCountedLoopSafepoints raises LoopStripMiningIter to 1"
    if not line.on("UseCountedLoopSafepoints") and iterations > 0:
        return "LoopStripMiningIter has no effect without UseCountedLoopSafepoints"
    return None


def _large_page_size(line: Together) -> str | None:
    asked = line.number("LargePageSizeInBytes")
    wanted = line.on("UseLargePages") or line.on("UseTransparentHugePages")
    if not asked or not wanted or asked == _LARGE_PAGE:
        return None
    return f"LargePageSizeInBytes has no effect on Linux x86-64: large pages are {size(_LARGE_PAGE)}"


def _nmt_statistics(line: Together) -> str | None:
    mode = line.values.get("NativeMemoryTracking", "off")
    return "PrintNMTStatistics needs NativeMemoryTracking" if line.on("PrintNMTStatistics") and mode == "off" else None


RELATIONS: tuple[Relation, ...] = (
    Relation(("ThreadStackSize",), _small_stack("ThreadStackSize", _LEAST_STACK_8_KB), check="out-of-range", last=8),
    Relation(
        ("ThreadStackSize",), _small_stack("ThreadStackSize", LEAST_JAVA_STACK_KB), check="out-of-range", first=11
    ),
    Relation(
        ("CompilerThreadStackSize",), _small_stack("CompilerThreadStackSize", LEAST_COMPILER_STACK_KB),
        check="out-of-range", first=11,
    ),
    Relation(
        ("VMThreadStackSize",), _small_stack("VMThreadStackSize", LEAST_VM_STACK_KB), check="out-of-range", first=11
    ),
    *(Relation((flag,), _stack_beyond_memory(flag)) for flag in ("CompilerThreadStackSize", "VMThreadStackSize")),
    Relation(("AutoCreateSharedArchive",), _archive_file, first=21),
    Relation(("LargePageSizeInBytes",), _z_large_pages, first=21, collectors=ZGC),
    Relation(("ThreadStackSize",), _empty_stack, last=11, check="out-of-range"),
    Relation(("MaxMetaspaceSize",), _small_metaspace),
    Relation(("UseCompressedOops", "MaxHeapSize", "ObjectAlignmentInBytes"), _oops_over_limit, "warning",
             unknown="heap"),
    Relation(("UseCompressedClassPointers",), _class_pointers_without_oops, "warning", last=11),
    Relation(("CompressedClassSpaceSize",), _class_space_rounded, "warning", first=25),
    Relation(("UseCountedLoopSafepoints", "LoopStripMiningIter"), _loop_safepoints, "warning", first=11, last=11),
    Relation(
        ("LargePageSizeInBytes", "UseLargePages", "UseTransparentHugePages"), _large_page_size, "warning", last=11
    ),
    Relation(("CompressedClassSpaceSize",), _class_space_unused, "warning", unknown="heap"),
    Relation(("NativeMemoryTracking",), _tracking_twice, "warning", last=11),
    Relation(("MallocLimit",), _malloc_limit, "warning", first=21),
    Relation(("PrintNMTStatistics",), _nmt_statistics, "warning"),
)  # fmt: skip
