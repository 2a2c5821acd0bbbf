"""Flags that a log prints -> the flags that the program was started with, without those that the JVM set itself.

Before JDK 9 the header names every flag that is not at its default, whoever set it.
"""

from __future__ import annotations

import re

from advisor.jvm.commandline import parse_words
from advisor.jvm.constraints import judge

_SPLIT = re.compile(r" (?=-X)")
_NAME = re.compile(r"-XX:[+-]?(\w+)")
_REPORTING = re.compile(
    r"Print|Trace|Log|HeapDump|On[A-Z]|Error|Management|Flight|GCLog|NumberOfGCLog|UseGCLog|Perf|JavaMonitors|Verify"
    r"|UnlockCommercial|StartFlight|CompileCommand|Flags|StackTraceInThrowable|OmitStackTrace|UseThreadPriorities"
)
"""Flags, by the start of their names, that report and change nothing of how memory is managed."""
_ERGONOMIC = frozenset(
    (
        "InitialHeapSize",
        "MaxHeapSize",
        "OldSize",
        "OldPLABSize",
        "MinHeapDeltaBytes",
        "CICompilerCount",
        "UseCompressedOops",
        "UseCompressedClassPointers",
        "UseFastUnorderedTimeStamps",
        "UseLargePagesIndividualAllocation",
        "UseTLAB",
        "ResizeTLAB",
    )
)
"""Flags that HotSpot 8 arguments.cpp sets by itself; the two sizes of the heap are told apart from these."""
CMS_THRESHOLD = "6"
"""MaxTenuringThreshold of CMS in HotSpot 8, where nobody sets it."""
_YOUNG = ("NewSize", "MaxNewSize")


def logged_flags(text: str, jdk: int, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The options of `text` that say more than `chosen` (collector and heap sizes) and that the release accepts."""
    words = {found[1]: word.strip() for word in _SPLIT.split(text.strip()) if (found := _NAME.match(word))}
    # CMS sizes young by itself, and then old too, which people do not.
    cms = words.get("UseConcMarkSweepGC", "")[4:5] == "+"
    by_itself = _YOUNG if cms and "OldSize" in words else ()
    kept = [
        word
        for name, word in words.items()
        if name not in _ERGONOMIC
        and name not in by_itself
        and not _REPORTING.match(name)
        and not (cms and name == "MaxTenuringThreshold" and word.endswith(f"={CMS_THRESHOLD}"))
        and not (name.startswith("Use") and name.endswith("GC"))
    ]
    return _accepted(kept, jdk, chosen)


def _accepted(words: list[str], jdk: int, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Without what that JVM would refuse, ignore or warn about, beside the chosen ones."""
    verdicts = judge(parse_words([*chosen, *words]), jdk)
    blamed = {verdict.option.text for verdict in verdicts if verdict.severity != "info"}
    return tuple(word for word in words if word not in blamed)
