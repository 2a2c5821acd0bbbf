"""The checks: each speaks where it must, with the right times, and keeps silent where nothing is wrong."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.analyze.diagnose import CHECKS
from advisor.analyze.diagnose.docs import DOCUMENT, document
from advisor.analyze.diagnose.trend import trend
from advisor.jvm.commandline import parse_words
from advisor.jvm.constraints import judge
from advisor.model.errors import NotModelledError
from advisor.model.quantities import MIB, Rate
from tests.analyze.script import Log, healthy
from tests.conftest import ROOT

Story = Callable[[], Log]
STORIES: dict[str, Story] = {}


def story(identity: str) -> Callable[[Story], Story]:
    """Registers a log in which a check must speak."""

    def register(make: Story) -> Story:
        STORIES[identity] = make
        return make

    return register


def _full_row(*, before: int, after: int, collector: str = "Serial", count: int = 4) -> Log:
    log = Log(collector, heap=128)
    for number in range(count):
        log.pause(10.0 + number, "Full (Allocation Failure)", 200, before, after)
    return log.young(20.0).young(40.0)


@story("heap-exhausted")
def _exhausted() -> Log:
    return _full_row(before=127, after=126)


@story("consecutive-full-collections")
def _row() -> Log:
    return _full_row(before=127, after=90)


@story("metaspace-exhausted")
def _metaspace() -> Log:
    return healthy().pause(310, "Full (Metadata GC Clear Soft References)", 40, 200, 190)


@story("metadata-collections")
def _metadata() -> Log:
    return healthy().pause(310, "Young (Concurrent Start) (Metadata GC Threshold)", 8, 400, 190)


@story("full-collections")
def _fallback() -> Log:
    return healthy().pause(310, "Full (G1 Compaction Pause)", 300, 1000, 200)


@story("serial-full-collections")
def _serial_full() -> Log:
    log = Log("Concurrent Mark Sweep")
    for number in range(1, 20):
        log.young(number * 5.0)
    return log.pause(100, "Full (Allocation Failure)", 300, 900, 200)


@story("concurrent-mode-failure")
def _mode() -> Log:
    log = Log("Concurrent Mark Sweep").pause(5, "Initial Mark", 2, 500, 500)
    log.line(5.1, "gc", "GC(0) Concurrent Mark")
    return log.pause(6, "Full (Allocation Failure)", 300, 1000, 400).young(70)


@story("promotion-failed")
def _promotion() -> Log:
    return healthy("Serial").line(310, "gc", "Promotion failed").young(312)


@story("evacuation-failure")
def _evacuation() -> Log:
    return healthy().pause(310, "Young (Normal) (G1 Evacuation Pause) (Evacuation Failure: Allocation)", 90, 1000, 900)


@story("allocation-stall")
def _stall() -> Log:
    return _z().line(130, "gc", "Allocation Stall (main) 12.500ms").line(140, "gc", "Allocation Stall (w1) 37.500ms")


@story("relocation-stall")
def _relocation() -> Log:
    return _z().line(130, "gc", "Relocation Stall (main) 12.500ms")


def _z() -> Log:
    log = Log("The Z Garbage Collector", version="17.0.9+9")
    for number in range(1, 20):
        log.line(number * 5.0, "gc,phases", f"GC({number}) Pause Mark Start 0.010ms")
        log.line(number * 5.0 + 0.1, "gc", f"GC({number}) Garbage Collection (Allocation Rate) 500M(50%)->100M(10%)")
    return log


def _shenandoah() -> Log:
    log = Log("Shenandoah")
    for number in range(1, 20):
        log.line(number * 5.0, "gc", f"GC({number}) Pause Init Mark 0.100ms")
        log.line(number * 5.0 + 0.1, "gc", f"GC({number}) Concurrent cleanup 500M->100M(1024M) 0.100ms")
    log.number = 20
    return log


@story("degenerated")
def _degenerated() -> Log:
    return _shenandoah().pause(100, "Degenerated GC (Mark)", 25, 1000, 100)


@story("pacing")
def _pacing() -> Log:
    return _shenandoah().line(100, "gc,stats", "Pacing                         =   20.000 s (a =    12806 us)")


@story("low-throughput")
def _stopped() -> Log:
    log = Log()
    for number in range(1, 101):
        log.young(number, 300)
    return log


@story("stopped-stretch")
def _stretch() -> Log:
    log = healthy()
    for number in range(20):
        log.young(301 + 0.5 * number, 180)
    return log.young(400).young(500)


@story("long-pause")
def _long() -> Log:
    return healthy().young(310, 1500)


@story("pause-goal-missed")
def _goal() -> Log:
    log = healthy()
    for number in range(30):
        log.young(301 + 5 * number, 260)
    return log


def _busy(user: float, system: float, *, collector: str = "Parallel", ms: float = 300) -> Log:
    log = healthy(collector)
    for number in range(8):
        log.young(310 + 10 * number, ms, cpu=(user, system))
    return log


@story("cpu-starved")
def _starved() -> Log:
    return _busy(0.05, 0.01)


@story("system-time")
def _system() -> Log:
    return _busy(0.1, 0.5)


@story("low-parallelism")
def _idle_workers() -> Log:
    log = _busy(0.32, 0.01)
    return log.line(0.006, "gc,init", "Parallel Workers: 4")


@story("serial-on-many-processors")
def _one_of_four() -> Log:
    log = Log("Serial")
    for number in range(1, 101):
        log.young(number, 40)
    return log


@story("growing-live-set")
def _leaking() -> Log:
    log = Log("Serial", heap=4000)
    for number in range(1, 40):
        log.young(number * 20.0, before=900, after=400)
        live = 400 + 10 * number
        log.pause(number * 20.0 + 10, "Full (Ergonomics)", 60, live + 300, live)
    return log


@story("tight-heap")
def _tight() -> Log:
    log = healthy("Serial")
    for number in range(4):
        log.pause(310 + 60 * number, "Full (System.gc())", 60, 1000, 800).young(340 + 60 * number)
    return log


@story("heap-beyond-memory")
def _beyond() -> Log:
    return healthy(heap=9000)


@story("unused-heap")
def _unused() -> Log:
    log = healthy(heap=4096)
    return log.young(700).young(900)


@story("heap-resizing")
def _resizing() -> Log:
    log = Log()
    for number in range(1, 60):
        log.heap = 400 if number % 2 else 900
        log.young(number * 5.0)
    return log


@story("metaspace-growth")
def _loaders() -> Log:
    log = Log()
    for number in range(1, 200):
        log.young(number * 5.0, parts=(f"Metaspace: {20000 + 400 * number}K(90000K)->{20000 + 400 * number}K(90000K)",))
    return log


@story("humongous-allocations")
def _humongous() -> Log:
    log = healthy()
    for number in range(8):
        log.pause(310 + number, "Young (Concurrent Start) (G1 Humongous Allocation)", 4, 700, 300)
    return log


@story("compressed-references-lost")
def _oops() -> Log:
    return healthy(heap=33 * 1024)


@story("allocation-bursts")
def _bursts() -> Log:
    log = Log("Parallel", heap=4096)
    for number in range(1, 60):
        log.young(number * 20.0, before=110, after=100)
        log.young(number * 20.0 + 0.5, before=2000, after=100)
    return log


@story("small-young")
def _small() -> Log:
    log = Log("Serial")
    for number in range(1, 300):
        log.young(number * 0.3, 30)
    return log


def _serial_spaces(number: int, promoted: int, survivors: int) -> tuple[str, ...]:
    old = 10000 + number * promoted
    return (
        f"DefNew: 90000K(92160K)->{survivors}K(92160K) Eden: 81920K(81920K)->0K(81920K) "
        f"From: {survivors}K(10240K)->{survivors}K(10240K)",
        f"Tenured: {old}K(900000K)->{old + promoted}K(900000K)",
    )


@story("survivor-overflow")
def _overflow() -> Log:
    log = Log("Serial")
    for number in range(1, 60):
        log.young(number * 5.0, parts=_serial_spaces(number, 5000, 10240))
    return log


@story("premature-promotion")
def _premature() -> Log:
    log, old = Log("Serial"), 10000
    for number in range(1, 60):
        grown = old + 20000
        parts = ("DefNew: 82920K(92160K)->1000K(92160K)", f"Tenured: {old}K(900000K)->{grown}K(900000K)")
        log.young(number * 5.0, parts=parts)
        old = grown
        if number % 10 == 0:
            parts = ("DefNew: 1000K(92160K)->0K(92160K)", f"Tenured: {old}K(900000K)->10000K(900000K)")
            log.pause(number * 5.0 + 2, "Full (Allocation Failure)", 50, 210, 10, parts=parts)
            old = 10000
    return log


@story("young-larger-than-old")
def _inverted() -> Log:
    log = Log("Serial")
    for number in range(1, 20):
        log.young(number * 5.0, parts=("DefNew: 500000K(600000K)->9K(600000K)", "Tenured: 9K(90000K)->9K(90000K)"))
    return log.pause(110, "Full (System.gc())", 30)


@story("late-cycles")
def _late() -> Log:
    log = Log()
    for number in range(1, 12):
        log.pause(number * 10.0, "Young (Concurrent Start) (G1 Evacuation Pause)", 6, 990, 940)
        log.pause(number * 10.0 + 1, "Full (G1 Compaction Pause)", 200, 1020, 500)
    return log


@story("constant-cycles")
def _constant() -> Log:
    log = healthy()
    for number in range(100):
        log.line(302 + 4 * number, "gc", f"GC({1000 + number}) Concurrent Mark Cycle 3900.000ms")
    return log


@story("no-mixed-collections")
def _no_mixed() -> Log:
    log = Log()
    for number in range(1, 6):
        log.pause(number * 20.0, "Young (Concurrent Start) (G1 Evacuation Pause)", 6, 700, 600)
        log.line(number * 20.0 + 1, "gc", f"GC({log.number}) Concurrent Mark Cycle 900.000ms")
        log.pause(number * 20.0 + 5, "Full (G1 Compaction Pause)", 200, 1020, 500)
    return log


@story("aborted-cycles")
def _aborted() -> Log:
    log = healthy().pause(310, "Full (G1 Compaction Pause)", 200, 1020, 500)
    return log.line(310.1, "gc,marking", "GC(5) Concurrent Mark Abort")


@story("preventive-collections")
def _preventive() -> Log:
    log = healthy()
    for number in range(8):
        log.pause(310 + number, "Young (Normal) (G1 Preventive Collection)", 4, 700, 300)
    return log


@story("explicit-collections")
def _explicit() -> Log:
    return healthy().pause(310, "Full (System.gc())", 30, 700, 200)


@story("rmi-collections")
def _rmi() -> Log:
    log = healthy()
    for hour in range(1, 5):
        log.pause(hour * 3600.0 + 0.05 * hour, "Full (System.gc())", 30, 700, 200)
    return log


@story("heap-dump")
def _dump() -> Log:
    return healthy().pause(310, "Full (Heap Dump Initiated GC)", 30, 700, 200)


@story("heap-inspection")
def _inspection() -> Log:
    return healthy().pause(310, "Full (Heap Inspection Initiated GC)", 30, 700, 200)


@story("tool-collections")
def _tool() -> Log:
    return healthy().pause(310, "Full (Diagnostic Command)", 30, 700, 200)


@story("gc-locker")
def _locker() -> Log:
    log = healthy("Parallel")
    for number in range(8):
        log.pause(310 + 5 * number, "Young (GCLocker Initiated GC)", 4, 700, 300)
    return log


@story("slow-safepoint")
def _slow() -> Log:
    return healthy().safepoint(310, "G1CollectForAllocation", reaching_ms=80)


@story("other-safepoints")
def _other() -> Log:
    log = healthy()
    for number in range(100):
        log.safepoint(301 + number, "PrintThreads", at_ms=150)
    return log


@story("reference-processing")
def _references() -> Log:
    log = healthy()
    for number in range(10):
        log.young(310 + 5 * number, 100, parts=("    Reference Processing: 80.0ms",))
    return log


@story("class-unloading")
def _unloading() -> Log:
    log = healthy()
    for number in range(4):
        log.pause(310 + 5 * number, "Remark", 90, 220, 220, parts=("Class Unloading 70.000ms",))
    return log


@story("long-remark")
def _remark() -> Log:
    log = healthy()
    for number in range(30):
        log.pause(310 + 5 * number, "Remark", 90, 220, 220)
    return log


@story("string-deduplication")
def _deduplication() -> Log:
    log = healthy()
    for number in range(50):
        log.line(
            310 + number,
            "stringdedup",
            "Concurrent String Deduplication 236/8256.0B (new), 1/10.0B (deduped), avg 0.1%, 500.000ms of 500.069ms",
        )
    return log


@story("no-time-stamps")
def _timeless() -> Log:
    log = healthy()
    log.lines = [line.partition("]")[2] for line in log.lines]
    return log


@story("several-runs")
def _twice() -> Log:
    log = healthy()
    log.lines += healthy().lines
    return log


@story("no-old-collection")
def _young_only() -> Log:
    return healthy("Serial")


@story("log-cut")
def _cut() -> Log:
    return healthy().line(310, "gc,start", "GC(900) Pause Young (Normal) (G1 Evacuation Pause)")


@story("short-log")
def _short() -> Log:
    return healthy(collections=8)


@story("late-start")
def _headless() -> Log:
    log = healthy("Serial")
    parts = ("DefNew: 82920K(92160K)->1000K(92160K)", "Tenured: 9K(900000K)->9K(900000K)")
    log.lines = []
    for number in range(20):
        log.young(400 + 10 * number, parts=parts)
    return log


@story("incomplete-log")
def _terse() -> Log:
    return healthy()


@story("questionable-flags")
def _flags() -> Log:
    return healthy().line(0.006, "arguments", "jvm_args: -Xmx1024m -XX:+UseConcMarkSweepGC -XX:+AggressiveOpts")


SAMPLE = Path(__file__).parent / "samples" / "leak-2mb-a-second-jdk21-serial.log.gz"
QUIET_ON_HEALTHY = {"incomplete-log", "no-old-collection", "short-log", "log-cut"}
"""What may be said of a log that has no ages and no old collections, or is short."""


def test_every_module_of_checks_is_in_the_themes() -> None:
    folder = ROOT / "advisor" / "analyze" / "diagnose"
    modules = [import_module(f"advisor.analyze.diagnose.{path.stem}") for path in folder.glob("[a-z]*.py")]
    declared = {check.id for module in modules for check in getattr(module, "CHECKS", ())}
    assert declared == {check.id for check in CHECKS}


def test_every_check_has_a_story() -> None:
    assert sorted(STORIES) == sorted(check.id for check in CHECKS)
    assert len({check.id for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("identity", sorted(check.id for check in CHECKS))
def test_a_check_speaks_where_it_must(identity: str, tmp_path: Path) -> None:
    finding = STORIES[identity]().findings(tmp_path).get(identity)
    assert finding is not None
    assert finding.message.endswith(".")
    assert finding.advice
    assert 0 <= finding.weight <= 1
    if finding.first_s is not None and finding.last_s is not None:
        assert finding.first_s <= finding.last_s
        assert finding.worst_s is None or finding.first_s <= finding.worst_s <= finding.last_s


@pytest.mark.parametrize("collector", ["G1", "Serial", "Parallel"])
def test_no_check_speaks_where_nothing_is_wrong(collector: str, tmp_path: Path) -> None:
    assert set(healthy(collector).findings(tmp_path)) <= QUIET_ON_HEALTHY


@pytest.mark.parametrize("make", [_z, _shenandoah])
def test_no_check_speaks_of_healthy_concurrent_collectors(make: Story, tmp_path: Path) -> None:
    assert set(make().findings(tmp_path)) <= QUIET_ON_HEALTHY


def test_times_are_those_of_the_log(tmp_path: Path) -> None:
    finding = _stall().findings(tmp_path)["allocation-stall"]
    assert (finding.count, finding.first_s, finding.last_s, finding.worst_s) == (2, 130.0, 140.0, 140.0)
    assert "twice, 25 ms on average" in finding.message
    assert "37.5 ms at 140 s" in finding.evidence


@pytest.mark.parametrize("identity", sorted(STORIES))
def test_no_advice_names_a_flag_that_the_release_lacks_or_has_by_default(identity: str, tmp_path: Path) -> None:
    """The JVM of the stories is a 21, or what they name; the judge of command lines says what it would refuse."""
    analysis = STORIES[identity]().analysis(tmp_path)
    for finding in analysis.diagnosis:
        flags = [flag for flag in finding.flags if flag.startswith("-XX:")]
        if analysis.source.jdk is None or finding.id in ("questionable-flags", "no-time-stamps"):
            continue
        for verdict in judge(parse_words(flags), analysis.source.jdk):
            assert verdict.check not in ("unknown-flag", "removed-flag", "obsolete-flag", "locked-flag"), finding.id


def test_the_gravest_comes_first(tmp_path: Path) -> None:
    order = {"error": 0, "warning": 1, "info": 2}
    findings = list(_late().findings(tmp_path).values())
    keys = [(order[finding.severity], -finding.weight) for finding in findings]
    assert keys == sorted(keys)
    assert len(keys) >= 3


def test_an_even_minute_is_not_an_hour(tmp_path: Path) -> None:
    """Calls every 40 minutes are no calls of RMI."""
    log = healthy()
    for number in range(1, 6):
        log.pause(number * 2400.0, "Full (System.gc())", 30, 700, 200)
    found = log.findings(tmp_path)
    assert "explicit-collections" in found
    assert "rmi-collections" not in found


def test_a_live_set_that_has_stopped_growing_is_no_leak(tmp_path: Path) -> None:
    log = Log("Serial", heap=4000)
    for number in range(1, 60):
        live = min(700, 400 + 20 * number) + number % 3
        log.young(number * 20.0).pause(number * 20.0 + 10, "Full (Ergonomics)", 60, live + 300, live)
    assert "growing-live-set" not in log.findings(tmp_path)


def test_a_pause_that_the_kernel_made_long_is_not_blamed_on_the_collector(tmp_path: Path) -> None:
    found = healthy("Parallel").young(330, 15000, cpu=(0.1, 14.8)).findings(tmp_path)
    assert found["system-time"].count == 1
    assert "see system-time" in (found["long-pause"].advice or "")
    found = healthy("Parallel").young(330, 15000, cpu=(14.0, 0.3)).findings(tmp_path)
    assert "system-time" not in found
    assert "see system-time" not in (found["long-pause"].advice or "")


@pytest.mark.parametrize(
    ("regions", "heap", "expected"), [(1, 1024, "2m"), (3, 1024, "8m"), (40, 8192, None), (2, 128, None)]
)
def test_regions_are_as_large_as_the_objects_need(
    regions: int, heap: int, expected: str | None, tmp_path: Path
) -> None:
    """Objects of up to so many regions of 1 MB; a heap is to have 64 regions and a region 32 MB at most."""
    log = Log(heap=heap)
    for number in range(1, 30):
        before = regions * number
        parts = (f"Humongous regions: {before}->{before}",)
        log.pause(number * 10.0, "Young (Concurrent Start) (G1 Humongous Allocation)", 4, 90, 50, parts=parts)
    flags = log.findings(tmp_path)["humongous-allocations"].flags
    assert flags == ((f"-XX:G1HeapRegionSize={expected}",) if expected else ())


def test_full_collections_do_not_count_against_parallelism(tmp_path: Path) -> None:
    log = healthy("Parallel").line(0.006, "gc,init", "Parallel Workers: 4")
    for number in range(8):
        log.pause(310 + 10 * number, "Full (Ergonomics)", 300, 900, 300, cpu=(0.32, 0.0)).young(315 + 10 * number)
    assert "low-parallelism" not in log.findings(tmp_path)


def test_a_heap_that_may_still_grow_is_not_called_tight(tmp_path: Path) -> None:
    """Without -Xmx in the log the committed heap is no limit."""
    log = _tight()
    assert log.findings(tmp_path)["tight-heap"].severity == "warning"
    log.lines = [line for line in log.lines if "Max Capacity" not in line]
    finding = log.findings(tmp_path)["tight-heap"]
    assert (finding.severity, finding.confidence) == ("info", "low")


def test_concurrent_phases_are_not_starved_collections(tmp_path: Path) -> None:
    """Their elapsed time is waiting too; only pauses are judged by it."""
    log = healthy("Concurrent Mark Sweep")
    for number in range(10):
        log.line(310 + number, "gc", f"GC({900 + number}) Concurrent Abortable Preclean 5000.000ms")
        log.line(310 + number, "gc,cpu", f"GC({900 + number}) User=0.01s Sys=0.00s Real=5.00s")
    assert "cpu-starved" not in log.findings(tmp_path)


def test_a_real_leak_is_told_with_its_rate(tmp_path: Path) -> None:
    """JDK 21 under a program that keeps 2 MB more every second."""
    found = {finding.id: finding for finding in analyze_logs((str(SAMPLE),)).diagnosis}
    finding = found["growing-live-set"]
    low, high = (Rate.parse(text) for text in re.findall(r"[\d.]+ MB/s", finding.evidence)[-2:])
    assert low <= 2 * MIB <= high
    assert finding.first_s is not None
    assert finding.first_s > 30


def test_trend_of_a_straight_line_is_that_line() -> None:
    line = trend([(float(time), 5.0 + 3.0 * time) for time in range(20)])
    assert line is not None
    assert line.slope == pytest.approx(3.0)
    assert line.low == pytest.approx(3.0)
    assert line.explained == pytest.approx(1.0)


def test_the_interval_of_a_trend_covers_as_often_as_it_says() -> None:
    """Independent noise around a known slope: the 95 % interval holds it in about 95 of 100 series."""
    import random

    held = 0
    for seed in range(400):
        noise = random.Random(seed)
        line = trend([(float(time), 2.0 * time + noise.gauss(0, 10)) for time in range(30)])
        assert line is not None
        held += line.low <= 2.0 <= line.high
    assert 0.92 <= held / 400 <= 0.99


def test_the_page_is_current() -> None:
    """`python -m advisor.analyze.diagnose.docs` writes it."""
    assert (ROOT / DOCUMENT).read_text(encoding="utf-8") == document()


# Real logs: what the flight recordings and the lines of the logs count, the findings say.


def _truth(shared: Path) -> list[dict[str, str]]:
    csv.field_size_limit(1 << 20)
    with (shared / "gclogs" / "generated.tsv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream, delimiter="\t") if "rotated" not in row["file"]]


CAUSES = {
    "System.gc()": "explicit-collections",
    "Metadata GC Threshold": "metadata-collections",
    "Heap Dump Initiated GC": "heap-dump",
    "G1 Humongous Allocation": "humongous-allocations",
}


@pytest.mark.shared
def test_failures_are_told_where_the_recordings_have_them(shared: Path) -> None:
    wrong, judged = [], 0
    for row in _truth(shared):
        try:
            analysis = analyze_logs((str(shared / "gclogs" / "generated" / f"{row['file']}.gz"),))
        except NotModelledError:
            continue
        found = {finding.id for finding in analysis.diagnosis}
        expected = {
            "evacuation-failure": int(row["evac_fail"]) > 0,
            "allocation-stall": int(row["stalls"]) > 0,
            "degenerated": int(row["degenerated"]) > 0,
        }
        causes = json.loads(row["jfr_causes"])
        told = analysis.pauses.count is not None and "concurrent" not in row["flags"].lower()
        expected |= {identity: cause in causes for cause, identity in CAUSES.items() if told}
        wrong += [(row["file"], name, truth) for name, truth in expected.items() if (name in found) != truth]
        judged += len(expected)
    assert not wrong
    assert judged > 200


CALM = (
    *("jdk11-zgc-steady", "jdk11-shenandoah-steady", "jdk17-g1-idle", "jdk21-zgc-classic", "jdk25-zgc-gen"),
    *("jdk25-shenandoah-gen", "fmt-jdk25-zgc-time-only", "fmt-jdk21-zgc-gen-debug"),
)


@pytest.mark.shared
@pytest.mark.parametrize("name", CALM)
def test_calm_runs_are_called_calm(shared: Path, name: str) -> None:
    analysis = analyze_logs((str(shared / "gclogs" / "generated" / f"{name}.log.gz"),))
    assert {finding.id for finding in analysis.diagnosis if finding.severity != "info"} == set()


def test_stories_differ() -> None:
    """No two checks are shown by the same log under two names."""
    texts = ["\n".join(make().lines) for make in STORIES.values()]
    assert all(one != other for one, other in pairwise(sorted(texts)))
