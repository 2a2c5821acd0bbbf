"""A simulated run written as a GC log and read back gives its figures again."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.analyze import LogTarget, analyze_logs
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.simulate import simulate, traced
from tests.simulate.programs import FLAG, MIB, RELEASES, profile

CASES = [(name, jdk) for name, releases in RELEASES.items() for jdk in releases]
GENERATIONAL = ("serial", "parallel", "cms", "g1")
"""Their logs tell the heap at every moment; those of the others only when a cycle starts or ends."""
STEADY = {
    "duration": "60s",
    "allocation": {"rate": "200 MB/s", "burstiness": 0.3},
    "lifetimes": {"retained": "100m", "components": [{"share": 0.05, "mean": "500ms"}, {"share": 0.03, "mean": "8s"}]},
}


def written(collector: str, jdk: int, folder: Path, *flags: str) -> tuple[Outcome, Path, WorkloadProfile]:
    workload = profile(collector, jdk=jdk, **STEADY)
    run = traced(workload, [*FLAG[collector].split(), "-Xms300m", "-Xmx300m", *flags])
    log = folder / "gc.log"
    log.write_text("\n".join(run.log) + "\n", encoding="utf-8")
    return run.outcome, log, workload


@pytest.mark.parametrize(("collector", "jdk"), CASES, ids=str)
def test_the_log_of_a_run_has_the_figures_of_the_run(collector: str, jdk: int, tmp_path: Path) -> None:
    outcome, log, _ = written(collector, jdk, tmp_path)
    read = analyze_logs((str(log),), LogTarget(jdk=jdk, cpus=2))
    assert read.source.collector == collector
    assert not read.source.lines_skipped
    assert read.pauses.count == outcome.pauses.count
    assert read.pauses.total_ms == pytest.approx(outcome.pauses.total_ms, rel=1e-3)
    assert read.pauses.p99_ms == pytest.approx(outcome.pauses.p99_ms, abs=0.01)
    assert {k: v.count for k, v in read.pauses.by_kind.items()} == {
        k: v.count for k, v in outcome.pauses.by_kind.items()
    }
    # What degenerates began as a cycle: a log shows its beginning.
    begun = (
        outcome.pauses.by_kind["initial-mark"].count
        if collector.startswith("shenandoah")
        else outcome.cycles["concurrent"]
    )
    assert read.cycles["concurrent"] == begun
    assert read.failures["allocation_stall"] == outcome.failures.get("allocation_stall", 0)
    if collector in GENERATIONAL:
        assert read.heap.peak_used_bytes == pytest.approx(outcome.heap_peak_bytes, rel=0.01)
        assert read.allocation.rate_bytes_s == pytest.approx(200 * MIB, rel=0.05)


@pytest.mark.parametrize("jdk", [17, 21, 25])
def test_evacuation_failures_are_written_as_the_release_does(jdk: int, tmp_path: Path) -> None:
    outcome, log, _ = written("g1", jdk, tmp_path, "-Xmx150m", "-Xms150m")
    read = analyze_logs((str(log),), LogTarget(jdk=jdk, cpus=2))
    assert outcome.failures["evacuation_failure"]
    assert read.failures["evacuation_failure"] == outcome.failures["evacuation_failure"]


def test_the_run_that_is_written_is_the_nominal_one() -> None:
    workload = profile("serial", **STEADY)
    flags = [FLAG["serial"], "-Xmx300m"]
    assert traced(workload, flags, seed=3).outcome.pauses == simulate(workload, flags, seed=3).pauses


def test_what_is_read_back_simulates_like_what_was_written(tmp_path: Path) -> None:
    """The loop closed: a log of Serial, its inferred program, and the same flags again."""
    outcome, log, _ = written("serial", 17, tmp_path)
    flags = ("-XX:+UseSerialGC", "-Xms300m", "-Xmx300m")
    read = analyze_logs((str(log),), LogTarget(jdk=17, cpus=2, flags=flags))
    again = simulate(WorkloadProfile.model_validate(read.profile), flags)
    assert again.pauses.count == pytest.approx(outcome.pauses.count, rel=0.05)
    assert again.pauses.total_ms == pytest.approx(outcome.pauses.total_ms, rel=0.2)
