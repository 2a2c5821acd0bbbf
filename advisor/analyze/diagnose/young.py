"""Checks for the young generation: its size, its survivors, and what leaves it too early."""

from __future__ import annotations

from statistics import median

from advisor.analyze.diagnose.case import GENERATIONAL, Case, finding, many, millis, size
from advisor.analyze.diagnose.check import Check
from advisor.analyze.heap_use import Survival
from advisor.model.analysis import Diagnosis

LEAST_YOUNG = 10
"""Young collections before anything is said about them."""
FREQUENT_S, FREQUENT_STOPPED = 1.0, 0.05
OVERFLOWS = 0.2
OVERFLOW_COST = 0.01
"""Share of the time in full and mixed collections below which early promotion costs next to nothing."""
PROMOTED_SHARE = 0.03
FREED_SHARE = 0.5
LEAST_FREED = 3


def frequent(case: Case) -> Diagnosis | None:
    """Young collections so often that they cost."""
    seen, spacing = case.seen.kinds.of("young", "mixed"), case.seen.young
    if case.collector not in GENERATIONAL or spacing.count < LEAST_YOUNG or case.elapsed_s is None:
        return None
    share = case.share(seen.total)
    if spacing.mean_s >= FREQUENT_S or share < FREQUENT_STOPPED:
        return None
    capacities = case.metrics.heap.young_capacities.items
    young = f" of about {size(median(capacities))}" if capacities else ""
    return finding(
        "warning",
        f"The young generation{young} is too small for this allocation: it fills every {spacing.mean_s * 1000:.0f} ms, "
        f"and its collections take {share:.1%} of the time.",
        f"{many(seen.count, 'collection')} of {millis(seen.total / seen.count)} on average",
        "Twice the young generation halves their number and hardly lengthens them, as long as most objects die young: "
        + ("raise -Xmx; G1 sizes young itself." if case.collector == "g1" else "raise -Xmn, and -Xmx with it."),
        flags=("-Xmx",) if case.collector == "g1" else ("-Xmn", "-Xmx"),
        seen=seen,
        weight=share / 2,
    )


def overflow(case: Case) -> Diagnosis | None:
    """The survivor space is too small for what survives."""
    samples = case.metrics.heap.survivals.items
    full = [sample for sample in samples if sample.overflow]
    if len(samples) < LEAST_YOUNG or len(full) < OVERFLOWS * len(samples):
        return None
    share, cost = len(full) / len(samples), _promotion_cost(case)
    promoted = median(sample.promoted for sample in full)
    return finding(
        "warning" if cost >= OVERFLOW_COST else "info",
        f"The survivor space overflows in {share:.0%} of the young collections: what does not fit is promoted however "
        "young it is.",
        f"{_sampled(case, samples)}; a median of {size(promoted)} promoted when it overflows, {_threshold(full)}",
        _OVERFLOW_ADVICE.get(case.collector, "Make survivor spaces larger with a smaller SurvivorRatio."),
        flags=_OVERFLOW_FLAGS.get(case.collector, ("-XX:SurvivorRatio",)),
        confidence="high" if any(sample.ages for sample in full) else "medium",
        weight=share * cost,
    )


_OVERFLOW_ADVICE = {
    "g1": "A larger young generation (more heap) makes room; SurvivorRatio below 8 gives survivors a larger part.",
    "parallel": "Give young more room (-Xmn); Parallel divides it anew by itself unless UseAdaptiveSizePolicy is off.",
}
_OVERFLOW_FLAGS = {"g1": ("-Xmx", "-XX:SurvivorRatio"), "parallel": ("-Xmn", "-Xmx")}


def _sampled(case: Case, samples: list[Survival]) -> str:
    count = case.metrics.heap.survivals.count
    return (
        f"{many(count, 'young collection')} looked at"
        if count == len(samples)
        else f"{len(samples)} of {count} looked at"
    )


def _threshold(samples: list[Survival]) -> str:
    thresholds = [sample.threshold for sample in samples if sample.threshold is not None]
    return f"tenuring threshold {median(thresholds):.0f}" if thresholds else "tenuring threshold not logged"


def _promotion_cost(case: Case) -> float:
    """Share of the time in full and mixed pauses, which promotion causes."""
    return case.share(case.unwanted_full.total + case.seen.kinds.of("mixed").total)


def premature(case: Case) -> Diagnosis | None:
    """Much is promoted, and old collections find it dead."""
    heap = case.metrics.heap
    promoted, allocated = heap.promoted_bytes, heap.allocation.total
    emptied = [item for item in case.seen.emptied.items if item.old_before and not item.requested]
    if not promoted or not allocated or promoted < PROMOTED_SHARE * allocated or len(emptied) < LEAST_FREED:
        return None
    freed = median(1 - item.old_after / item.old_before for item in emptied)
    if freed < FREED_SHARE or case.collector not in GENERATIONAL:
        return None
    return finding(
        "warning",
        f"{promoted / allocated:.1%} of what is allocated reaches old, and full collections find {freed:.0%} of old "
        "dead: objects are promoted shortly before they die.",
        f"{size(promoted)} promoted of {size(allocated)} allocated; {many(len(emptied), 'full collection')}",
        "Give young objects more time to die: a larger young generation, larger survivor spaces.",
        flags=("-Xmn", "-XX:SurvivorRatio") if case.collector != "g1" else ("-Xmx",),
        confidence="medium",
        weight=case.share(case.seen.kinds.of("full").total),
    )


def inverted(case: Case) -> Diagnosis | None:
    """Young is larger than old."""
    old, young = case.metrics.heap.old_capacity, case.metrics.heap.young_capacities.items
    if case.collector not in ("serial", "parallel", "cms") or not old or not young:
        return None
    usual = median(young)
    if usual <= old or not case.metrics.pauses.count("full"):
        return None
    return finding(
        "info",
        f"The young generation ({size(usual)}) is larger than old ({size(old)}): there is little room for what stays, "
        "and young collections may find no room to promote into.",
        f"{many(case.metrics.pauses.count('full'), 'full collection')} in the log",
        "Unless nearly everything dies young, make young at most half of the heap.",
        flags=("-Xmn", "-XX:NewRatio"),
        confidence="medium",
        weight=0.05,
    )


CHECKS = (
    Check(
        "small-young",
        "The young generation is too small for the allocation.",
        f"Young and mixed collections come less than {FREQUENT_S:g} s apart on average and take "
        f"{FREQUENT_STOPPED:.0%} of the time or more.",
        "Jifa's interval of 1 s, with the cost that makes it matter.",
        frequent,
    ),
    Check(
        "survivor-overflow",
        "The survivor space is too small.",
        f"It is filled to 95 % while something is promoted in {OVERFLOWS:.0%} of the young collections or more; "
        f"info where full and mixed collections take less than {OVERFLOW_COST:.0%} of the time.",
        "HotSpot ageTable.cpp, psScavenge.cpp: what does not fit is promoted at once.",
        overflow,
    ),
    Check(
        "premature-promotion",
        "Objects are promoted shortly before they die.",
        f"{PROMOTED_SHARE:.0%} or more of the allocation is promoted, and full collections ({LEAST_FREED} or more) "
        f"free {FREED_SHARE:.0%} of old or more in the median.",
        "3 % is Jifa's limit for promotion; what full collections free tells whether it was worth keeping.",
        premature,
    ),
    Check(
        "young-larger-than-old",
        "Young is larger than old.",
        "Serial, Parallel, CMS with a full collection, and the usual young capacity above that of old.",
        "garbagecat reports the same.",
        inverted,
    ),
)
