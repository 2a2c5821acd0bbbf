"""What rules may ask about: the target, the decision so far, memory, the workload, the log, the goals.

The list stands in docs/rules.md; unknown facts are None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.jvm.ergonomics import Effective, effective, is_server_class
from advisor.jvm.footprint import beside_heap, headroom, heap_budget
from advisor.model.flags import FlagSet
from advisor.model.goals import PAUSE_GOALS, Goals
from advisor.model.profile import Observed, WorkloadProfile

FLAG_PREFIX = "flag_"
LOW_PAUSE_MS = 100.0
"""A pause limit below this asks for low pauses: half of G1's own default goal of 200 ms."""


class Facts(Mapping[str, Any]):
    """The facts by name; `flag_NAME` is looked up in the effective flags when asked."""

    def __init__(self, values: Mapping[str, Any], decision: Effective) -> None:
        self._values = values
        self.decision = decision

    def __getitem__(self, name: str) -> Any:
        if name.startswith(FLAG_PREFIX):
            return self.decision.value(name.removeprefix(FLAG_PREFIX))
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def fixed_facts(profile: WorkloadProfile) -> dict[str, Any]:
    """The facts that no decision changes."""
    return {**_target(profile), **_workload(profile), **_observed(profile.observed), **_goals(profile.goals)}


def facts(profile: WorkloadProfile, decided: FlagSet, fixed: Mapping[str, Any] | None = None) -> Facts:
    """All facts under the flags decided so far. `fixed` saves working out again what stays the same."""
    decision = effective(profile.jdk, profile.machine, decided)
    known = fixed_facts(profile) if fixed is None else fixed
    return Facts({**known, **_decision(decision), **_memory(profile, decision)}, decision)


def _target(profile: WorkloadProfile) -> dict[str, Any]:
    machine = profile.machine
    return {
        "jdk": profile.jdk,
        "cpus": machine.cpus,
        "memory_bytes": int(machine.memory),
        "container": machine.container,
        "server_class": is_server_class(machine),
    }


def _decision(decision: Effective) -> dict[str, Any]:
    layout = decision.layout
    return {
        "collector": str(decision.collector),
        "heap_max_bytes": layout.max_heap,
        "heap_initial_bytes": layout.initial_heap,
        "young_max_bytes": layout.young_max,
        "young_initial_bytes": layout.young_initial,
        "old_max_bytes": layout.old_max,
        "eden_bytes": layout.eden,
        "survivor_bytes": layout.survivor,
        "region_bytes": layout.region,
        "parallel_gc_threads": decision.parallel_gc_threads,
        "conc_gc_threads": decision.conc_gc_threads,
        "compressed_oops": decision.compressed_oops,
    }


def _memory(profile: WorkloadProfile, decision: Effective) -> dict[str, Any]:
    return {
        "heap_budget_bytes": heap_budget(profile, decision),
        "beside_heap_bytes": beside_heap(profile, decision).total,
        "headroom_bytes": headroom(int(profile.machine.memory)),
    }


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _ms(value: float | None) -> float | None:
    return None if value is None else float(value) * 1000


def _size(value: int | None) -> int | None:
    return None if value is None else int(value)


def _workload(profile: WorkloadProfile) -> dict[str, Any]:
    allocation, lifetimes, references = profile.allocation, profile.lifetimes, profile.references
    rate = float(allocation.rate) if allocation else None
    large = allocation.large if allocation else None
    observed, threads = profile.observed, profile.threads
    transient = sum(part.share * part.mean for part in lifetimes.components)
    return {
        "allocation_bytes_s": rate,
        "allocation_peak_bytes_s": _number(allocation.peak) if allocation else None,
        "burstiness": allocation.burstiness if allocation else None,
        "large_share": float(large.share) if large else None,
        "large_object_bytes": int(large.size) if large else None,
        "live_bytes": _size(profile.live),
        "growth_bytes_s": float(lifetimes.growth),
        "transient_bytes": rate * transient if rate is not None and lifetimes.components else None,
        "survived_bytes": _size(observed.survived_per_young) if observed else None,
        "promotion_bytes_s": _number(observed.promotion) if observed else None,
        "soft_refs": references.soft,
        "weak_refs": references.weak,
        "final_refs": references.final,
        "phantom_refs": references.phantom,
        "references": references.soft + references.weak + references.final + references.phantom,
        "explicit_gc_per_hour": references.explicit_gc_per_hour,
        "uses_direct_buffers": references.uses_direct_buffers,
        "threads": threads.count if threads else None,
        "stack_bytes": int(threads.stack) if threads else None,
        "metaspace_bytes": _size(profile.metaspace.used),
        "classes": profile.metaspace.classes,
        "metaspace_growing": profile.metaspace.growing,
        "code_cache_bytes": _size(profile.code_cache),
        "direct_bytes": _size(profile.direct_memory),
        "duration_s": float(profile.duration),
    }


