"""METRICS -> DIAGNOSIS: what is wrong or worth knowing, each with the figures that show it.

A check is a function here and a line in `CHECKS`; it answers for its one subject or stays silent.
"""

from __future__ import annotations

from collections.abc import Callable

from advisor.analyze.live import live_growth, steady_live
from advisor.analyze.metrics import Metrics
from advisor.model.analysis import Diagnosis
from advisor.model.quantities import Bytes, Rate

Check = Callable[[Metrics], Diagnosis | None]
LONG_PAUSE_MS = 1000.0
POOR_THROUGHPUT, LOW_THROUGHPUT = 0.9, 0.95
TIGHT_HEAP = 0.7
SLOW_SAFEPOINT_S = 0.05


def diagnose(metrics: Metrics) -> tuple[Diagnosis, ...]:
    """All findings, the gravest first."""
    found = [finding for check in CHECKS if (finding := check(metrics)) is not None]
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))


def _throughput(metrics: Metrics) -> Diagnosis | None:
    elapsed = metrics.elapsed_s
    if not elapsed or not metrics.pauses.total_ms:
        return None
    share = 1 - metrics.pauses.total_ms / 1000 / elapsed
    if share >= LOW_THROUGHPUT:
        return None
    return Diagnosis(
        id="low-throughput",
        severity="error" if share < POOR_THROUGHPUT else "warning",
        message="The program is stopped for a large part of the time.",
        evidence=f"{1 - share:.1%} of {elapsed:.1f} s are pauses",
    )


def _long_pause(metrics: Metrics) -> Diagnosis | None:
    longest = metrics.pauses.summary().max_ms
    if longest < LONG_PAUSE_MS:
        return None
    return Diagnosis(
        id="long-pause",
        severity="warning",
        message="At least one pause is long enough for clients to time out.",
        evidence=f"longest pause {longest:.0f} ms",
    )


def _full_collections(metrics: Metrics) -> Diagnosis | None:
    full = metrics.full_count - metrics.failures.explicit - metrics.failures.metadata
    if metrics.jvm.collector in ("serial", "parallel"):
        young = metrics.pauses.count("young")
        if full < 3 or full <= 0.1 * young:
            return None
        severity, message = "warning", "Old fills up so often that full collections are a habit."
    elif full > 0:
        severity, message = "error", "The concurrent collector lost the race and fell back to full collections."
    else:
        return None
    mean = metrics.heap.full_pauses.mean_ms("full") or 0.0
    return Diagnosis(
        id="full-collections",
        severity="error" if severity == "error" else "warning",
        message=message,
        evidence=f"{metrics.full_count} full collections of {mean:.0f} ms on average",
    )


def _concurrent_mode_failures(metrics: Metrics) -> Diagnosis | None:
    count = metrics.failures.concurrent_mode
    if not count:
        return None
    return Diagnosis(
        id="concurrent-mode-failure",
        severity="error",
        message="Old filled up before the concurrent cycle of CMS was over.",
        evidence=f"{count} full collections during a cycle",
    )


def _promotion_failures(metrics: Metrics) -> Diagnosis | None:
    if not metrics.failures.promotion:
        return None
    return Diagnosis(
        id="promotion-failed",
        severity="error",
        message="Survivors found no room in old: it is too full or too fragmented.",
        evidence=f"{metrics.failures.promotion} promotion failures",
    )


def _evacuation_failures(metrics: Metrics) -> Diagnosis | None:
    if not metrics.failures.evacuation:
        return None
    return Diagnosis(
        id="evacuation-failure",
        severity="error",
        message="G1 found no free regions to copy survivors into.",
        evidence=f"{metrics.failures.evacuation} evacuation failures",
    )


def _stalls(metrics: Metrics) -> Diagnosis | None:
    if not metrics.failures.stalls:
        return None
    return Diagnosis(
        id="allocation-stall",
        severity="error",
        message="Threads had to wait for memory: the collector does not keep up with allocation.",
        evidence=f"{metrics.failures.stalls} stalls, the longest {metrics.failures.stall_max_ms:.0f} ms",
    )


