"""Random but plausible workload profiles, the same for the same seed."""

from __future__ import annotations

import math
import random
from typing import Any

from advisor.model.machine import JDKS, Jdk
from advisor.model.profile import WorkloadProfile

MIB = 1 << 20


def _log_uniform(stream: random.Random, low: float, high: float) -> float:
    return math.exp(stream.uniform(math.log(low), math.log(high)))


def _goals(stream: random.Random, memory: int) -> dict[str, Any]:
    limits: list[str] = []
    kinds = stream.sample(["pause", "throughput", "rss", "heap", "none"], k=stream.randint(1, 2))
    if "pause" in kinds:
        name = stream.choice(["p99_pause", "max_pause", "p99_9_pause", "mean_pause", "p50_pause"])
        limits.append(f"{name} < {round(_log_uniform(stream, 1, 2000))}ms")
    if "throughput" in kinds:
        limits.append(f"throughput > {stream.choice([80, 90, 95, 98, 99, 99.5])}%")
    if "rss" in kinds:
        limits.append(f"rss < {round(memory * stream.uniform(0.4, 1.0) / MIB)}m")
    if "heap" in kinds:
        limits.append(f"heap < {round(memory * stream.uniform(0.2, 0.9) / MIB) + 1}m")
    goals: dict[str, Any] = {
        "limits": limits,
        "priority": stream.choice(["balanced", "latency", "throughput", "footprint"]),
    }
    if stream.random() < 0.3:
        goals["minimize"] = [stream.choice(["p99_pause", "max_pause", "gc_cpu", "rss", "heap", "wall"])]
    return goals


def _observed(stream: random.Random, jdk: int, live: int, rate: float, memory: int) -> dict[str, Any]:
    stop_the_world = ["serial", "parallel", "g1"]
    others = {8: ["cms"], 11: ["cms"], 17: ["zgc", "shenandoah"]}.get(jdk, ["zgc-generational", "shenandoah"])
    heap = max(round(live * 1.05), round(live + (memory - live) * stream.uniform(0.1, 0.6)))
    duration = _log_uniform(stream, 20, 20_000)
    young = max(1, round(heap * stream.uniform(0.1, 0.5)))
    count = round(duration * rate / young)
    observed: dict[str, Any] = {
        "collector": stream.choice([*stop_the_world, *others]),
        "duration": f"{duration:.3f}s",
        "heap_max": heap,
        "heap_peak_used": round(live + (heap - live) * stream.uniform(0.3, 1.0)),
        "young_capacity": young,
        "old_capacity": heap - young,
        "live": live if stream.random() < 0.7 else None,
        "survived_per_young": round(young * stream.uniform(0.001, 0.3)),
        "promotion": rate * stream.uniform(0.0, 0.1),
        "young_count": count,
        "full_count": stream.choice([0, 0, 1, 5, 50]),
        "concurrent_cycles": stream.choice([None, 0, 3, 40]),
        "concurrent_cycle": stream.choice([None, "800ms", "12s"]),
        "remark_max": stream.choice([None, "30ms", "1.2s"]),
        "pause_mean": "15ms",
        "pause_p99": stream.choice(["20ms", "250ms", "3s"]),
        "pause_max": stream.choice(["30ms", "900ms", "10s"]),
        "throughput": stream.uniform(0.4, 0.999),
        "time_to_safepoint_max": stream.choice([None, "2ms", "900ms"]),
    }
    for name in (
        "humongous_allocations", "metadata_collections", "explicit_collections", "concurrent_mode_failures",
        "promotion_failures", "evacuation_failures", "heap_grew", "mixed_count", "allocation_stalls", "degenerated",
    ):  # fmt: skip
        observed[name] = stream.choice([0, 0, 0, 1, 12, 400])
    return observed


def random_profile(seed: int, jdk: Jdk | None = None) -> WorkloadProfile:
    """One profile: 1-64 CPUs, 256 MB-256 GB, live 1-90 % of memory, goals of all kinds, known and unknown parts."""
    stream = random.Random(f"profile {seed}")
    release = jdk if jdk is not None else stream.choice(JDKS)
    memory = round(_log_uniform(stream, 256, 256 * 1024)) * MIB
    live = round(memory * _log_uniform(stream, 0.01, 0.9))
    rate = _log_uniform(stream, 0.1, 4000) * MIB
    profile: dict[str, Any] = {
        "jdk": release,
        "machine": {"cpus": round(_log_uniform(stream, 1, 64)), "memory": memory, "container": stream.random() < 0.8},
        "duration": f"{_log_uniform(stream, 5, 50_000):.3f}s",
        "goals": _goals(stream, memory),
    }
    lifetimes: dict[str, Any] = {}
    if stream.random() < 0.8:
        lifetimes["retained"] = live
    if stream.random() < 0.6:
        lifetimes["components"] = [
            {"share": stream.uniform(0.001, 0.2), "mean": f"{_log_uniform(stream, 0.01, 5):.3f}s"},
            {"share": stream.uniform(0.0, 0.02), "mean": f"{_log_uniform(stream, 5, 300):.3f}s"},
        ]
    if stream.random() < 0.1:
        lifetimes["growth"] = rate * 0.001
    profile["lifetimes"] = lifetimes
    if stream.random() < 0.85:
        profile["allocation"] = {
            "rate": rate,
            "peak": rate * stream.uniform(1, 5),
            "burstiness": stream.uniform(0, 1.5),
            **(
                {"large": {"share": 0.1, "size": round(_log_uniform(stream, 0.1, 64) * MIB)}}
                if stream.random() < 0.2
                else {}
            ),
        }
    if stream.random() < 0.5:
        profile["threads"] = {"count": round(_log_uniform(stream, 5, 2000))}
    if stream.random() < 0.5:
        profile["metaspace"] = {"used": round(_log_uniform(stream, 10, 600)) * MIB, "growing": stream.random() < 0.2}
    if stream.random() < 0.3:
        profile["code_cache"] = round(_log_uniform(stream, 8, 260)) * MIB
    if stream.random() < 0.3:
        profile["direct_memory"] = round(memory * stream.uniform(0, 0.3))
        profile["references"] = {"uses_direct_buffers": True, "explicit_gc_per_hour": stream.choice([0, 1, 60])}
    elif stream.random() < 0.3:
        profile["references"] = {"soft": 5000, "weak": 200_000, "final": 3000, "explicit_gc_per_hour": 2}
    if stream.random() < 0.5:
        profile["observed"] = _observed(stream, release, live, rate, memory)
    if stream.random() < 0.3:
        profile["flags"] = stream.choice(
            [
                "-Xmx1g -Xms1g",
                "-XX:+UseParallelGC -XX:NewRatio=1",
                "-XX:MaxRAMPercentage=80 -Dapp=x",
                "-XX:+UseSerialGC",
            ]
        )
    return WorkloadProfile.model_validate(profile)
