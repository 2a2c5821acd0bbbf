"""Checks for stops that are no collections, and for what collections do beside collecting."""

from __future__ import annotations

from advisor.analyze.diagnose.case import CONCURRENT, Case, clock, finding, logging, many, millis, when
from advisor.analyze.diagnose.check import Check
from advisor.model.analysis import Diagnosis

SLOW_MS, VERY_SLOW_MS = 50.0, 1000.0
GIVE_UP_MS = 10_000.0
"""Clients and cluster managers give up at about this time."""
OTHER_STOPS = 0.02
LEAST_COUNT = 3
REFERENCE_SHARE, REFERENCE_MS = 0.2, 10.0
UNLOADING_SHARE, UNLOADING_MS = 0.3, 50.0
DEDUPLICATION_SHARE, DEDUPLICATION_WORTH = 0.05, 0.01
COLLECTING = (
    "G1",
    "Parallel",
    "GenCollect",
    "GenFull",
    "CMS",
    "Z",
    "XMark",
    "XRelocate",
    "Shenandoah",
    "CollectFor",
    "Serial",
)
"""How the operations of collections begin (HotSpot vmOperation.hpp)."""
_TWICE = 2.0


def slow(case: Case) -> Diagnosis | None:
    """Threads took long to stop."""
    seen = case.seen.reaching
    if seen.worst < SLOW_MS:
        return None
    return finding(
        "error" if seen.worst >= VERY_SLOW_MS else "warning",
        f"Threads took up to {millis(seen.worst)} to stop; that time is in no pause, and no collector shortens it.",
        f"worst at {clock(seen.worst_s)}; {seen.total / 1000:.3g} s in all over {many(seen.count, 'safepoint')}",
        "Look for long counted loops, copies of large arrays, memory-mapped files on slow disks, and threads without a "
        "processor: -XX:+SafepointTimeout -XX:SafepointTimeoutDelay=50 names the threads.",
        flags=("-XX:+SafepointTimeout", "-XX:SafepointTimeoutDelay=50"),
        seen=seen,
        weight=max(case.share(seen.total), seen.worst / (seen.worst + GIVE_UP_MS)),
    )


def other_stops(case: Case) -> Diagnosis | None:
    """Stops for other work than collecting cost more than collections."""
    others = [(name, seen) for name, seen in case.seen.operations.items() if not name.startswith(COLLECTING)]
    total = sum(seen.total for _, seen in others)
    if case.share(total) < OTHER_STOPS or total < case.metrics.pauses.total_ms:
        return None
    name, worst = max(others, key=lambda pair: (pair[1].total, pair[0]))
    return finding(
        "warning",
        f"Stops that are no collections take {case.share(total):.1%} of the time, more than collections do; most of it "
        f"for {name}.",
        when(worst, f"{many(worst.count, name + ' stop')}, {millis(worst.total)}", "ms"),
        _OPERATIONS.get(name, "See which tool or part of the JVM asks for it."),
        seen=worst,
        weight=case.share(total),
    )


_OPERATIONS = {
    "RevokeBias": "Biased locking: switch it off with -XX:-UseBiasedLocking.",
    "BulkRevokeBias": "Biased locking: switch it off with -XX:-UseBiasedLocking.",
    "EnableBiasedLocking": "Biased locking: switch it off with -XX:-UseBiasedLocking.",
    "PrintThreads": "Something takes thread dumps: a monitoring agent or a script.",
    "ThreadDump": "Something takes thread dumps: a monitoring agent or a script.",
    "FindDeadlocks": "Something looks for deadlocks: a monitoring agent or a script.",
    "HeapDumper": "Heap dumps were taken.",
    "RedefineClasses": "An agent changes classes at run time.",
    "Deoptimize": "Compiled code was given up: usual while a program warms up.",
}


def references(case: Case) -> Diagnosis | None:
    """Reference objects take much of the pauses."""
    seen = case.seen.references
    total = case.metrics.pauses.total_ms
    if seen.count < LEAST_COUNT or seen.total < REFERENCE_SHARE * total or seen.worst < REFERENCE_MS:
        return None
    flags = () if case.collector == "serial" else ("-XX:+ParallelRefProcEnabled",)
    return finding(
        "warning",
        f"{seen.total / total:.0%} of the time in pauses goes to Reference objects (soft, weak, final, phantom).",
        when(seen, f"{millis(seen.total)} of {millis(total)}", "ms"),
        "Have them processed in parallel (the default of G1 since 17), and see who makes so many: finalizers, "
        "WeakHashMap, caches of soft references.",
        flags=flags,
        seen=seen,
        weight=case.share(seen.total),
    )


