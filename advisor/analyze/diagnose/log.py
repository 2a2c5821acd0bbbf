"""Checks for the log itself: what is missing in it, and what that hides."""

from __future__ import annotations

from advisor.analyze.diagnose.case import CONCURRENT, WALL_CLOCK_S, Case, clock, finding, many
from advisor.analyze.diagnose.check import Check
from advisor.jvm.commandline import parse_text
from advisor.jvm.constraints import judge
from advisor.model.analysis import Diagnosis
from advisor.model.errors import InputError
from advisor.model.machine import JDKS

SHORT_S, SHORT_COLLECTIONS = 60.0, 10
STARTS_LATE_S = 60.0
LIFE_CYCLE = frozenset(("deprecated-flag", "obsolete-flag", "removed-flag", "removed-option", "unknown-flag"))
"""The checks of options that need nothing but the release: the log prints what ergonomics decided among the options."""
UNIFIED_HINT = "-Xlog:gc*,gc+age=trace,safepoint:file=gc.log:time,uptime,level,tags"
JDK8_HINT = "-XX:+PrintGCDetails -XX:+PrintTenuringDistribution -XX:+PrintGCApplicationStoppedTime"


def no_time(case: Case) -> Diagnosis | None:
    """No time stamps."""
    if case.metrics.last_s is not None:
        return None
    return finding(
        "warning",
        "The log has no time stamps: rates are unknown or taken from its safepoint lines.",
        "no decoration of any line is a time",
        "Log with the decorations time,uptime." if case.form == "unified" else "Log with -XX:+PrintGCTimeStamps.",
        flags=(UNIFIED_HINT,) if case.form == "unified" else ("-XX:+PrintGCDateStamps",),
        weight=0.5,
    )


def several(case: Case) -> Diagnosis | None:
    """More than one JVM wrote the log."""
    starts = case.metrics.jvm.starts
    if starts < 2:
        return None
    return finding(
        "warning",
        f"The log holds {starts} runs of a JVM; figures cover them all.",
        f"{starts} starts",
        "Give each run its own file: %p and %t in the file name of -Xlog.",
        weight=0.5,
    )


def no_old(case: Case) -> Diagnosis | None:
    """Old was never collected."""
    if case.metrics.heap.live.count or case.metrics.cycles or case.metrics.full_count or case.collector in CONCURRENT:
        return None
    return finding(
        "info",
        "Old was never collected, so the live set is unknown.",
        "no full, mixed or concurrent collection in the log",
        "A longer log shows it, or one full collection: jcmd PID GC.run.",
        weight=0.3,
    )


def cut(case: Case) -> Diagnosis | None:
    """The log ends in the middle."""
    if not case.metrics.cut:
        return None
    return finding(
        "info",
        "The log ends in the middle; what is there was analysed.",
        "the last line or the last pause is not complete",
        "Expected of a JVM that still runs; otherwise it was killed, or the file was copied while it was written.",
        weight=0.1,
    )


def short(case: Case) -> Diagnosis | None:
    """Too little to judge by."""
    count = (case.metrics.pauses.summary().count or 0) + case.metrics.cycles
    elapsed = case.elapsed_s
    if (elapsed is None or elapsed >= SHORT_S) and count >= SHORT_COLLECTIONS:
        return None
    covered = f"{elapsed:.1f} s" if elapsed is not None else "an unknown time"
    return finding(
        "info",
        f"The log is short ({covered}, {many(count, 'pause or cycle', 'pauses and cycles')}): its figures are those of "
        "this stretch, and trends cannot be told from a start-up.",
        f"from {clock(case.metrics.first_s)} to {clock(case.metrics.last_s)}",
        "Analyse an hour of usual load.",
        weight=0.1,
    )


def late(case: Case) -> Diagnosis | None:
    """The beginning is missing."""
    first = case.metrics.first_s
    if case.metrics.jvm.starts or case.flags or first is None or first < STARTS_LATE_S or not _uptime(case):
        return None
    return finding(
        "info",
        f"The log begins {clock(first)} after the JVM's start: the lines that tell its sizes, processors and release "
        "are missing.",
        f"first time stamp {clock(first)}",
        "Give the older files of the rotation too.",
        weight=0.1,
    )


