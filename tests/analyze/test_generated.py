"""Real logs of four releases against what JFR and an independent line count say of the same runs."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.model.analysis import Analysis
from advisor.model.profile import WorkloadProfile

pytestmark = pytest.mark.shared
COPYING = ("Serial", "Parallel", "ConcMarkSweep", "G1")
PARTS = ("fmt-jdk21-g1-rotated",)
Row = Mapping[str, str]


@cache
def rows(shared: Path) -> tuple[Row, ...]:
    with (shared / "gclogs" / "generated.tsv").open(encoding="utf-8") as stream:
        return tuple(csv.DictReader(stream, delimiter="\t"))


def logs(shared: Path) -> list[tuple[Row, Analysis]]:
    """Every log of a collector that copies, with its reference."""
    wanted = [row for row in rows(shared) if any(f"Use{name}GC" in row["flags"] for name in COPYING)]
    return [(row, analysed(shared, row["file"])) for row in wanted]


@cache
def analysed(shared: Path, name: str) -> Analysis:
    return analyze_logs((str(shared / "gclogs" / "generated" / f"{name}.gz"),))


def test_there_are_logs_of_every_copying_collector(shared: Path) -> None:
    found = {analysis.source.collector for _, analysis in logs(shared)}
    assert found == {"serial", "parallel", "cms", "g1"}
    assert len(logs(shared)) > 30


def test_outermost_pauses_are_counted_exactly(shared: Path) -> None:
    wrong = {
        row["file"]: (analysis.pauses.count, row["outer"] or row["pauses"])
        for row, analysis in logs(shared)
        if analysis.pauses.count != int(row["outer"] or row["pauses"])
    }
    assert not wrong


def test_total_and_longest_pause(shared: Path) -> None:
    """Where pauses are nested the reference unites intervals of millisecond time stamps: its total is good to 1 %."""
    for row, analysis in logs(shared):
        assert analysis.pauses.max_ms == pytest.approx(float(row["max_s"]) * 1000, abs=0.001), row["file"]
        if row["pauses"] == str(analysis.pauses.count):
            assert analysis.pauses.total_ms == pytest.approx(float(row["sum_s"]) * 1000, abs=0.01), row["file"]
        elif row["union_s"] != "None":
            assert analysis.pauses.total_ms == pytest.approx(float(row["union_s"]) * 1000, rel=0.012), row["file"]


def test_jfr_saw_the_same_pauses(shared: Path) -> None:
    """JFR starts a moment later, and counts a young pause that fails and its full pause once where they are two."""
    for row, analysis in logs(shared):
        if not row["jfr_sum_s"] or row["file"].startswith(PARTS) or "cms" in row["file"]:
            continue
        assert analysis.pauses.total_ms == pytest.approx(float(row["jfr_sum_s"]) * 1000, rel=0.10), row["file"]
        assert analysis.pauses.max_ms == pytest.approx(float(row["jfr_max_s"]) * 1000, rel=0.12), row["file"]


def test_full_collections_and_evacuation_failures(shared: Path) -> None:
    for row, analysis in logs(shared):
        assert analysis.cycles["full"] == int(row["full"]), row["file"]
        assert analysis.failures["evacuation_failure"] == int(row["evac_fail"]), row["file"]


def test_release_is_printed_or_inferred(shared: Path) -> None:
    for row, analysis in logs(shared):
        if not row["file"].startswith(PARTS):
            assert analysis.profile["jdk"] == int(row["jdk"]), row["file"]


def test_flags_in_use_give_the_same_heap(shared: Path) -> None:
    """Collector, largest and initial heap, and a young size set by hand; what only policy flags do shows nowhere."""
    for row, analysis in logs(shared):
        if row["file"].startswith(PARTS):
            continue
        shape = re.compile(r"-Xm[sxn]|-XX:\+Use\w+GC$")
        expected = {flag for flag in row["flags"].split() if shape.match(flag)}
        # 32m of 96m is what young gets by itself.
        expected.discard("-Xmn32m")
        assert set(analysis.source.flags) == expected, row["file"]


def test_allocation_is_what_the_program_counted(shared: Path) -> None:
    """The program counts its arrays without headers, and not what JFR and class loading allocate in the same JVM."""
    for row, analysis in logs(shared):
        if row["file"].startswith(PARTS) or "meta=true" in row["workload"]:
            continue
        assert analysis.allocation.total_bytes is not None
        found = analysis.allocation.total_bytes / (1 << 20)
        assert 0.97 < found / float(row["app_allocated_MB"]) < 1.12, (row["file"], found)


def test_concurrent_mode_failures_are_inferred(shared: Path, tmp_path: Path) -> None:
    """JFR counted 66 cycles that a full collection cut short. At debug level JDK 11 prints each: without those lines

    the inference has to find as many.
    """
    failure = analysed(shared, "jdk11-cms-concurrent-mode-failure.log")
    assert failure.failures["concurrent_mode_failure"] == 66
    with gzip.open(shared / "gclogs" / "generated" / "fmt-jdk11-cms-debug.log.gz", "rt") as stream:
        lines = stream.readlines()
    silent = [line for line in lines if "Concurrent mode failure" not in line]
    told = len(lines) - len(silent)
    assert told > 5
    path = tmp_path / "silent.log"
    path.write_text("".join(silent), encoding="utf-8")
    assert analyze_logs((str(path),)).failures["concurrent_mode_failure"] == told
    debug = analysed(shared, "fmt-jdk11-cms-debug.log")
    assert debug.failures["concurrent_mode_failure"] == told
    assert debug.failures["promotion_failed"] == sum("Promotion failed" in line for line in lines)


def test_references_of_debug_logs(shared: Path) -> None:
    """The most that one collection discovered, by a count of the lines."""
    with gzip.open(shared / "gclogs" / "generated" / "fmt-jdk11-cms-debug.log.gz", "rt") as stream:
        found = re.findall(r"(\w+)Reference:\n.*Discovered: (\d+)\n", stream.read())
    most = {kind.lower(): max(int(count) for name, count in found if name == kind) for kind, _ in found}
    told = analysed(shared, "fmt-jdk11-cms-debug.log").profile["references"]
    assert most["weak"] > 0
    assert {kind: count for kind, count in told.items() if kind in most} == {k: n for k, n in most.items() if n}


def test_rotated_parts_are_put_in_order(shared: Path) -> None:
    folder = shared / "gclogs" / "generated"
    parts = sorted(str(path) for path in folder.glob("fmt-jdk21-g1-rotated.log*.gz"))
    whole = analyze_logs(parts)
    single = sum(analyze_logs((part,)).pauses.count or 0 for part in parts)
    assert whole.pauses.count == single
    assert analyze_logs(parts[::-1]).model_copy(update={"profile": {}}) == whole.model_copy(update={"profile": {}})
    assert whole.duration_s is not None
    assert 4 < whole.duration_s < 5


def test_every_profile_is_valid(shared: Path) -> None:
    for row in rows(shared):
        if "epsilon" not in row["file"]:
            WorkloadProfile.model_validate(analysed(shared, row["file"]).profile)


def test_stalls_and_degenerated_collections_of_concurrent_collectors(shared: Path) -> None:
    for row in rows(shared):
        if "epsilon" in row["file"]:
            continue
        failures = analysed(shared, row["file"]).failures
        assert failures["allocation_stall"] == int(row["stalls"]), row["file"]
        assert failures["degenerated"] == int(row["degenerated"]), row["file"]


def test_pauses_of_concurrent_collectors(shared: Path) -> None:
    """Under plain -Xlog:gc ZGC prints none: their number is unknown."""
    for row in rows(shared):
        if any(f"Use{name}GC" in row["flags"] for name in ("Z", "Shenandoah")):
            expected = int(row["outer"] or row["pauses"])
            found = analysed(shared, row["file"]).pauses.count
            assert found == (expected or None), row["file"]
