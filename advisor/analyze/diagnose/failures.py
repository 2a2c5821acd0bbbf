"""Checks for what a collector could not do: it ran out of room or time."""

from __future__ import annotations

from advisor.analyze.diagnose.case import CONCURRENT, Case, Severity, clock, finding, many, millis, size, when
from advisor.analyze.diagnose.check import Check
from advisor.analyze.incidents import Emptied
from advisor.analyze.sightings import Sighting
from advisor.model.analysis import Diagnosis

EXHAUSTED_FREE = 0.05
"""Free share of the largest heap after a full collection below which it did not help."""
EXHAUSTED_COUNT = 3
FULL_ROW = 3
"""Full collections one after another without a young one between them."""
FULL_ROW_COSTS = 0.1
"""Share of the time in full collections from which such rows are an error."""
HABIT_COUNT, HABIT_SHARE = 3, 0.1
"""Serial and Parallel: full collections, and their number per young one."""
RARE_S, RARE_SHARE = 600.0, 0.001
"""Failures that come less than once in so many seconds and take less than that share of the time are warnings."""
PACING_SHARE = 0.05
PARALLEL_FULL_SINCE = 10
"""JEP 307 made G1's full collection parallel."""


def severity(case: Case, seen: Sighting) -> Severity:
    """A failure is an error, unless it is so rare and short that hardly anybody can have noticed."""
    if not case.elapsed_s or not seen.count:
        return "error"
    often = seen.count >= max(1.0, case.elapsed_s / RARE_S)
    return "error" if often or case.share(seen.total) >= RARE_SHARE else "warning"


def exhausted(case: Case) -> Diagnosis | None:
    """Full collections that leave hardly anything free."""
    useless = [item for item in case.seen.emptied.items if _useless(item, case.heap_max)]
    if len(useless) < EXHAUSTED_COUNT:
        return None
    seen = Sighting()
    for item in useless:
        seen.add(item.time_s, item.after)
    worst = max(useless, key=lambda item: item.after)
    return finding(
        "error",
        f"The heap is full: {len(useless)} of {len(case.seen.emptied.items)} full collections leave less than "
        f"{EXHAUSTED_FREE:.0%} of its {size(case.heap_max or 0)} free. An OutOfMemoryError is near.",
        when(seen, f"{size(worst.after)} still in use after the one at {clock(worst.time_s)}"),
        "Raise -Xmx above the live set, or find what is kept alive with a heap dump.",
        flags=("-Xmx", "-XX:+HeapDumpOnOutOfMemoryError"),
        seen=seen,
        weight=1.0,
    )


def _useless(item: Emptied, heap_max: int | None) -> bool:
    return bool(heap_max) and item.after >= (1 - EXHAUSTED_FREE) * heap_max  # type: ignore[operator]


def in_a_row(case: Case) -> Diagnosis | None:
    """Full collections without a young one between."""
    seen = case.seen.full_row
    if seen.worst < FULL_ROW or case.collector in CONCURRENT:
        return None
    share = case.share(case.unwanted_full.total)
    return finding(
        "error" if share >= FULL_ROW_COSTS else "warning",
        f"Up to {seen.worst:.0f} full collections follow one another without a young one between them: old has no room "
        "for what a young collection might promote.",
        f"the longest row ended at {clock(seen.worst_s)}; full collections take {share:.1%} of the time",
        "The heap is too small for the live set: raise -Xmx, or keep less alive.",
        flags=("-Xmx",),
        seen=seen,
        weight=share,
    )


def full_collections(case: Case) -> Diagnosis | None:
    """Full collections that nobody asked for."""
    seen = case.unwanted_full
    if not seen.count:
        return None
    if case.collector in ("serial", "parallel"):
        return _habit(case, seen)
    return finding(
        severity(case, seen),
        f"The concurrent collector lost the race {many(seen.count, 'time')} and stopped the program for a full "
        f"collection: {millis(seen.total / seen.count)} on average.",
        when(seen, f"{many(seen.count, 'full collection')}", "ms"),
        _FALLBACK.get(case.collector, "Give the collector more heap to work ahead in."),
        flags=_FALLBACK_FLAGS.get(case.collector, ("-Xmx",)),
        seen=seen,
        weight=case.share(seen.total),
    )


