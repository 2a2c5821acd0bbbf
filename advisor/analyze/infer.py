"""METRICS -> PROFILE: the program behind the log, in the YAML form of a workload profile.

What the log does not show is left out, never guessed: an absent key is unknown.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from advisor.analyze.costs import phase_cost
from advisor.analyze.lifetimes import component_of_overflow, component_of_totals, fit_components
from advisor.analyze.live import live_growth, steady_live
from advisor.analyze.metrics import Metrics
from advisor.analyze.target import Jvm, nearest_release
from advisor.analyze.timeline import timeline_document
from advisor.model.quantities import Bytes, Duration, Rate, Ratio

LEAST_LARGE = 0.005
"""Share of the allocation below which large objects are not worth a word."""
_ALL_STOPPED = 1.001
"""Time stamps are of whole milliseconds: so much more than the pauses themselves says nothing of running time."""
COPYING = ("serial", "parallel", "cms", "g1")
"""Collectors whose pauses copy and compact: their length follows the bytes."""


def build_profile(metrics: Metrics, collector: str, jvm: Jvm, name: str) -> dict[str, Any]:
    """A document that `WorkloadProfile` accepts."""
    machine = {"cpus": jvm.machine.cpus, "memory": str(jvm.machine.memory), "container": jvm.machine.container}
    profile: dict[str, Any] = {"version": 1, "name": name, "jdk": jvm.jdk, "machine": machine, "flags": list(jvm.flags)}
    elapsed = metrics.elapsed_s
    if elapsed and elapsed > 0:
        profile["duration"] = _time(elapsed)
    profile |= _present(
        allocation=_allocation(metrics),
        lifetimes=_lifetimes(metrics),
        references=_references(metrics, elapsed),
        metaspace=_metaspace(metrics),
        costs=_costs(metrics, collector, jvm),
        timeline=timeline_document(metrics.heap.timeline) if collector in COPYING else None,
        observed=_observed(metrics, collector, elapsed, _release(jvm, collector)) if elapsed and elapsed > 0 else None,
    )
    return profile


def _present(**parts: Any) -> dict[str, Any]:
    return {key: value for key, value in parts.items() if value is not None and value != {}}


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else str(Duration(max(0.0, seconds)))


def _ms(milliseconds: float | None) -> str | None:
    return None if milliseconds is None else _time(milliseconds / 1000)


def _size(value: int | float | None) -> str | None:
    return None if value is None else str(Bytes(round(value)))


def allocation_rate(metrics: Metrics) -> float | None:
    """Bytes a second from the start of the log to its last collection, or None where nothing shows it."""
    measured = metrics.measured_s
    if not metrics.heap.allocation.total or not measured or measured <= 0:
        return None
    return metrics.heap.allocation.total / measured


def promotion_rate(metrics: Metrics) -> float | None:
    """Bytes a second, or None where nothing shows it."""
    measured, promoted = metrics.measured_s, metrics.heap.promoted_bytes
    return promoted / measured if promoted is not None and measured and measured > 0 else None


def _allocation(metrics: Metrics) -> dict[str, Any] | None:
    rate = allocation_rate(metrics)
    if rate is None:
        return None
    result: dict[str, Any] = {"rate": str(Rate(rate))}
    if metrics.heap.allocation.intervals >= 2:
        result["peak"] = str(Rate(max(metrics.heap.allocation.peak, rate)))
        result["burstiness"] = round(metrics.heap.allocation.variation, 3)
    return result | _present(large=_large(metrics))


def _large(metrics: Metrics) -> dict[str, Any] | None:
    """Humongous objects of G1. One that takes a region is larger than half of it: three quarters is the middle."""
    region, heap = metrics.jvm.number("region"), metrics.heap
    if not region or not heap.humongous_regions:
        return None
    size = (heap.humongous_step - 0.25) * region
    share = heap.humongous_regions * region / max(heap.allocation.total, 1)
    if share < LEAST_LARGE:
        return None
    return {"share": str(Ratio(min(1.0, share * size / (heap.humongous_step * region)))), "size": _size(size)}


def _lifetimes(metrics: Metrics) -> dict[str, Any]:
    result: dict[str, Any] = {}
    rate = allocation_rate(metrics)
    running = metrics.heap.allocation.running_s
    if rate and running > 0:
        # Ages pass while the program runs, so the fit is per second of running time.
        survivals, running_rate = metrics.heap.survivals.items, metrics.heap.allocation.total / running
        fits = (fit_components, component_of_totals, component_of_overflow)
        components = next((found for fit in fits if (found := fit(survivals, running_rate))), ())
        if components:
            result["components"] = [
                {"share": str(Ratio(min(1.0, part.share))), "mean": _time(part.mean_s)} for part in components
            ]
    live = steady_live(metrics)
    if live is not None:
        result["retained"] = _size(live)
    growth = live_growth(metrics.heap.live.items)
    if growth > 0:
        result["growth"] = str(Rate(growth))
    return result


def _references(metrics: Metrics, elapsed: float | None) -> dict[str, Any]:
    found = metrics.references
    result: dict[str, Any] = {
        name: count
        for name, count in (
            ("soft", found.soft),
            ("weak", found.weak),
            ("final", found.final),
            ("phantom", found.phantom),
        )
        if count
    }
    if metrics.failures.explicit and elapsed:
        result["explicit_gc_per_hour"] = round(metrics.failures.explicit * 3600 / elapsed, 3)
    return result


def _metaspace(metrics: Metrics) -> dict[str, Any]:
    items = metrics.metaspace.items
    if not items:
        return {}
    later = items[len(items) // 2]
    growing = len(items) >= 8 and items[-1] > 1.1 * later
    return {"used": _size(items[-1]), **({"growing": True} if growing else {})}


def _costs(metrics: Metrics, collector: str, jvm: Jvm) -> dict[str, Any] | None:
    if collector not in COPYING:
        return None
    young = phase_cost(metrics.heap.young_costs, collector)
    full = phase_cost(metrics.heap.full_costs, collector)
    if young is None and full is None:
        return None
    return {
        "collector": collector,
        "gc_threads": gc_threads(metrics, collector, jvm),
        **_present(young=young, full=full),
    }


def gc_threads(metrics: Metrics, collector: str, jvm: Jvm) -> int:
    """Threads that collect in a pause: as logged, else one per processor up to 8 and 5 of 8 beyond (workerPolicy)."""
    if collector == "serial":
        return 1
    logged = metrics.jvm.workers or metrics.jvm.number("parallel_workers")
    if logged:
        return logged
    cpus = jvm.machine.cpus
    return cpus if cpus <= 8 else 8 + (cpus - 8) * 5 // 8


def _observed(metrics: Metrics, collector: str, elapsed: float, release: int | None) -> dict[str, Any]:
    pauses = metrics.pauses.summary()
    counted = bool(pauses.count)
    young = median(metrics.heap.young_capacities.items) if metrics.heap.young_capacities.items else None
    promotion, running = promotion_rate(metrics), throughput(metrics, elapsed)
    return _present(
        collector=collector,
        duration=_time(elapsed),
        jdk=release,
        heap_max=_size(metrics.heap_max),
        heap_peak_used=_size(metrics.heap.peak_used) if metrics.heap.peak_used else None,
        young_capacity=_size(young),
        old_capacity=_size(metrics.heap.old_capacity),
        live=_size(steady_live(metrics)),
        survived_per_young=_size(median(metrics.heap.survived.items)) if metrics.heap.survived.items else None,
        promotion=str(Rate(promotion)) if promotion is not None else None,
        young_count=metrics.pauses.count("young"),
        mixed_count=metrics.pauses.count("mixed"),
        full_count=metrics.full_count,
        concurrent_cycles=metrics.cycles if collector not in ("serial", "parallel") else None,
        concurrent_cycle=_time(median(metrics.cycle_lengths.items)) if metrics.cycle_lengths.items else None,
        remark_max=_ms(metrics.pauses.max_ms("remark")),
        pause_mean=_ms(pauses.mean_ms) if counted else None,
        pause_p99=_ms(pauses.p99_ms) if counted else None,
        pause_max=_ms(pauses.max_ms) if counted else None,
        young_pause_mean=_ms(metrics.pauses.mean_ms("young")),
        full_pause_mean=_ms(metrics.heap.full_pauses.mean_ms("full")),
        time_to_safepoint_max=_time(metrics.safepoint_max_s) if metrics.safepoint_max_s else None,
        throughput=str(Ratio(running)) if counted and running is not None else None,
        region=_size(metrics.jvm.number("region")) if collector == "g1" else None,
        humongous_allocations=metrics.failures.humongous,
        humongous_regions=metrics.failures.humongous_regions,
        metadata_collections=metrics.failures.metadata,
        explicit_collections=metrics.failures.explicit,
        concurrent_mode_failures=metrics.failures.concurrent_mode,
        promotion_failures=metrics.failures.promotion,
        evacuation_failures=metrics.failures.evacuation,
        allocation_stalls=metrics.failures.stalls,
        degenerated=metrics.failures.degenerated,
        heap_grew=metrics.heap.heap_grew,
    )


def _release(jvm: Jvm, collector: str) -> int | None:
    """The release as the log has it; older logs do not say, but CMS ended with 13."""
    if jvm.logged_jdk is None:
        return min(jvm.jdk, 11) if collector == "cms" else None
    return nearest_release(jvm.logged_jdk)


def throughput(metrics: Metrics, elapsed: float | None) -> float | None:
    """The share of the time in which the program was not stopped; None where a log covers nothing but its pauses."""
    stopped = metrics.pauses.total_ms / 1000
    if not elapsed or (stopped and elapsed <= stopped * _ALL_STOPPED):
        return None
    return min(1.0, max(0.0, 1 - stopped / elapsed))