def _observed(observed: Observed | None) -> dict[str, Any]:
    """What a log showed. Without a log every one of these is unknown, counts too."""
    if observed is None:
        return {
            **dict.fromkeys(_observed(Observed.model_validate({"collector": "g1", "duration": 1}))),
            "observed": False,
        }
    duration = float(observed.duration)
    counts = {
        name: getattr(observed, name)
        for name in (
            "young_count", "mixed_count", "full_count", "concurrent_cycles", "humongous_allocations",
            "humongous_regions", "metadata_collections", "explicit_collections", "concurrent_mode_failures",
            "promotion_failures", "evacuation_failures", "allocation_stalls", "degenerated", "heap_grew",
        )
    }  # fmt: skip
    return {
        "observed": True,
        "observed_collector": str(observed.collector),
        "observed_duration_s": duration,
        "observed_heap_max_bytes": _size(observed.heap_max),
        "observed_heap_peak_bytes": _size(observed.heap_peak_used),
        "observed_young_bytes": _size(observed.young_capacity),
        "observed_old_bytes": _size(observed.old_capacity),
        "observed_region_bytes": _size(observed.region),
        "young_interval_s": duration / observed.young_count if observed.young_count else None,
        "full_interval_s": duration / observed.full_count if observed.full_count else None,
        "concurrent_cycle_s": _number(observed.concurrent_cycle),
        "remark_max_ms": _ms(observed.remark_max),
        "pause_mean_ms": _ms(observed.pause_mean),
        "pause_p99_ms": _ms(observed.pause_p99),
        "pause_max_ms": _ms(observed.pause_max),
        "young_pause_mean_ms": _ms(observed.young_pause_mean),
        "full_pause_mean_ms": _ms(observed.full_pause_mean),
        "safepoint_max_ms": _ms(observed.time_to_safepoint_max),
        "throughput": _number(observed.throughput),
        **counts,
    }


def _goals(goals: Goals) -> dict[str, Any]:
    pause = _ms(goals.limit("p99_pause", "p99_9_pause", "max_pause"))
    tightest = _ms(goals.limit(*PAUSE_GOALS))
    return {
        "goal_pause_ms": pause,
        "goal_p99_pause_ms": _ms(goals.limit("p99_pause")),
        "goal_max_pause_ms": _ms(goals.limit("max_pause")),
        "goal_mean_pause_ms": _ms(goals.limit("mean_pause")),
        "goal_throughput": goals.floor("throughput"),
        "goal_heap_bytes": goals.limit("heap"),
        "goal_rss_bytes": goals.limit("rss"),
        "goal_gc_cpu_s": goals.limit("gc_cpu"),
        "priority": goals.priority,
        "wants_low_pauses": goals.priority == "latency"
        or any(name in PAUSE_GOALS for name in goals.minimize)
        or (tightest is not None and tightest < LOW_PAUSE_MS),
        "wants_throughput": goals.priority == "throughput"
        or "throughput" in goals.maximize
        or any(name in ("gc_cpu", "wall") for name in goals.minimize),
        "wants_small_footprint": goals.priority == "footprint"
        or any(name in ("heap", "rss") for name in goals.minimize)
        or goals.limit("heap", "rss") is not None,
    }