_FALLBACK = {
    "g1": "Start marking earlier (a lower InitiatingHeapOccupancyPercent), keep more in reserve, or give more heap.",
    "cms": "Start the cycle earlier with CMSInitiatingOccupancyFraction and UseCMSInitiatingOccupancyOnly, or give old "
    "more room.",
    "shenandoah": "Give more heap, or let cycles start earlier with ShenandoahInitFreeThreshold.",
    "shenandoah-generational": "Give more heap.",
}
_FALLBACK_FLAGS = {
    "g1": ("-Xmx", "-XX:InitiatingHeapOccupancyPercent", "-XX:G1ReservePercent"),
    "cms": ("-XX:CMSInitiatingOccupancyFraction", "-XX:+UseCMSInitiatingOccupancyOnly", "-Xmx"),
    "shenandoah": ("-Xmx", "-XX:ShenandoahInitFreeThreshold"),
}


def _habit(case: Case, seen: Sighting) -> Diagnosis | None:
    young = case.metrics.pauses.count("young")
    if seen.count < HABIT_COUNT or seen.count <= HABIT_SHARE * young:
        return None
    return finding(
        "warning",
        f"Old fills up so often that full collections are a habit: one for every {young / seen.count:.1f} young ones, "
        f"{millis(seen.total / seen.count)} each.",
        when(seen, many(seen.count, "full collection"), "ms"),
        "Give old more room (-Xmx), or keep short-lived objects out of it with a larger young generation.",
        flags=("-Xmx", "-Xmn"),
        seen=seen,
        weight=case.share(seen.total),
    )


def serial_full(case: Case) -> Diagnosis | None:
    """Full collections on one thread though there are processors for more."""
    seen = case.unwanted_full
    old_g1 = case.collector == "g1" and case.logged_jdk is not None and case.logged_jdk < PARALLEL_FULL_SINCE
    if not seen.count or not (old_g1 or case.collector == "cms") or (case.cpus or 1) < 2:
        return None
    return finding(
        "info",
        f"Full collections of this collector run on one thread though there are {case.cpus} processors.",
        when(seen, many(seen.count, "full collection"), "ms"),
        "Avoid them, or move to a JDK whose G1 collects in full with all its workers (10 and later).",
        seen=seen,
        weight=case.share(seen.total),
    )


def concurrent_mode(case: Case) -> Diagnosis | None:
    """CMS was still working when old was full."""
    count = case.metrics.failures.concurrent_mode
    if not count:
        return None
    told = case.seen.troubles.of("concurrent-mode-failure")
    seen = told if told.count else case.unwanted_full
    return finding(
        severity(case, seen),
        f"Old filled up before the concurrent cycle of CMS was over: {many(count, 'concurrent mode failure')}.",
        when(seen, f"{many(count, 'full collection')} during a cycle"),
        "Start the cycle earlier, give old more room, or promote less.",
        confidence="high" if told.count else "medium",
        flags=("-XX:CMSInitiatingOccupancyFraction", "-XX:+UseCMSInitiatingOccupancyOnly"),
        seen=seen,
        weight=case.share(seen.total),
    )


def promotion_failed(case: Case) -> Diagnosis | None:
    """Survivors found no room in old."""
    count = case.metrics.failures.promotion
    if not count:
        return None
    seen = case.seen.troubles.of("promotion-failed")
    return finding(
        severity(case, seen),
        "Survivors found no room in old: it is too full or too fragmented.",
        when(seen, many(count, "promotion failure")),
        "Start collections of old earlier and give it more room; CMS never compacts, G1 does.",
        flags=("-Xmx", "-XX:+UseG1GC"),
        seen=seen,
        weight=0.3,
    )