def _degenerated(metrics: Metrics) -> Diagnosis | None:
    if not metrics.failures.degenerated:
        return None
    return Diagnosis(
        id="degenerated",
        severity="error",
        message="Shenandoah ran out of memory during its cycles and finished them with the program stopped.",
        evidence=f"{metrics.failures.degenerated} degenerated collections",
    )


def _leak(metrics: Metrics) -> Diagnosis | None:
    growth = live_growth(metrics.heap.live.items)
    if growth <= 0:
        return None
    return Diagnosis(
        id="growing-live-set",
        severity="warning",
        message="What survives old collections keeps growing: a leak, or a cache that is still filling.",
        evidence=f"{Rate(growth).human()} over the later half of the log",
    )


def _tight(metrics: Metrics) -> Diagnosis | None:
    live = steady_live(metrics)
    heap = metrics.heap_max
    if not live or not heap or live < TIGHT_HEAP * heap:
        return None
    return Diagnosis(
        id="tight-heap",
        severity="warning",
        message="The live set leaves little of the heap to allocate in.",
        evidence=f"{Bytes(live).human()} live of {Bytes(heap).human()}",
    )


def _metadata(metrics: Metrics) -> Diagnosis | None:
    if not metrics.failures.metadata:
        return None
    return Diagnosis(
        id="metadata-collections",
        severity="info",
        message="Collections were started because class metadata reached its threshold, not because the heap was full.",
        evidence=f"{metrics.failures.metadata} collections",
    )


def _explicit(metrics: Metrics) -> Diagnosis | None:
    if not metrics.failures.explicit:
        return None
    return Diagnosis(
        id="explicit-collections",
        severity="info",
        message="The program or a tool asks for collections by System.gc().",
        evidence=f"{metrics.failures.explicit} collections",
    )


def _humongous(metrics: Metrics) -> Diagnosis | None:
    count, regions = metrics.failures.humongous, metrics.failures.humongous_regions
    if not count:
        return None
    return Diagnosis(
        id="humongous-allocations",
        severity="warning",
        message="Objects of half a region or more start collections: they take whole regions of old.",
        evidence=f"{count} collections for them, up to {regions} humongous regions",
    )


def _safepoint(metrics: Metrics) -> Diagnosis | None:
    if metrics.safepoint_max_s < SLOW_SAFEPOINT_S:
        return None
    return Diagnosis(
        id="slow-safepoint",
        severity="warning",
        message="Threads took long to stop; that time is in no pause and the collector cannot shorten it.",
        evidence=f"{metrics.safepoint_max_s * 1000:.0f} ms to a safepoint",
    )


def _no_old_collection(metrics: Metrics) -> Diagnosis | None:
    if metrics.heap.live.count:
        return None
    return Diagnosis(
        id="no-old-collection",
        severity="info",
        message="Old was never collected, so the live set is unknown. A longer log, or one full collection, shows it.",
        evidence="no full, mixed or concurrent collection in the log",
    )


def _cut(metrics: Metrics) -> Diagnosis | None:
    if not metrics.cut:
        return None
    return Diagnosis(
        id="log-cut",
        severity="info",
        message="The log ends in the middle; what is there was analysed.",
        evidence="the last line or the last pause is not complete",
    )


def _several_starts(metrics: Metrics) -> Diagnosis | None:
    if metrics.jvm.starts < 2:
        return None
    return Diagnosis(
        id="several-runs",
        severity="warning",
        message="The log holds more than one run of a JVM; figures cover them all.",
        evidence=f"{metrics.jvm.starts} starts",
    )


def _no_time(metrics: Metrics) -> Diagnosis | None:
    if metrics.last_s is not None:
        return None
    return Diagnosis(
        id="no-time-stamps",
        severity="warning",
        message="The log has no time stamps: rates are unknown or taken from its safepoint lines.",
        evidence="add the decorations time,uptime to -Xlog",
    )


CHECKS: tuple[Check, ...] = (
    _throughput,
    _long_pause,
    _full_collections,
    _concurrent_mode_failures,
    _promotion_failures,
    _evacuation_failures,
    _stalls,
    _degenerated,
    _leak,
    _tight,
    _metadata,
    _explicit,
    _humongous,
    _safepoint,
    _no_old_collection,
    _cut,
    _several_starts,
    _no_time,
)
