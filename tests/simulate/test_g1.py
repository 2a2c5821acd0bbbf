"""G1 held to logs of real JVMs and to what its flags promise."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.model.profile import WorkloadProfile
from advisor.simulate.assemble import assemble
from advisor.simulate.calibrate import build_model
from advisor.simulate.fit import correction
from advisor.simulate.g1_policy import marking_start
from advisor.simulate.kernel import Streams
from advisor.simulate.moments import Moment
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.run import Tally
from tests.benchmarks.fidelity.predictions import calibrated
from tests.benchmarks.fidelity.records import load
from tests.simulate.programs import MIB, run

PROGRAMS = ("alloc-old", "alloc-young", "h2oltp", "luceneindex")
_IHOP = re.compile(
    r"Adaptive IHOP information \(value update\), threshold: (\d+)B .*internal target occupancy: (\d+)B.*"
    r"additional buffer size: (\d+)B, predicted old gen allocation rate: ([\d.]+)B/s, "
    r"predicted marking phase length: ([\d.]+)ms, prediction active: (true|false)"
)


def lines(shared: Path, tag: str) -> Iterator[str]:
    with gzip.open(shared / "truth" / f"{tag}.log.gz", "rt", encoding="utf-8", errors="replace") as log:
        yield from log


@pytest.mark.shared
@pytest.mark.parametrize("program", [*PROGRAMS, "alloc-large", "jython", "weka"])
def test_the_marking_threshold_of_every_collection_of_real_logs(shared: Path, program: str) -> None:
    """45 % of the heap until there are samples, then 85 % less what is needed until marking is done."""
    seen = 0
    heap = 0
    for line in lines(shared, f"{program}--g1"):
        if found := re.search(r"Maximum heap (\d+)", line):
            heap = int(found[1])
        if not (match := _IHOP.search(line)):
            continue
        seen += 1
        threshold, target, buffer = (int(match[i]) for i in (1, 2, 3))
        assert target == int(heap * (100 - 10 - 5) / 100)
        start = marking_start(45, 0.5, 10, 5, adaptive=True)
        for _ in range(3 if match[6] == "true" else 2):
            start.marking.sample(float(match[5]) / 1000)
            start.allocation.sample(float(match[4]))
        start.marking.count, start.allocation.count = (10, 10) if match[6] == "true" else (2, 2)
        assert start.threshold(heap, heap, buffer) == pytest.approx(threshold, rel=1e-4)
    assert seen > 20


def real_edens(shared: Path, tag: str) -> list[int]:
    """Regions of eden that each collection found."""
    return [int(m[1]) for m in map(re.compile(r"Eden regions: (\d+)->").search, lines(shared, tag)) if m]


def simulated_edens(profile: WorkloadProfile) -> list[float]:
    found = correction(profile)
    target = effective(profile.jdk, profile.machine, parse_words(profile.flags))
    model = found.applied(build_model(profile, float(profile.duration)))
    edens: list[float] = []

    def observe(moment: Moment) -> None:
        if moment.pauses and moment.pauses[0].kind in ("young", "mixed", "full"):
            assert moment.before.eden is not None
            edens.append(moment.before.eden.used / MIB)

    assemble(profile, target, model, found.costs, 1200, found.track).run(0, Streams(0), observe)
    return edens


@pytest.mark.shared
@pytest.mark.parametrize("program", PROGRAMS)
def test_edens_of_a_real_log_in_their_order(shared: Path, program: str) -> None:
    """Collection by collection, over all and in the first third, where sizes change most.

    None of these logs turns on the moment at which a cycle starts.
    """
    source = next(run for run in load(shared / "truth", [program]) if run.flag_set == "g1")
    real, model = real_edens(shared, f"{program}--g1"), simulated_edens(calibrated(source))
    both = list(zip(real, model, strict=False))
    off = [abs(b / a - 1) for a, b in both if a > 1]
    assert median(off) <= 0.15
    assert median(off[: len(off) // 3]) <= 0.20
    assert len(model) == pytest.approx(len(real), rel=0.2)


def g1(workload: Workload, words: str, *, jdk: int = 17, seconds: float = 60.0) -> Tally:
    return run(f"-XX:+UseG1GC {words}".split(), workload, seconds, jdk=jdk)[0]


def mean_young(tally: Tally) -> float:
    """Bytes allocated for each young collection."""
    return tally.allocated / sum(1 for pause in tally.pauses if pause.kind in ("young", "mixed"))


def test_survivors_beyond_half_of_their_space_are_promoted_next_even_if_they_die_before() -> None:
    """A real JVM of this kind prints threshold 1 at every collection: the age table holds what was copied."""
    brief = Workload(400.0 * MIB, (Component(0.5, 0.1),))
    _, model = run(["-XX:+UseG1GC", "-Xms384m", "-Xmx384m"], brief, 20.0)
    assert model.young.survivors_used > 0.5 * model.young.survivor  # type: ignore[attr-defined]
    assert model.threshold == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(("jdk", "regions"), [(8, 3), (11, 3), (17, 3)])
def test_a_full_heap_leaves_the_least_young_generation(jdk: int, regions: int) -> None:
    """5 % of 64 regions, survivors and all, although that eats into the reserve: `(2) ... (1)` in real logs."""
    words = ["-XX:+UseG1GC", "-Xms64m", "-Xmx64m", "-XX:InitiatingHeapOccupancyPercent=100", "-XX:-G1UseAdaptiveIHOP"]
    _, model = run(words, Workload(50.0 * MIB, (Component(0.01, 0.1),)), 2.0, jdk=jdk, preloaded=57.0 * MIB)
    survivors = -(-model.young.survivors_used // MIB)  # type: ignore[attr-defined]
    assert model.young.eden / MIB + survivors == regions  # type: ignore[attr-defined]


LARGE = Workload(200.0 * MIB, (Component(0.05, 0.3), Component(0.01, 5.0)), large_share=0.3, large_size=768 * 1024)


@pytest.mark.parametrize("jdk", [8, 11, 17, 21, 25])
def test_humongous_allocation_starts_cycles_before_eden_is_full(jdk: int) -> None:
    """And not with regions of twice the size, in which the same objects are ordinary ones."""
    sizes = "-Xms400m -Xmx400m -XX:InitiatingHeapOccupancyPercent=20 -XX:-G1UseAdaptiveIHOP"
    small = g1(LARGE, f"{sizes} -XX:G1HeapRegionSize=1m", jdk=jdk)
    large = g1(LARGE, f"{sizes} -XX:G1HeapRegionSize=2m", jdk=jdk)
    assert small.cycles > 1.5 * large.cycles
    assert mean_young(small) < mean_young(large)