def evacuation(case: Case) -> Diagnosis | None:
    """G1 found no free region to copy into."""
    count = case.metrics.failures.evacuation
    if not count:
        return None
    seen = case.seen.troubles.of("evacuation-failure")
    share = count / max(1, case.metrics.pauses.count("young") + case.metrics.pauses.count("mixed"))
    return finding(
        severity(case, seen),
        f"G1 found no free regions to copy survivors into in {share:.1%} of its evacuations: what is left in place "
        "lengthens the pause and fragments the heap.",
        when(seen, many(count, "evacuation failure"), "ms"),
        "Give more heap, start marking earlier, or keep more in reserve (G1ReservePercent, default 10).",
        flags=("-Xmx", "-XX:InitiatingHeapOccupancyPercent", "-XX:G1ReservePercent"),
        seen=seen,
        weight=case.share(seen.total),
    )


def stalls(case: Case) -> Diagnosis | None:
    """Threads waited for memory."""
    failures = case.metrics.failures
    if not failures.stalls:
        return None
    seen = case.seen.troubles.of("allocation-stall")
    mean = seen.total / max(1, seen.count)
    return finding(
        severity(case, seen),
        f"Threads had to wait for memory {many(failures.stalls, 'time')}, {millis(mean)} on average: the collector "
        "does not keep up with allocation.",
        when(seen, f"{many(failures.stalls, 'stall')}", "ms"),
        "Give more heap; where processors are idle more ConcGCThreads. SoftMaxHeapSize makes cycles start earlier.",
        flags=("-Xmx", "-XX:ConcGCThreads", "-XX:SoftMaxHeapSize"),
        seen=seen,
        weight=case.share(seen.total),
    )


def relocation_stalls(case: Case) -> Diagnosis | None:
    """Threads waited for the room to relocate into."""
    seen = case.seen.troubles.of("relocation-stall")
    if not seen.count:
        return None
    return finding(
        "warning",
        "Threads had to wait while objects they use were moved: there was no free page to move them to at once.",
        when(seen, many(seen.count, "relocation stall"), "ms"),
        "The heap is too small for this allocation rate: raise -Xmx.",
        flags=("-Xmx",),
        seen=seen,
        weight=case.share(seen.total),
    )


def degenerated(case: Case) -> Diagnosis | None:
    """Shenandoah finished cycles with the program stopped."""
    count = case.metrics.failures.degenerated
    if not count:
        return None
    seen = case.seen.troubles.of("degenerated")
    return finding(
        severity(case, seen),
        f"Shenandoah ran out of memory during {many(count, 'cycle')} and finished them with the program stopped.",
        when(seen, many(count, "degenerated collection"), "ms"),
        "Give more heap, or start cycles earlier (ShenandoahMinFreeThreshold, ShenandoahInitFreeThreshold).",
        flags=("-Xmx", "-XX:ShenandoahMinFreeThreshold"),
        seen=seen,
        weight=case.share(seen.total),
    )


def pacing(case: Case) -> Diagnosis | None:
    """Shenandoah slowed threads down so that the cycle could keep up."""
    seen = case.seen.troubles.of("pacing")
    share = case.share(seen.total)
    if share < PACING_SHARE:
        return None
    return finding(
        "warning",
        f"Shenandoah's pacing held threads back for {seen.total / 1000:.2g} s in all: they allocate faster than it "
        "collects. The delays show in no pause.",
        f"added up over the threads; the log covers {case.elapsed_s:.1f} s",
        "Give more heap, or more ConcGCThreads where processors are idle.",
        flags=("-Xmx", "-XX:ConcGCThreads"),
        seen=seen,
        weight=share / 2,
    )