def unloading(case: Case) -> Diagnosis | None:
    """Unloading of classes takes much of the remark pauses."""
    seen = case.seen.unloading
    remark = case.seen.kinds.of("remark")
    if seen.worst < UNLOADING_MS or seen.total < UNLOADING_SHARE * remark.total:
        return None
    return finding(
        "warning",
        f"The unloading of classes takes up to {millis(seen.worst)} of a pause.",
        when(seen, f"{millis(seen.total)} of {millis(remark.total)} in remark pauses", "ms"),
        "Fewer classes that come and go: see what generates them (proxies, scripts, reflection, templates).",
        seen=seen,
        weight=case.share(seen.total),
    )


def deduplication(case: Case) -> Diagnosis | None:
    """String deduplication that costs more than it saves."""
    seen = case.seen.deduplication
    inspected, freed = case.seen.inspected_bytes, case.seen.deduplicated_bytes
    share = case.share(seen.total)
    wasted = inspected > 0 and freed < DEDUPLICATION_WORTH * inspected
    if share < DEDUPLICATION_SHARE and not (wasted and share >= DEDUPLICATION_WORTH):
        return None
    return finding(
        "info",
        f"String deduplication works for {share:.1%} of the time and frees "
        f"{freed / max(1, inspected):.1%} of the strings it looks at.",
        when(seen, many(seen.count, "run"), "ms"),
        "Switch it off unless memory is what is short.",
        flags=("-XX:-UseStringDeduplication",),
        seen=seen,
        weight=share / 4,
    )


def remark(case: Case) -> Diagnosis | None:
    """Remark pauses are longer than the young ones."""
    seen, young = case.seen.kinds.of("remark"), case.seen.kinds.of("young")
    if case.collector in CONCURRENT or seen.worst < SLOW_MS or seen.count < LEAST_COUNT or not young.count:
        return None
    mean, usual = seen.total / seen.count, young.total / young.count
    if mean < _TWICE * usual:
        return None
    return finding(
        "warning",
        f"Remark pauses take {millis(mean)} on average, {mean / usual:.1f} times a young pause.",
        when(seen, many(seen.count, "remark pause"), "ms"),
        "References, class unloading, or for CMS a full young generation take it: "
        + logging(case, "-Xlog:gc+phases=debug tells which.", "-XX:+PrintReferenceGC shows the first."),
        flags=("-XX:+CMSScavengeBeforeRemark",) if case.collector == "cms" else ("-XX:+ParallelRefProcEnabled",),
        seen=seen,
        weight=case.share(seen.total),
    )


CHECKS = (
    Check(
        "slow-safepoint",
        "Threads take long to stop.",
        f"{SLOW_MS:.0f} ms or more to a safepoint (error: {VERY_SLOW_MS:.0f} ms).",
        "Usual is below 1 ms; 50 ms is the length of a usual pause.",
        slow,
    ),
    Check(
        "other-safepoints",
        "Stops that are no collections dominate.",
        f"They take {OTHER_STOPS:.0%} of the time or more, and more than the pauses of collections.",
        "garbagecat's safepoint ratio.",
        other_stops,
    ),
    Check(
        "reference-processing",
        "Reference objects dominate pauses.",
        f"{REFERENCE_SHARE:.0%} of the time in pauses or more, and {REFERENCE_MS:.0f} ms or more at once "
        "(-Xlog:gc+phases=debug, -XX:+PrintReferenceGC).",
        "Usual is a few percent.",
        references,
    ),
    Check(
        "class-unloading",
        "The unloading of classes makes pauses long.",
        f"{UNLOADING_MS:.0f} ms or more at once, {UNLOADING_SHARE:.0%} of the remark pauses (-Xlog:gc+phases=debug).",
        "Usual is a few milliseconds.",
        unloading,
    ),
    Check(
        "long-remark",
        "Remark pauses are longer than young ones.",
        f"Twice the mean young pause or more, and {SLOW_MS:.0f} ms or more at once; CMS, G1.",
        "Remark grows with what the program changed while it was marked, not with what survives.",
        remark,
    ),
    Check(
        "string-deduplication",
        "String deduplication costs more than it saves.",
        f"{DEDUPLICATION_SHARE:.0%} of the time, or {DEDUPLICATION_WORTH:.0%} with less than "
        f"{DEDUPLICATION_WORTH:.0%} of the bytes freed.",
        "It runs beside the program on a thread of its own.",
        deduplication,
    ),
)