def _uptime(case: Case) -> bool:
    """Whether time stamps count from the JVM's start."""
    return (case.metrics.first_s or 0.0) < WALL_CLOCK_S


def incomplete(case: Case) -> Diagnosis | None:
    """Lines that would tell more are not logged."""
    missing = list(_missing(case))
    if not missing:
        return None
    hint = UNIFIED_HINT if case.form == "unified" else JDK8_HINT
    return finding(
        "info",
        f"The log leaves out {', '.join(missing)}.",
        "no such line",
        f"Log with {hint}.",
        flags=(hint,),
        weight=0.05 * len(missing),
    )


def _missing(case: Case) -> list[str]:
    heap, missing, unified = case.metrics.heap, [], case.form == "unified"
    count = case.metrics.pauses.summary().count
    if not count and case.metrics.cycles:
        missing.append("pauses")
    if count and case.collector not in CONCURRENT and heap.first_spaces is None:
        missing.append("the generations (gc*)" if unified else "the generations (PrintGCDetails)")
    if count and case.collector in ("serial", "cms", "g1") and not any(sample.ages for sample in heap.survivals.items):
        missing.append(f"the ages of survivors ({'gc+age=trace' if unified else 'PrintTenuringDistribution'})")
    if not case.seen.reaching.count:
        missing.append(f"safepoints ({'safepoint' if unified else 'PrintGCApplicationStoppedTime'})")
    return missing


def flags(case: Case) -> Diagnosis | None:
    """Options in the log that its own JVM drops or that a later one refuses."""
    jdk = next((known for known in JDKS if known == case.logged_jdk), None)
    if not case.flags or jdk is None:
        return None
    try:
        verdicts = [verdict for verdict in judge(parse_text(" ".join(case.flags)), jdk) if verdict.check in LIFE_CYCLE]
    except InputError:
        return None
    if not verdicts:
        return None
    return finding(
        "warning",
        f"JDK {jdk} refuses, ignores or deprecates {many(len(verdicts), 'option')} of the command line in the log.",
        "; ".join(sorted({verdict.message for verdict in verdicts})[:3]),
        "Remove or replace them; `jvm-advisor lint` shows all.",
        flags=tuple(verdict.option.text for verdict in verdicts),
        weight=0.1,
    )


CHECKS = (
    Check("no-time-stamps", "Rates cannot be told.", "No line has a time.", "-", no_time),
    Check("several-runs", "More than one JVM wrote the log.", "Two or more start-up lines.", "-", several),
    Check("no-old-collection", "The live set is unknown.", "No full, mixed or concurrent collection.", "-", no_old),
    Check("log-cut", "The log ends in the middle.", "The last line or pause is not complete.", "-", cut),
    Check(
        "short-log",
        "There is too little to judge by.",
        f"Less than {SHORT_S:.0f} s, or fewer than {SHORT_COLLECTIONS} pauses and cycles.",
        "JTune asks for 300 s and 10 young collections, Argus for 60 s.",
        short,
    ),
    Check(
        "late-start",
        "The beginning of the log is missing.",
        f"The first uptime is {STARTS_LATE_S:.0f} s or more, and no line names the collector at its start.",
        "garbagecat draws the line at 60 s too.",
        late,
    ),
    Check(
        "incomplete-log",
        "Lines that would tell more are not logged.",
        "No pauses, generations, ages of survivors, or safepoints, as far as the collector has them.",
        "-Xlog tags of HotSpot.",
        incomplete,
    ),
    Check(
        "questionable-flags",
        "The command line in the log has options that its JVM does not want.",
        "The JVM of that release refuses, ignores or warns about one.",
        "HotSpot arguments.cpp, as `jvm-advisor lint` knows it.",
        flags,
    ),
)