def metaspace_exhausted(case: Case) -> Diagnosis | None:
    """Class metadata found no room even after a collection."""
    seen = case.seen.causes.of("Metadata GC Clear Soft References", "Last ditch collection")
    if not seen.count:
        return None
    return finding(
        "error",
        "Class metadata found no room even after a collection, so the JVM tried once more and dropped soft references: "
        "an OutOfMemoryError for Metaspace is next.",
        when(seen, many(seen.count, "such collection"), "ms"),
        "Raise MaxMetaspaceSize (or the compressed class space), or find the class loaders that stay alive.",
        flags=("-XX:MaxMetaspaceSize", "-XX:CompressedClassSpaceSize"),
        seen=seen,
        weight=0.9,
    )


CHECKS = (
    Check(
        "heap-exhausted",
        "The heap is full; full collections do not help any more.",
        f"{EXHAUSTED_COUNT} or more full collections leave less than {EXHAUSTED_FREE:.0%} of the largest heap free.",
        "HotSpot gives up at 2 % (GCHeapFreeLimit); 5 % warns before.",
        exhausted,
    ),
    Check(
        "metaspace-exhausted",
        "Class metadata has no room left.",
        "A collection with the cause `Metadata GC Clear Soft References` or `Last ditch collection`.",
        "HotSpot metaspace.cpp: the last attempt before OutOfMemoryError.",
        metaspace_exhausted,
    ),
    Check(
        "consecutive-full-collections",
        "Full collections follow one another.",
        f"{FULL_ROW} or more without a young one between them, not asked for; Serial, Parallel, CMS, G1. Error "
        f"where full collections take {FULL_ROW_COSTS:.0%} of the time.",
        "GCeasy reports the same pattern; two in a row are what ergonomics of Parallel does by itself.",
        in_a_row,
    ),
    Check(
        "full-collections",
        "The program is stopped for whole-heap collections.",
        f"Concurrent collectors: any that was not asked for. Serial, Parallel: {HABIT_COUNT} or more, and more than "
        f"{HABIT_SHARE:.0%} of the young ones.",
        "A full collection is the fallback of G1, CMS, Shenandoah and ZGC, and the way of Serial and Parallel.",
        full_collections,
    ),
    Check(
        "concurrent-mode-failure",
        "Old filled up before the cycle of CMS was over.",
        "Printed (JDK 8, or debug level), or a full collection for an allocation failure during a cycle.",
        "HotSpot concurrentMarkSweepGeneration.cpp.",
        concurrent_mode,
    ),
    Check(
        "promotion-failed",
        "Survivors found no room in old.",
        "Printed.",
        "HotSpot defNewGeneration.cpp.",
        promotion_failed,
    ),
    Check(
        "evacuation-failure",
        "G1 found no free regions to copy survivors into.",
        "Printed: `to-space exhausted`, `To-space exhausted`, `(Evacuation Failure...)`.",
        "HotSpot g1CollectedHeap.cpp, g1YoungCollector.cpp.",
        evacuation,
    ),
    Check(
        "allocation-stall", "Threads waited for memory under ZGC.", "Printed.", "HotSpot zPageAllocator.cpp.", stalls
    ),
    Check(
        "relocation-stall",
        "Threads waited for objects to be moved under ZGC.",
        "Printed.",
        "HotSpot zRelocate.cpp.",
        relocation_stalls,
    ),
    Check(
        "degenerated",
        "Shenandoah finished cycles with the program stopped.",
        "Printed: `Pause Degenerated GC`.",
        "HotSpot shenandoahDegeneratedGC.cpp.",
        degenerated,
    ),
    Check(
        "pacing",
        "Shenandoah held threads back.",
        f"The statistics at the end of the run show {PACING_SHARE:.0%} of its time or more.",
        "HotSpot shenandoahPacer.cpp; a twentieth of the time is what a profiler would show too.",
        pacing,
    ),
    Check(
        "serial-full-collections",
        "Full collections run on one thread.",
        "CMS, and G1 of JDK 8 and 9, with two processors or more.",
        "JEP 307.",
        serial_full,
    ),
)
