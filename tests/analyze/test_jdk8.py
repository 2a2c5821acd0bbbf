"""Logs of JDK 8 and before: small ones with answers that follow from their lines, public ones with known answers."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.analyze.events import Change, CpuTimes, Ended, Event, Pause, Safepoint, Setting, Skipped, Started, Trouble
from advisor.analyze.formats.jdk8 import Jdk8
from advisor.model.analysis import Analysis
from advisor.model.profile import WorkloadProfile
from tests.benchmarks.analyze_reference import expected, judge, log_of

K = 1 << 10
PARNEW = (
    "[GC (Allocation Failure) 1.000: [ParNew: 900K->100K(1000K), 0.0100000 secs] 1900K->1200K(9000K), 0.0200000 secs]"
)
TIMES = " [Times: user=0.03 sys=0.01, real=0.02 secs] "
OURS_ALONE = (
    "SampleSun1_7_0_51_CMS_PrintApplStoppedTime.txt",
    "SampleSun1_7_0_51_CMS_PrintApplStoppedTime_TenuringDist.txt",
)
"""Two parsers agree on these, and lose the remark around a young collection: docs/analyze.md shows the lines."""


def events(*lines: str) -> list[Event]:
    return list(Jdk8().events([list(lines)]))


def pauses(*lines: str) -> list[Pause]:
    return [event for event in events(*lines) if isinstance(event, Pause)]


def only(*lines: str) -> Pause:
    (found,) = pauses(*lines)
    return found


@pytest.mark.parametrize(
    ("stamp", "start_s"),
    [
        ("1.000: ", 1.0),
        ("2020-02-03T04:05:06.700+0000: 1.000: ", 1.0),
        ("1,000: ", 1.0),
        ("", None),
        ("1.000: #7: ", 1.0),
    ],
)
def test_any_stamps_give_the_start_of_a_pause(stamp: str, start_s: float | None) -> None:
    pause = only(stamp + PARNEW)
    assert pause.start_s == (None if start_s is None else pytest.approx(start_s))
    assert (pause.ms, pause.kind, pause.name) == (20.0, "young", "Young (Allocation Failure)")


def test_a_date_alone_counts_from_1970() -> None:
    assert only("2020-02-03T04:05:06.700+0100: " + PARNEW).start_s == pytest.approx(1580699106.7)


def test_what_is_not_young_is_old() -> None:
    spaces = only("1.000: " + PARNEW + TIMES).spaces
    assert spaces.young == Change(900 * K, 100 * K, 1000 * K)
    assert spaces.old == Change(1000 * K, 1100 * K, 8000 * K)


def test_decimal_commas_everywhere() -> None:
    line = "1,000: [GC 1,000: [DefNew: 9K->1K(10K), 0,0100000 secs] 19K->12K(90K), 0,0200000 secs]"
    found = events(line + " [Times: user=0,03 sys=0,01, real=0,02 secs]")
    assert [event.ms for event in found if isinstance(event, Pause)] == [20.0]
    assert [event for event in found if isinstance(event, CpuTimes)] == [CpuTimes(1.0, 0, 0.03, 0.01, 0.02)]


def test_an_age_table_stands_between_the_brackets() -> None:
    spaces = only(
        "1.000: [GC 1.000: [ParNew",
        "Desired survivor size 51200 bytes, new threshold 2 (max 6)",
        "- age   1:      30000 bytes,      30000 total",
        "- age   2:      20000 bytes,      50000 total",
        ": 900K->100K(1000K), 0.0100000 secs] 1900K->1200K(9000K), 0.0200000 secs]" + TIMES,
    ).spaces
    assert (spaces.ages, spaces.threshold, spaces.survivor_capacity) == ((30000, 20000), 2, 102400)


def test_a_phase_inside_a_young_collection_is_no_pause() -> None:
    pause = only(
        "1.000: [GC 1.000: [ParNew1.009: [CMS-concurrent-abortable-preclean: 0.002/0.190 secs] [Times: user=0.09 "
        "sys=0.00, real=0.19 secs] ",
        ": 900K->100K(1000K), 0.0100000 secs] 1900K->1200K(9000K), 0.0200000 secs]" + TIMES,
    )
    assert (pause.ms, pause.spaces.young) == (20.0, Change(900 * K, 100 * K, 1000 * K))


def test_a_failed_promotion_and_the_full_collection_after_it_are_one_stop() -> None:
    found = events(
        "5.000: [GC 5.000: [ParNew (promotion failed): 900K->950K(1000K), 0.5000000 secs]5.500: [CMS5.900: "
        "[CMS-concurrent-mark: 0.900/1.200 secs] [Times: user=1.00 sys=0.00, real=1.20 secs] ",
        " (concurrent mode failure): 7000K->3000K(8000K), 2.0000000 secs] 7900K->3000K(9000K), "
        "[CMS Perm : 50K->40K(60K)], 2.5000000 secs]" + TIMES,
    )
    (pause,) = (event for event in found if isinstance(event, Pause))
    assert (pause.kind, pause.ms, pause.heap) == ("full", 2500.0, Change(7900 * K, 3000 * K, 9000 * K))
    assert pause.spaces.old == Change(7000 * K, 3000 * K, 8000 * K)
    assert pause.spaces.metaspace == 40 * K
    assert {event.kind for event in found if isinstance(event, Trouble)} == {
        "promotion-failed",
        "concurrent-mode-failure",
    }


def test_a_young_collection_inside_a_remark_belongs_to_it() -> None:
    pause = only(
        "9.000: [GC (CMS Final Remark) [YG occupancy: 900 K (1000 K)]9.000: [GC (CMS Final Remark) 9.000: "
        "[ParNew: 900K->100K(1000K), 0.0100000 secs] 1900K->1200K(9000K), 0.0110000 secs] [Times: user=0.02 sys=0.00, "
        "real=0.01 secs] ",
        "9.011: [Rescan (parallel) , 0.0020000 secs]9.013: [weak refs processing, 0.0010000 secs]9.014: "
        "[class unloading, 0.0030000 secs][1 CMS-remark: 1100K(8000K)] 1200K(9000K), 0.0250000 secs]" + TIMES,
    )
    assert (pause.kind, pause.ms, pause.spaces.reference_ms, pause.spaces.unloading_ms) == ("remark", 25.0, 1.0, 3.0)
    assert pause.spaces.young == Change(900 * K, 100 * K, 1000 * K)


def test_marks_of_cms_take_turns_where_they_have_no_name() -> None:
    kinds = [pause.kind for pause in pauses(*(f"{n}.000: [GC 50K(90K), 0.0010000 secs]" for n in range(1, 5)))]
    assert kinds == ["initial-mark", "remark", "initial-mark", "remark"]


def test_parallel_names_both_generations() -> None:
    found = events(
        "3.000: [GC-- [PSYoungGen: 90K->90K(90K)] 190K->250K(260K), 0.1000000 secs]" + TIMES,
        "3.100: [Full GC (Ergonomics) [PSYoungGen: 90K->0K(90K)] [ParOldGen: 160K->100K(170K)] 250K->100K(260K), "
        "[Metaspace: 7K->6K(99K)], 0.4000000 secs]" + TIMES,
    )
    kinds = [(event.kind, event.ms) for event in found if isinstance(event, Pause)]
    assert kinds == [("young", 100.0), ("full", 400.0)]
    assert [event.kind for event in found if isinstance(event, Trouble)] == ["promotion-failed"]
    assert Setting("collector", "parallel") in found


G1 = (
    "2.000: [GC pause (G1 Evacuation Pause) (young) (to-space exhausted)",
    "Desired survivor size 1048576 bytes, new threshold 15 (max 15)",
    ", 0.0500000 secs]",
    "   [Parallel Time: 40.0 ms, GC Workers: 4]",
    "      [Ref Proc: 7.7 ms]",
    "   [Eden: 24.0M(24.0M)->0.0B(13.0M) Survivors: 2048.0K->3072.0K Heap: 30.0M(64.0M)->9.5M(64.0M)]",
    " [Times: user=0.16 sys=0.00, real=0.05 secs] ",
)


def test_the_details_of_g1_follow_on_their_own_lines() -> None:
    pause, _ = pauses(*G1, "3.000: [GC remark 3.000: [GC ref-proc, 0.0010000 secs], 0.0040000 secs]")
    spaces = pause.spaces
    assert (pause.kind, pause.ms, spaces.workers, spaces.reference_ms) == ("young", 50.0, 4, 7.7)
    assert spaces.eden == Change(24 << 20, 0, 13 << 20)
    assert spaces.survivors == Change(2 << 20, 3 << 20)
    assert pause.heap == Change(30 << 20, 9961472, 64 << 20)
    assert spaces.evacuation_failed


def test_the_age_table_of_g1_is_of_the_pause_before() -> None:
    table = ("Desired survivor size 1048576 bytes, new threshold 1 (max 15)", "- age   1:    5000 bytes,    5000 total")
    second = ("3.000: [GC pause (G1 Evacuation Pause) (young)", *table, ", 0.0100000 secs]")
    assert [pause.spaces.ages for pause in pauses(*G1, *second)] == [(5000,), ()]


def test_a_phase_between_the_words_of_a_pause_of_g1() -> None:
    pause = only("8.775: [GC pause (young)8.776: [GC concurrent-mark-end, 0.0101638 sec]", ", 0.0083200 secs]")
    assert pause.ms == 8.32
    assert pause.start_s == pytest.approx(8.775)


def test_shenandoah_stamps_the_end_where_it_prints_the_start() -> None:
    found = pauses(
        "1.000: [Pause Init Mark, 2.000 ms]",
        "3.000: [Pause Final Mark (x), start]",
        "3.004: [Pause Final Mark (x), 4.000 ms]",
    )
    assert [pause.kind for pause in found] == ["initial-mark", "remark"]
    assert [pause.end_s for pause in found] == pytest.approx([1.002, 3.004])


def test_safepoints_and_what_ran_between() -> None:
    (found,) = (
        event
        for event in events(
            "1.0: Application time: 0.2500000 seconds",
            "1.300: Total time for which application threads were stopped: 0.0500000 seconds, Stopping threads took: "
            "0.0100000 seconds",
        )
        if isinstance(event, Safepoint)
    )
    assert (found.reaching_s, found.total_s, found.since_last_s, found.time_s) == (0.01, 0.05, 0.25, 1.3)


HEADER = (
    "OpenJDK 64-Bit Server VM (25.342-b07) for linux-amd64 JRE (1.8.0_342-b07), built on Jul 16 2022 by someone",
    "Memory: 4k page, physical 2097152k(2094504k free), swap 0k(0k free)",
    "CommandLine flags: -XX:InitialHeapSize=536870912 -XX:MaxHeapSize=536870912 -XX:MaxTenuringThreshold=3 "
    "-XX:OnError=/bin/x y -XX:ParallelGCThreads=3 -XX:+PrintGC -XX:+UseCompressedOops -XX:+UseParallelGC",
)


def log(tmp_path: Path, lines: Iterable[str]) -> Analysis:
    path = tmp_path / "gc.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return analyze_logs((str(path),))


def young(index: int) -> str:
    """Every second 60 MB are allocated; 4 MB survive, and each collection promotes 1 MB."""
    before, after = 64 * K, 4 * K
    old = (index - 1) * K
    return (
        f"{index}.000: [GC (Allocation Failure) [PSYoungGen: {before if index > 1 else 60 * K}K->{after}K(70000K)] "
        f"{(before if index > 1 else 60 * K) + old}K->{after + old + K}K(500000K), 0.0100000 secs]{TIMES}"
    )


def test_a_log_becomes_an_analysis_and_a_profile(tmp_path: Path) -> None:
    analysis = log(tmp_path, (*HEADER, *(young(index) for index in range(1, 31))))
    assert (analysis.source.format, analysis.source.jdk, analysis.source.collector) == ("jdk8", 8, "parallel")
    assert analysis.source.memory_bytes == 2 << 30
    assert {"-Xmx512m", "-Xms512m", "-XX:MaxTenuringThreshold=3"} <= set(analysis.source.flags)
    assert not any("Print" in flag or "OnError" in flag for flag in analysis.source.flags)
    assert (analysis.pauses.count, analysis.pauses.total_ms) == (30, 300.0)
    assert analysis.allocation.total_bytes == 30 * 60 << 20
    assert analysis.promotion.total_bytes == 30 << 20
    profile = WorkloadProfile.model_validate(analysis.profile)
    assert profile.jdk == 8


def test_without_a_word_of_the_jvm_jdk_8_and_parallel_are_assumed(tmp_path: Path) -> None:
    analysis = log(tmp_path, (f"{n}.000: [GC 900K->100K(2000K), 0.0100000 secs]" for n in range(1, 5)))
    assert analysis.source.collector == "parallel"
    assert analysis.profile["jdk"] == 8
    assert any("Parallel" in sentence for sentence in analysis.assumptions)


def test_jdk_7_is_treated_as_8(tmp_path: Path) -> None:
    header = HEADER[0].replace("1.8.0_342", "1.7.0_80")
    analysis = log(tmp_path, (header, *(young(index) for index in range(1, 5))))
    assert (analysis.source.jdk, analysis.profile["jdk"]) == (7, 8)
    assert any("JDK 7" in sentence for sentence in analysis.assumptions)


def test_a_start_is_told_from_a_rotated_file() -> None:
    rotated = "2020-01-01 10:00:00 GC log file created /tmp/gc.log.1"
    assert any(isinstance(event, Started) for event in events(*HEADER, young(1)))
    assert not any(isinstance(event, Started) for event in events(rotated, *HEADER, young(1)))


def test_a_stop_that_was_cut_is_counted_and_what_follows_is_read() -> None:
    found = events("1.000: [GC 1.000: [ParNew: 900K->10", "2.000: " + PARNEW, "3.000: [GC 3.0")
    assert len([event for event in found if isinstance(event, Pause)]) == 1
    assert [event.reason for event in found if isinstance(event, Skipped)] == ["unfinished", "unfinished"]
    assert isinstance(found[-1], Ended)
    assert found[-1].cut


def test_histograms_and_unloaded_classes_inside_a_full_collection() -> None:
    pause = only(
        "4.000: [Full GC 4.000: [Class Histogram (before full gc): ",
        " num     #instances         #bytes  class name",
        "----------------------------------------------",
        "   1:         12345        6789012  [C",
        "   2:           345           9012  [Ljava.lang.Object;",
        ", 0.1000000 secs]4.100: [Tenured[Unloading class a.B]",
        "[Unloading class a.C]",
        ": 900K->500K(1000K), 0.8000000 secs] 1000K->500K(1500K), [Perm : 9K->8K(20K)], 0.9500000 secs]",
    )
    assert (pause.ms, pause.kind, pause.spaces.old) == (950.0, "full", Change(900 * K, 500 * K, 1000 * K))


def damaged(lines: list[str], chance: random.Random) -> list[str]:
    """A log with a line cut, doubled, mixed with another, or with a character lost."""
    at = chance.randrange(len(lines))
    line, other = lines[at], chance.choice(lines)
    cut = chance.randrange(len(line) + 1)
    choice = chance.randrange(4)
    new = ([line[:cut]], [line, line], [line[:cut] + other, line[cut:]], [line[:cut] + line[cut + 1 :]])[choice]
    return [*lines[:at], *new, *lines[at + 1 :]]


def test_no_damage_stops_the_reader() -> None:
    chance = random.Random(8)
    clean = [*HEADER, "2.000: " + PARNEW, *G1, young(4), "5.000: [Pause Init Mark, 2.000 ms]"]
    for _ in range(500):
        lines = clean
        for _ in range(chance.randrange(1, 4)):
            lines = damaged(lines, chance)
        assert isinstance(events(*lines)[-1], Ended)


@pytest.mark.shared
def test_pauses_of_public_logs_are_those_that_parsers_agree_on(shared: Path) -> None:
    with (shared / "gclogs" / "reference.tsv").open(encoding="utf-8", newline="") as stream:
        rows = [
            row for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if row["format"] == "jdk8"
        ]
    exact, wrong = 0, []
    for row in rows:
        path = log_of(shared / "gclogs", row)
        if path is None or path.name.removesuffix(".gz") in OURS_ALONE:
            continue
        verdict = judge(path, "jdk8", expected(row, path), shared / "gclogs")
        assert verdict.outcome not in ("crash", "refused"), verdict
        exact += verdict.outcome == "exact"
        wrong += [verdict] if verdict.outcome == "miss" else []
    assert not wrong
    assert exact >= 60
