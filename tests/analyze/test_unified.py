"""Lines of unified logs: decorations, foreign lines, nesting, releases."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.analyze.events import Change, CycleUse, Ended, Pause, Phase, Regions, Trouble
from advisor.analyze.formats import FORMATS, choose
from tests.analyze.logs import events, pauses, serial_log

MIB = 1 << 20
BARE = [re.sub(r"^(\[[^\]]*\])+ ", "", line) for line in serial_log()]
TIMES = [float(line[1 : line.index("s]")]) for line in serial_log()]

DECORATIONS: dict[str, Callable[[float], str]] = {
    "uptime": lambda t: f"[{t:.3f}s]",
    "comma": lambda t: f"[{t:.3f}s][info][gc]".replace(".", ","),
    "uptimemillis": lambda t: f"[{t * 1000:.0f}ms]",
    "uptimenanos": lambda t: f"[{t * 1e9:.0f}ns]",
    "time": lambda t: f"[2026-11-22T10:00:{t:06.3f}+0100]",
    "twice": lambda t: f"[2026-11-22T10:00:{t:06.3f}+0100][2026-11-22T09:00:{t:06.3f}+0000][{t:.3f}s]",
    "timemillis": lambda t: f"[{1795367080000 + t * 1000:.0f}ms][17][info][gc]",
    "host": lambda t: f"[{t:.3f}s][{int(t * 1000)}ms][web-1][19885][19886][info ][gc         ]",
    "collected by docker": lambda t: f"2026-11-22T09:00:00.000Z stdout F [{t:.3f}s][info][gc]",
}


@pytest.mark.parametrize("name", DECORATIONS)
def test_decorations_change_nothing(name: str, tmp_path: Path) -> None:
    """Whatever stands before the messages, the figures are the same."""
    plain, decorated = tmp_path / "plain.log", tmp_path / "decorated.log"
    plain.write_text("\n".join(serial_log()) + "\n")
    stamp = DECORATIONS[name]
    decorated.write_text("\n".join(f"{stamp(t)} {m}" for t, m in zip(TIMES, BARE, strict=True)) + "\n")
    expected, found = analyze_logs((str(plain),)), analyze_logs((str(decorated),))
    assert found.pauses == expected.pauses
    assert found.duration_s == pytest.approx(expected.duration_s, abs=0.006)
    assert found.allocation.rate_bytes_s == pytest.approx(expected.allocation.rate_bytes_s, rel=0.01)
    assert found.heap == expected.heap


def test_no_decorations_leave_time_unknown(tmp_path: Path) -> None:
    path = tmp_path / "bare.log"
    path.write_text("\n".join(BARE) + "\n")
    found = analyze_logs((str(path),))
    assert (found.duration_s, found.throughput, found.allocation.rate_bytes_s) == (None, None, None)
    assert found.pauses.count == 40
    assert found.allocation.total_bytes == pytest.approx(40 * 32 * MIB, rel=0.05)
    assert "no-time-stamps" in {finding.id for finding in found.diagnosis}


def test_lines_of_programs_and_windows_line_ends_are_no_matter() -> None:
    lines = serial_log()
    noisy = [x for line in lines for x in ("order 17 done GC( in 3ms", f"{line}\r", "", "GC(x) Pause Young 3.0ms")]
    assert pauses(noisy) == pauses(lines)


def test_a_full_pause_inside_a_young_one_counts_once() -> None:
    """JDK 11 prints a full collection that a young one leads to before the young one's own line."""
    found = pauses(
        [
            "[1.000s][info][gc,start] GC(17) Pause Young (Allocation Failure)",
            "[1.001s][info][gc,start] GC(18) Pause Full (Allocation Failure)",
            "[1.009s][info][gc] GC(18) Pause Full (Allocation Failure) 22M->21M(31M) 8.000ms",
            "[1.010s][info][gc,heap] GC(17) DefNew: 9791K->913K(9792K)",
            "[1.010s][info][gc] GC(17) Pause Young (Allocation Failure) 29M->21M(52M) 10.000ms",
        ]
    )
    assert [(pause.kind, pause.ms, [inner.kind for inner in pause.inner]) for pause in found] == [
        ("young", 10.0, ["full"])
    ]


def test_a_nested_pause_is_seen_without_start_lines() -> None:
    """Plain -Xlog:gc has no start lines: the young pause's lower id tells."""
    found = pauses(
        [
            "[1.009s][info][gc] GC(18) Pause Full (Allocation Failure) 22M->21M(31M) 8.000ms",
            "[1.010s][info][gc] GC(17) Pause Young (Allocation Failure) 29M->21M(52M) 10.000ms",
            "[1.100s][info][gc] GC(19) Pause Young (Allocation Failure) 29M->21M(52M) 1.000ms",
        ]
    )
    assert [(pause.gc_id, len(pause.inner)) for pause in found] == [(17, 1), (19, 0)]


def test_a_full_pause_after_a_young_one_is_its_own() -> None:
    """JDK 17 prints the two one after the other."""
    found = pauses(
        [
            "[1.000s][info][gc,start] GC(17) Pause Young (Allocation Failure)",
            "[1.000s][info][gc] GC(17) Pause Young (Allocation Failure) 121M->121M(123M) 0.032ms",
            "[1.000s][info][gc,start] GC(18) Pause Full (Allocation Failure)",
            "[1.027s][info][gc] GC(18) Pause Full (Allocation Failure) 121M->39M(123M) 26.769ms",
        ]
    )
    assert [(pause.kind, pause.ms) for pause in found] == [("young", 0.032), ("full", 26.769)]


