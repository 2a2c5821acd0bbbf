"""Checks for collections that somebody or something asked for."""

from __future__ import annotations

from advisor.analyze.diagnose.case import Case, finding, many, when
from advisor.analyze.diagnose.check import Check
from advisor.analyze.sightings import Sighting
from advisor.model.analysis import Diagnosis

RMI_S, RMI_TOLERANCE, RMI_SPREAD = (3600.0, 60.0), 0.02, 0.05
"""sun.rmi.dgc.client/server.gcInterval: an hour since JDK 6, a minute before."""
RMI_INTERVALS = 2
EXPLICIT_WARNS = 0.01
LOCKER_SHARE, LOCKER_COUNT = 0.05, 3


def explicit(case: Case) -> Diagnosis | None:
    """Collections by System.gc()."""
    seen = case.seen.causes.of("System.gc()", "System")
    if not seen.count:
        return None
    full = case.seen.full_causes.of("System.gc()", "System")
    share = case.share(seen.total)
    grave = share >= EXPLICIT_WARNS or (full.count > 0 and full.worst >= 1000)
    return finding(
        "warning" if grave else "info",
        f"The program or a tool asked for {many(seen.count, 'collection')} by System.gc(), "
        f"{full.count or 'none'} of them full.",
        when(seen, _rhythm(case), "ms"),
        "Find the caller; -XX:+ExplicitGCInvokesConcurrent makes them concurrent, -XX:+DisableExplicitGC ignores them "
        "(not with direct buffers, whose memory they free)."
        if case.collector in ("g1", "cms", "shenandoah")
        else "Find the caller; -XX:+DisableExplicitGC ignores them (not with direct buffers, whose memory they free).",
        flags=("-XX:+ExplicitGCInvokesConcurrent",) if case.collector in ("g1", "cms") else ("-XX:+DisableExplicitGC",),
        seen=seen,
        weight=share,
    )


def _rhythm(case: Case) -> str:
    spacing = case.seen.explicit
    if spacing.count < 3 or spacing.spread > 0.1:
        return ""
    return f"about every {spacing.mean_s:.3g} s"


def rmi(case: Case) -> Diagnosis | None:
    """The rhythm of RMI's distributed collector."""
    spacing = case.seen.explicit
    if spacing.count < RMI_INTERVALS or spacing.spread > RMI_SPREAD:
        return None
    period = next((p for p in RMI_S if abs(spacing.mean_s - p) <= RMI_TOLERANCE * p), None)
    if period is None:
        return None
    seen = case.seen.causes.of("System.gc()", "System")
    every = "every hour" if period == RMI_S[0] else "every minute"
    return finding(
        "warning",
        f"System.gc() is called {every}: that is the rhythm of RMI's distributed garbage collector.",
        when(seen, f"{many(spacing.count + 1, 'call')}, {spacing.mean_s:.1f} s apart", "ms"),
        "Make the interval longer (a day is 86400000 ms); RMI is often there only for JMX.",
        flags=("-Dsun.rmi.dgc.server.gcInterval=86400000", "-Dsun.rmi.dgc.client.gcInterval=86400000"),
        confidence="high" if spacing.count >= 4 else "medium",
        seen=seen,
        weight=case.share(seen.total),
    )


def heap_dump(case: Case) -> Diagnosis | None:
    """A heap dump was taken."""
    return _tool(
        case,
        case.seen.causes.of("Heap Dump Initiated GC"),
        "Heap dumps were taken: the program stands still for the collection and for the writing of the file.",
        "Expected when somebody asked for one; otherwise see HeapDumpBeforeFullGC and HeapDumpAfterFullGC.",
    )


def inspection(case: Case) -> Diagnosis | None:
    """A class histogram was taken."""
    return _tool(
        case,
        case.seen.causes.of("Heap Inspection Initiated GC"),
        "Class histograms of live objects were taken, each with a full collection before it.",
        "Ask for them without :live (jmap -histo PID, jcmd PID GC.class_histogram -all), and not on a schedule.",
    )


def commanded(case: Case) -> Diagnosis | None:
    """A tool asked for a collection."""
    return _tool(
        case,
        case.seen.causes.of("Diagnostic Command", "JvmtiEnv ForceGarbageCollection"),
        "A tool asked for collections: jcmd PID GC.run, or an agent by JVMTI.",
        "Find who does it: a monitoring agent, a script.",
    )


def _tool(case: Case, seen: Sighting, message: str, advice: str) -> Diagnosis | None:
    if not seen.count:
        return None
    severe = seen.worst >= 1000
    return finding(
        "warning" if severe else "info",
        message,
        when(seen, many(seen.count, "collection"), "ms"),
        advice,
        seen=seen,
        weight=case.share(seen.total),
    )


def locker(case: Case) -> Diagnosis | None:
    """Native code held collections up."""
    seen = case.seen.causes.of("GCLocker Initiated GC")
    count = case.metrics.pauses.summary().count or 0
    if seen.count < max(LOCKER_COUNT, LOCKER_SHARE * count):
        return None
    return finding(
        "warning",
        f"{seen.count / count:.0%} of the collections had to wait until native code left a critical section (JNI "
        "GetPrimitiveArrayCritical): they come late, with threads waiting.",
        when(seen, many(seen.count, "collection"), "ms"),
        "Keep critical sections of native code short; G1 of JDK 22 and later pins regions and does not wait (JEP 423).",
        seen=seen,
        weight=case.share(seen.total),
    )


CHECKS = (
    Check(
        "explicit-collections",
        "Somebody calls System.gc().",
        f"Any; a warning where they take {EXPLICIT_WARNS:.0%} of the time or a full one takes 1 s or more.",
        "HotSpot gcCause.cpp.",
        explicit,
    ),
    Check(
        "rmi-collections",
        "RMI's distributed collector calls System.gc().",
        f"Even intervals of an hour or a minute, within {RMI_TOLERANCE:.0%}, {RMI_INTERVALS} or more of them.",
        "sun.rmi.dgc.client.gcInterval and .server.gcInterval: 3600000 ms by default.",
        rmi,
    ),
    Check("heap-dump", "Heap dumps were taken.", "Any; a warning from 1 s.", "HotSpot gcCause.cpp.", heap_dump),
    Check(
        "heap-inspection",
        "Class histograms were taken.",
        "Any; a warning from 1 s.",
        "HotSpot gcCause.cpp.",
        inspection,
    ),
    Check(
        "tool-collections",
        "A tool asked for collections.",
        "Any; a warning from 1 s.",
        "HotSpot gcCause.cpp.",
        commanded,
    ),
    Check(
        "gc-locker",
        "Native code holds collections up.",
        f"{LOCKER_COUNT} or more, and {LOCKER_SHARE:.0%} of the pauses.",
        "HotSpot gcLocker.cpp; JEP 423.",
        locker,
    ),
)
