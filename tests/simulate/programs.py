"""Programs and runs that the tests of the simulator share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.model.profile import WorkloadProfile
from advisor.simulate.assemble import model_of
from advisor.simulate.collectors import COLLECTORS
from advisor.simulate.cost import Line, PhaseLines, Residuals, Stopwatch
from advisor.simulate.kernel import Streams
from advisor.simulate.mutator import Workload
from advisor.simulate.protocol import CollectorModel, Setting
from advisor.simulate.run import Run, Span, Tally

MIB = 1 << 20
FLAG = {
    "serial": "-XX:+UseSerialGC",
    "parallel": "-XX:+UseParallelGC",
    "cms": "-XX:+UseConcMarkSweepGC",
    "g1": "-XX:+UseG1GC",
    "zgc": "-XX:+UnlockExperimentalVMOptions -XX:+UseZGC",
    "zgc-generational": "-XX:+UseZGC -XX:+ZGenerational",
    "shenandoah": "-XX:+UnlockExperimentalVMOptions -XX:+UseShenandoahGC",
    "shenandoah-generational": "-XX:+UseShenandoahGC -XX:ShenandoahGCMode=generational",
}
RELEASES = {str(model.collector): sorted(model.jdks) for model in COLLECTORS}
"""The releases that have each collector."""
USUAL = {name: 17 if 17 in releases else releases[-1] for name, releases in RELEASES.items()}
"""The release that tests run a collector on where it does not matter."""


def profile(collector: str = "serial", **changes: Any) -> WorkloadProfile:
    """A small server: 100 MB/s, most of it dead at once, two processors, 4 GB, a release with the collector."""
    base: dict[str, Any] = {
        "jdk": USUAL[collector],
        "machine": {"cpus": 2, "memory": "4g"},
        "duration": "60s",
        "allocation": {"rate": "100 MB/s"},
        "lifetimes": {"components": [{"share": "5%", "mean": "200ms"}, {"share": "1%", "mean": "3s"}]},
        "costs": {
            "collector": "serial",
            "gc_threads": 1,
            "young": {"fixed": "1ms", "per_mb": "0.4ms", "spread": 0.2},
            "full": {"fixed": "5ms", "per_mb": "1ms", "spread": 0.2},
        },
    }
    return WorkloadProfile.model_validate({**base, **changes})


def fixed(words: str = "", *, heap: str = "400m", young: str = "100m", collector: str = "serial") -> tuple[str, ...]:
    """Flags with every size fixed."""
    sizes = f"-Xms{heap} -Xmx{heap} -Xmn{young} {FLAG[collector]}"
    return tuple(f"{sizes} {words}".split())


def build(words: Sequence[str], workload: Workload, *, jdk: int = 17, streams: Streams | None = None) -> CollectorModel:
    """A collector model with costs of 1 ms and 0.4 ms/MB (young), 5 ms and 1 ms/MB (full), without residuals."""
    target = effective(jdk, profile().machine, parse_words(tuple(words)))
    lines = PhaseLines(Line(1e-3, 0.4e-3 / MIB, 0.0, 0.0), Line(5e-3, 1e-3 / MIB, 0.0, 0.0), 1)
    own = streams or Streams(0)
    young, full = (Residuals(own.stream(name), 0.0, even=True) for name in ("young", "full"))
    width = len(workload.components) + 1
    setting = Setting(target, Stopwatch(lines, young, full), width, workload.large_share, workload.large_size)
    return model_of(target)(setting)


def run(
    words: Sequence[str],
    workload: Workload,
    seconds: float,
    *,
    jdk: int = 17,
    preloaded: float = 0.0,
    trace: Callable[[CollectorModel], Callable[[float, str], None]] | None = None,
) -> tuple[Tally, CollectorModel]:
    """One run without residuals, every collection followed; `trace` makes a hook for the model."""
    model = build(words, workload, jdk=jdk)
    hook = trace(model) if trace else None
    return Run(workload, model, Span(seconds, 1_000_000), Streams(1), preloaded, hook).execute(), model
