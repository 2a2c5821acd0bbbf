"""Checks for concurrent cycles: too late, too early, without effect."""

from __future__ import annotations

from statistics import median

from advisor.analyze.diagnose.case import Case, finding, many, when
from advisor.analyze.diagnose.check import Check
from advisor.model.analysis import Diagnosis

LATE = 0.85
CONSTANT = 0.5
EARLY_LIVE = 0.5
LEAST_CYCLES = 5
LEAST_MIXED_CYCLES = 3
PREVENTIVE = 0.05


def late(case: Case) -> Diagnosis | None:
    """Cycles that begin when the heap is nearly full, and lose."""
    started = [used / capacity for _, used, capacity in case.seen.initiated.items if capacity]
    lost = case.unwanted_full.count + case.metrics.failures.evacuation
    if case.collector not in ("g1", "cms") or not started or not lost:
        return None
    usual = median(started)
    if usual < LATE:
        return None
    flags = (
        ("-XX:InitiatingHeapOccupancyPercent",) if case.collector == "g1" else ("-XX:CMSInitiatingOccupancyFraction",)
    )
    return finding(
        "warning",
        f"Concurrent cycles begin when the heap is {usual:.0%} full: too late to be done before it is full.",
        f"{many(len(started), 'cycle')}, {many(lost, 'collection')} that failed or fell back",
        "Start earlier, or give more heap if the live set alone is above the threshold.",
        flags=(*flags, "-Xmx"),
        confidence="medium",
        weight=case.share(case.unwanted_full.total),
    )


def constant(case: Case) -> Diagnosis | None:
    """Cycles that never stop."""
    lengths = case.metrics.cycle_lengths
    if not lengths.items or case.metrics.cycles < LEAST_CYCLES or not case.elapsed_s:
        return None
    busy = sum(lengths.items) / len(lengths.items) * lengths.count / case.elapsed_s
    if busy < CONSTANT:
        return None
    live = _live_share(case)
    room = f", though only {live:.0%} of the heap is live" if live is not None and live < EARLY_LIVE else ""
    return finding(
        "info" if room else "warning",
        f"A concurrent cycle runs for {min(1.0, busy):.0%} of the time{room}: it takes processors from the program.",
        f"{many(case.metrics.cycles, 'cycle')} of {sum(lengths.items) / len(lengths.items):.3g} s on average",
        "The threshold is below what is live, or large objects start the cycles: raise it."
        if room
        else "The heap is too small for the live set and the allocation: raise -Xmx.",
        flags=("-XX:InitiatingHeapOccupancyPercent",) if room and case.collector == "g1" else ("-Xmx",),
        confidence="medium",
        weight=min(1.0, busy) / 4,
    )


def _live_share(case: Case) -> float | None:
    return case.live / case.heap_max if case.live and case.heap_max else None


def no_mixed(case: Case) -> Diagnosis | None:
    """G1 marks and then does not collect old."""
    if case.collector != "g1" or case.metrics.cycles < LEAST_MIXED_CYCLES or case.metrics.pauses.count("mixed"):
        return None
    full = case.unwanted_full
    if not full.count:
        return None
    return finding(
        "warning",
        f"G1 marked {many(case.metrics.cycles, 'time')} but never collected old regions in a mixed collection; it fell "
        "back to full ones.",
        when(full, many(full.count, "full collection"), "ms"),
        "Old regions are too full of live objects to be worth it (G1MixedGCLiveThresholdPercent, G1HeapWastePercent), "
        "or full collections come before: give more heap.",
        flags=("-Xmx", "-XX:G1HeapWastePercent"),
        confidence="medium",
        seen=full,
        weight=case.share(full.total),
    )


def aborted(case: Case) -> Diagnosis | None:
    """Marking that full collections threw away."""
    seen = case.seen.troubles.of("aborted")
    if not seen.count or case.collector != "g1":
        return None
    return finding(
        "warning",
        f"Marking was given up {many(seen.count, 'time')}: a full collection came first, and the work was in vain.",
        when(seen, many(seen.count, "aborted cycle")),
        "Start marking earlier or give it more threads (ConcGCThreads), or give more heap.",
        flags=("-XX:InitiatingHeapOccupancyPercent", "-XX:ConcGCThreads"),
        seen=seen,
        weight=case.share(case.unwanted_full.total) / 2,
    )


def preventive(case: Case) -> Diagnosis | None:
    """G1 of JDK 17 to 20 collects because it fears to run out of regions."""
    seen = case.seen.causes.of("G1 Preventive Collection")
    young = case.metrics.pauses.count("young") + case.metrics.pauses.count("mixed")
    if seen.count < max(3.0, PREVENTIVE * young):
        return None
    return finding(
        "info",
        f"{seen.count / young:.0%} of the young collections are preventive: G1 saw no free regions for the next "
        "survivors.",
        when(seen, many(seen.count, "preventive collection"), "ms"),
        "The heap is tight: raise -Xmx. JDK 21 has done without them (G1UsePreventiveGC turns them off in 17).",
        flags=("-Xmx",),
        seen=seen,
        weight=case.share(seen.total),
    )


CHECKS = (
    Check(
        "late-cycles",
        "Concurrent cycles begin too late.",
        f"G1 or CMS with full collections or evacuation failures, and cycles that begin in the median at {LATE:.0%} of "
        "the committed heap or more.",
        "G1ReservePercent keeps 10 % free, and CMS needs room for one promotion.",
        late,
    ),
    Check(
        "constant-cycles",
        "A concurrent cycle runs nearly all the time.",
        f"{LEAST_CYCLES} cycles or more take {CONSTANT:.0%} of the time together; info where less than "
        f"{EARLY_LIVE:.0%} of the heap is live: then they begin too early.",
        "A cycle uses a quarter of the parallel workers (G1, CMS), all of that lost to the program on a busy machine.",
        constant,
    ),
    Check(
        "no-mixed-collections",
        "G1 marks in vain.",
        f"{LEAST_MIXED_CYCLES} cycles or more, no mixed collection, and full collections that nobody asked for.",
        "HotSpot g1Policy.cpp: mixed collections follow a cycle that finds enough to reclaim.",
        no_mixed,
    ),
    Check(
        "aborted-cycles",
        "Marking was given up.",
        "Printed: `Concurrent Mark Abort`.",
        "HotSpot g1ConcurrentMarkThread.cpp.",
        aborted,
    ),
    Check(
        "preventive-collections",
        "G1 collects because it fears to run out of regions.",
        f"3 or more, and {PREVENTIVE:.0%} of the young collections.",
        "JDK-8257774 brought them in 17, JDK-8297639 took them out for 21.",
        preventive,
    ),
)
