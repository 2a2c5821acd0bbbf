"""The checks: each speaks where it must, with the right times, and keeps silent where nothing is wrong."""

from __future__ import annotations

import csv
import json
import re
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
from tests.analyze.stories import STORIES, Story, late_log, shenandoah_log, stall_log, tight_log, z_log
from tests.conftest import ROOT

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


@pytest.mark.parametrize("make", [z_log, shenandoah_log])
def test_no_check_speaks_of_healthy_concurrent_collectors(make: Story, tmp_path: Path) -> None:
    assert set(make().findings(tmp_path)) <= QUIET_ON_HEALTHY


def test_times_are_those_of_the_log(tmp_path: Path) -> None:
    finding = stall_log().findings(tmp_path)["allocation-stall"]
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
    findings = list(late_log().findings(tmp_path).values())
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


@pytest.mark.parametrize(("hours", "severity"), [(0, "error"), (5, "warning")])
def test_a_rare_failure_is_a_warning(hours: int, severity: str, tmp_path: Path) -> None:
    """One full collection of 300 ms in five minutes, or in five hours."""
    log = healthy().pause(310, "Full (G1 Compaction Pause)", 300, 1000, 200)
    for number in range(1, hours * 360):
        log.young(310 + 10.0 * number, before=700, after=200)
    assert log.findings(tmp_path)["full-collections"].severity == severity


def test_full_collections_do_not_count_against_parallelism(tmp_path: Path) -> None:
    log = healthy("Parallel").line(0.006, "gc,init", "Parallel Workers: 4")
    for number in range(8):
        log.pause(310 + 10 * number, "Full (Ergonomics)", 300, 900, 300, cpu=(0.32, 0.0)).young(315 + 10 * number)
    assert "low-parallelism" not in log.findings(tmp_path)


def test_a_heap_that_may_still_grow_is_not_called_tight(tmp_path: Path) -> None:
    """Without -Xmx in the log the committed heap is no limit."""
    log = tight_log()
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
