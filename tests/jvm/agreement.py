"""What we say of a command line beside what the real JVM says of it: the verdict, and the flags it would run with."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from advisor.jvm.commandline import parse_words
from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import effective
from advisor.model.machine import JDKS, Machine
from advisor.model.quantities import Bytes
from tests import jvms
from tests.jvm.commandlines import Line

Verdict = Literal["refused", "warned", "silent", "crashed"]
Final = tuple[str, str]
"""A value as PrintFlagsFinal writes it, and its origin."""
HOST = Machine(
    cpus=os.cpu_count() or 1, memory=Bytes(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")), container=False
)
PRINT = "-XX:+PrintFlagsFinal"
FLAG = re.compile(r"\s*\w+\s+(\w+)\s+:?=\s?(.*?)\s+\{[^{}]*\}(?:\s+\{([^{}]*)\})?\s*$")
SILENT_LOSSES = frozenset({"other-collectors-flag", "conflicting-duplicate"})
"""Warnings of ours about what the JVM drops without a word."""
TIMEOUT_S = 60
WATCHED = re.compile(
    r"(Max|Min|Initial|SoftMax)HeapSize|(Max)?NewSize|OldSize|NewRatio|(Initial|Min)?SurvivorRatio|(Max|Min|Initial)RAM\w+"
    r"|(Max|Initial)TenuringThreshold|TargetSurvivorRatio|(Min|Max)HeapFreeRatio|MinHeapDeltaBytes|\w*GCThreads\w*"
    r"|G1ConcRefinementThreads|CICompilerCount|ThreadStackSize|G1HeapRegionSize|G1\w*NewSizePercent|G1ReservePercent"
    r"|InitiatingHeapOccupancyPercent|MaxGCPauseMillis|GCPauseIntervalMillis|GCTimeRatio|\w*CodeCacheSize|\w+CodeHeapSize"
    r"|SegmentedCodeCache|Use\w+GC|ZGenerational|ShenandoahGC(Mode|Heuristics)|UseCompressed\w+|UseAdaptiveSizePolicy"
    r"|Shenandoah\w*RegionSize|(Max)?MetaspaceSize|CompressedClassSpaceSize|CMSInitiatingOccupancyFraction|(Min)?TLABSize"
    r"|AlwaysTenure|NeverTenure|TieredCompilation|TieredStopAtLevel|ParallelRefProcEnabled|ObjectAlignmentInBytes"
)
"""Flags of the heap, generations, threads, regions, code cache and collector."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a command line. Without `flags` where no JVM comes to be."""

    verdict: Verdict
    flags: Mapping[str, Final]
    said: str = ""


def ours(line: Line, machine: Machine = HOST) -> Answer:
    """By our own judgement and ergonomics."""
    (jdk,) = (release for release in JDKS if release == line.jdk)
    options = parse_words([*line.words, PRINT])
    verdicts = [verdict for verdict in judge(options, jdk, machine) if verdict.check not in SILENT_LOSSES]
    said = "; ".join(f"{verdict.option.text}: {verdict.message}" for verdict in verdicts)
    if any(verdict.severity == "error" for verdict in verdicts):
        return Answer("refused", {}, said)
    finals = effective(jdk, machine, options).printed()
    return Answer("warned" if any(verdict.severity == "warning" for verdict in verdicts) else "silent", finals, said)


def theirs(line: Line) -> Answer:
    """By starting the real JVM; a JVM that dies of a signal or hangs has `crashed`."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_OPTIONS")}
    command = ["prlimit", "--core=0", str(jvms.java(line.jdk)), *line.words, PRINT, "-version"]
    try:
        done = subprocess.run(
            command, capture_output=True, env=environment, cwd=tempfile.gettempdir(), timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Answer("crashed", {}, "no end")
    return read(done.returncode, done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace"))


def read(status: int, text: str) -> Answer:
    """An answer from the exit status and from what was printed."""
    flags, rest = {}, []
    for printed in text.splitlines():
        found = FLAG.match(printed)
        if found:
            flags[found[1]] = (found[2], origin(found[3] or "default"))
        elif "GMT" not in printed and "OpenJDK Runtime" not in printed:
            rest.append(printed)
    spoken = " | ".join(rest)
    said = spoken[:400]
    if status:
        return Answer("refused" if status == 1 else "crashed", {}, said)
    return Answer("warned" if "warning" in spoken.lower() else "silent", flags, said)


def origin(printed: str) -> str:
    """The four origins that are told apart: what ergonomics changed is ergonomic, however it was set before."""
    return "ergonomic" if "ergonomic" in printed else printed


@lru_cache(maxsize=4096)
def is_watched(name: str) -> bool:
    """Whether a flag is one of those that have to be right."""
    return bool(WATCHED.fullmatch(name))


def differences(mine: Answer, real: Answer, *, watched_only: bool) -> list[tuple[str, Final | None, Final]]:
    """(flag, ours, the JVM's) of all that differ. A watched flag left out differs; another one is just not claimed."""
    found = []
    for name, final in real.flags.items():
        claimed = mine.flags.get(name)
        missing = claimed is None and is_watched(name)
        if (missing or (claimed is not None and claimed != final)) and (is_watched(name) or not watched_only):
            found.append((name, claimed, final))
    return found


def same_acceptance(mine: Answer, real: Answer) -> bool:
    """Whether both take the line, or both refuse it."""
    return (mine.verdict == "refused") == (real.verdict == "refused")


def wrongly_claimed(mine: Answer, real: Answer) -> Sequence[str]:
    """Flags of ours that the real JVM does not print."""
    return sorted(mine.flags.keys() - real.flags.keys())