KINDS = {
    "Young (Normal) (G1 Evacuation Pause)": "young",
    "Young (Mixed) (G1 Evacuation Pause) (Evacuation Failure: Allocation)": "mixed",
    "Young (Concurrent Start) (G1 Humongous Allocation)": "young",
    "Young (GCLocker Initiated GC)": "young",
    "Full (System.gc())": "full",
    "Initial Mark": "initial-mark",
    "Remark": "remark",
    "Cleanup": "cleanup",
    "Degenerated GC (Young) (Roots)": "other",
    "Mark Start (Major)": "initial-mark",
    "Relocate Start": "other",
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    assert [pause.kind for pause in pauses([f"[1.0s] GC(3) Pause {name} 10M->5M(20M) 1.500ms"])] == [KINDS[name]]
    assert [pause.kind for pause in pauses([f"[1.0s] GC(3) Pause {name} 1.500ms"])] == [KINDS[name]]


def test_g1_regions_and_ages() -> None:
    found = pauses(
        [
            "[1.0s][info][gc] GC(3) Age table with threshold 15 (max threshold 15)",
            "[1.0s][trace][gc,age] GC(3) - age   1:    2949576 bytes,    2949576 total",
            "[1.0s][trace][gc,age] GC(3) - age   2:     837576 bytes,    3787152 total",
            "[1.0s][info][gc,heap] GC(3) Eden regions: 23->0(20)",
            "[1.0s][info][gc,heap] GC(3) Survivor regions: 1->4(4)",
            "[1.0s][info][gc,heap] GC(3) Old regions: 81->82",
            "[1.0s][info][gc] GC(3) To-space exhausted",
            "[1.000s][info][gc] GC(3) Pause Young (Normal) (G1 Evacuation Pause) 105M->85M(128M) 2.000ms",
        ]
    )
    spaces = found[0].spaces
    assert spaces.ages == (2949576, 837576)
    assert spaces.eden_regions == Regions(23, 0, 20)
    assert spaces.old_regions == Regions(81, 82)
    assert spaces.evacuation_failed
    assert found[0].heap == Change(105 * MIB, 85 * MIB, 128 * MIB)


def test_generational_zgc() -> None:
    found = events(
        [
            "[0.042s][info][gc     ] Using The Z Garbage Collector",
            "[0.836s][info][gc,phases   ] GC(1) Y: Pause Mark Start (Major) 0.015ms",
            "[0.836s][info][gc,heap     ] GC(1) Y: Young Generation Statistics:",
            "[0.836s][info][gc,heap     ] GC(1) Y:      Used:       40M (21%)   132M (69%)   136M (71%)  114M (59%)",
            "[0.836s][info][gc,heap     ] GC(1) Y:      Live:         -           7M (4%)      7M (4%)     7M (4%)",
            "[0.836s][info][gc,heap     ] GC(1) Y: Allocated:         -          92M (48%)    96M (50%)  104M (55%)",
            "[0.840s][info][gc          ] Allocation Stall (w0) 32.255ms",
            "[0.841s][info][gc,alloc    ] GC(1) Y: Allocation Stalls:          0                0         ",
        ]
    )
    assert [event for event in found if isinstance(event, CycleUse)] == [
        CycleUse(1, "young", 40 * MIB, 114 * MIB, 104 * MIB, 7 * MIB)
    ]
    assert [event.ms for event in found if isinstance(event, Trouble)] == [32.255]
    assert [event.ms for event in found if isinstance(event, Pause)] == [0.015]


def test_concurrent_phases() -> None:
    found = events(
        [
            "[1.000s][info][gc] GC(6) Concurrent Mark Cycle",
            "[1.031s][info][gc] GC(6) Concurrent Mark Cycle 31.165ms",
            "[1.040s][info][gc] GC(7) Concurrent cleanup 73M->12M(256M) 0.059ms",
        ]
    )
    phases = [event for event in found if isinstance(event, Phase)]
    assert [(phase.name, phase.ms) for phase in phases] == [
        ("Concurrent Mark Cycle", None),
        ("Concurrent Mark Cycle", 31.165),
        ("Concurrent cleanup", 0.059),
    ]
    assert phases[2].heap == Change(73 * MIB, 12 * MIB, 256 * MIB)


def test_a_log_that_stops_in_a_pause_is_cut() -> None:
    lines = serial_log()
    end = events([*lines, "[99.0s][info][gc,start] GC(99) Pause Young (Allocation Failure)"])[-1]
    assert isinstance(end, Ended)
    assert end.cut
    assert not events(lines)[-1].cut  # type: ignore[union-attr]


def test_a_second_run_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    """A container that restarts appends to its log; uptime begins anew."""
    path = tmp_path / "twice.log"
    path.write_text("\n".join([*serial_log(), *serial_log()]) + "\n")
    once = tmp_path / "once.log"
    once.write_text("\n".join(serial_log()) + "\n")
    double, single = analyze_logs((str(path),)), analyze_logs((str(once),))
    assert single.duration_s is not None
    assert double.duration_s == pytest.approx(2 * single.duration_s, abs=0.02)
    assert double.pauses.count == 2 * (single.pauses.count or 0)
    assert double.allocation.rate_bytes_s == pytest.approx(single.allocation.rate_bytes_s, rel=0.01)
    assert "several-runs" in {finding.id for finding in double.diagnosis}


def test_every_format_knows_its_own_lines() -> None:
    own = {
        "unified": serial_log(),
        "jdk8": [
            "2015-05-26T14:45:37.987-0200: 151.126: [GC (Allocation Failure) 151.126: [DefNew: 62K->6K(629K), "
            "0.0584157 secs] 1619346K->1273247K(2027264K), 0.0585007 secs]"
        ],
    }
    assert {form.name for form in FORMATS} == set(own)
    for form in FORMATS:
        assert choose(own[form.name]) is form
        assert choose(["hello", "GC is fun", "[info] Using maven"]) is None
