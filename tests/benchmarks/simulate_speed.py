"""What simulated runs cost: `python -m tests.benchmarks.simulate_speed`.

Processor time of one run, the best of several: ten minutes of a service that collects about once a second, every
collection followed; the same in little detail; twice and four times as long; and a batch of flag sets of it. Also the
memory that a run of a day takes beyond one of ten minutes.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable

from advisor.model.profile import WorkloadProfile
from advisor.simulate import simulate, simulate_many

SERIAL = ("-XX:+UseSerialGC", "-Xms2g", "-Xmx2g", "-Xmn600m")
FLAGS = {
    "serial": SERIAL,
    "parallel": ("-XX:+UseParallelGC", "-Xms2g", "-Xmx2g", "-Xmn600m"),
    "g1": ("-XX:+UseG1GC", "-Xms2g", "-Xmx2g", "-Xmn600m"),
}
WHOLE, LITTLE = 1_000_000, 100
BATCH = 2000
REPEATS = 7


def service(seconds: float = 600.0) -> WorkloadProfile:
    """480 MB/s into an eden of 480 MB."""
    return WorkloadProfile.model_validate(
        {
            "jdk": 17,
            "machine": {"cpus": 4, "memory": "8g"},
            "duration": seconds,
            "allocation": {"rate": "480 MB/s", "burstiness": 0.2},
            "lifetimes": {"retained": "300 MB"},
        }
    )


def cost_ms(work: Callable[[], object]) -> float:
    """Processor time, the best of several."""
    best = float("inf")
    for _ in range(REPEATS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best * 1000


def one(flags: tuple[str, ...], seconds: float = 600.0, detail: int = WHOLE) -> float:
    """Milliseconds of one run, what is prepared for it included."""
    profile = service(seconds)
    return cost_ms(lambda: simulate(profile, flags, replicates=1, max_collections=detail))


def memory_kb(seconds: float) -> float:
    """Most that a run allocates at a time."""
    profile = service(seconds)
    tracemalloc.start()
    simulate(profile, SERIAL, replicates=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024


def batch_s(detail: int) -> float:
    """Seconds by the clock for many flag sets on two processes."""
    sets = [(*SERIAL[:1], f"-Xmx{1200 + place}m", f"-Xmn{200 + place % 500}m") for place in range(BATCH)]
    started = time.monotonic()
    simulate_many(service(), sets, replicates=1, jobs=2, max_collections=detail)
    return time.monotonic() - started


def main() -> int:
    """Prints the figures."""
    print("| collector | every collection followed | 100 followed |\n|---|---|---|")  # noqa: T201
    for name, flags in FLAGS.items():
        print(f"| {name} | {one(flags):.1f} ms | {one(flags, detail=LITTLE):.1f} ms |")  # noqa: T201
    lengths = [one(SERIAL, seconds) for seconds in (600.0, 1200.0, 2400.0)]
    print(f"10, 20, 40 minutes: {', '.join(f'{ms:.1f} ms' for ms in lengths)}")  # noqa: T201
    print(f"peak of ten minutes {memory_kb(600.0):.0f} kB, of a day {memory_kb(86400.0):.0f} kB")  # noqa: T201
    print(f"{BATCH} flag sets, 100 collections followed each, two processes: {batch_s(LITTLE):.1f} s")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
