"""Workloads, outcomes and evaluators that the tests of the search share."""

from __future__ import annotations

from typing import Any

from advisor.jvm.ergonomics import effective
from advisor.model.flags import FlagSet
from advisor.model.outcome import Outcome, Pauses
from advisor.model.profile import WorkloadProfile

MIB = 1 << 20


def small(**changes: Any) -> WorkloadProfile:
    """Half a minute of a small service: 100 MB live in a container of 1 GB, 100 MB/s, most of it garbage at once."""
    profile: dict[str, Any] = {
        "jdk": 17,
        "machine": {"cpus": 4, "memory": "1g"},
        "duration": "30s",
        "allocation": {"rate": "100 MB/s", "burstiness": 0.3},
        "lifetimes": {
            "retained": "100m",
            "components": [{"share": 0.05, "mean": "500ms"}, {"share": 0.01, "mean": "10s"}],
        },
    }
    return WorkloadProfile.model_validate(profile | changes)


def outcome(
    p99_ms: float = 10.0,
    throughput: float = 0.99,
    rss_bytes: int = 500 * MIB,
    *,
    oom: bool = False,
    count: int | None = 100,
    max_ms: float | None = None,
) -> Outcome:
    """An outcome with the figures that goals are held against."""
    pauses = Pauses(
        count=count,
        total_ms=60_000 * (1 - throughput),
        mean_ms=p99_ms / 2,
        p50_ms=p99_ms / 2,
        p90_ms=p99_ms,
        p99_ms=p99_ms,
        p99_9_ms=p99_ms,
        max_ms=p99_ms if max_ms is None else max_ms,
    )
    return Outcome(
        duration_s=60.0,
        pauses=pauses,
        throughput=throughput,
        gc_cpu_s=60 * (1 - throughput),
        wall_s=60.0,
        heap_peak_bytes=rss_bytes // 2,
        rss_bytes=rss_bytes,
        cycles={},
        failures={},
        oom=oom,
    )


class Analytic:
    """A closed form in place of the simulator.

    Pauses grow with the young generation and shrink with the threads, time is lost by its reciprocal, memory is the
    heap; the program runs out of memory where the old generation does not hold the live set. Tenuring, survivors and
    the initial heap change nothing. `calls` counts evaluations.
    """

    def __init__(self, profile: WorkloadProfile) -> None:
        self.profile = profile
        self.calls = 0

    def __call__(self, flags: FlagSet) -> Outcome:
        self.calls += 1
        target = effective(self.profile.jdk, self.profile.machine, flags)
        young = target.layout.young_max / MIB
        threads = max(target.parallel_gc_threads, 1)
        lost = min(0.9, 1.0 / young)
        oom = target.layout.old_max < (self.profile.live or 0)
        return outcome(1 + young / threads / 4, 1 - lost, target.layout.max_heap, oom=oom)
