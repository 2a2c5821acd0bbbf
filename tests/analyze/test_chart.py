"""The timeline and its chart: nothing is lost when steps are joined, and every line fits a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analyze.events import Change
from advisor.model.quantities import MIB
from advisor.model.series import POINTS, Series, Timeline
from advisor.report.chart import COLUMNS, LABEL, timeline_chart
from tests.analyze.script import healthy

PAUSES = st.lists(
    st.tuples(st.floats(0, 5e4), st.floats(0.001, 2e4), st.integers(0, 1000), st.integers(0, 1000), st.booleans()),
    min_size=1,
    max_size=60,
)


def _series(pauses: list[tuple[float, float, int, int, bool]]) -> Series:
    series = Series()
    for time, ms, before, after, full in sorted(pauses):
        series.pause(time, ms, Change(before * MIB, after * MIB, None), full=full)
    return series


@given(PAUSES)
def test_joined_steps_keep_totals_and_extremes(pauses: list[tuple[float, float, int, int, bool]]) -> None:
    timeline = _series(pauses).timeline()
    assert timeline is not None
    assert len(timeline.pause_max_ms) <= POINTS
    assert max(timeline.pause_max_ms) == pytest.approx(max(pause[1] for pause in pauses), abs=1e-3)
    assert sum(timeline.pause_total_ms) == pytest.approx(sum(pause[1] for pause in pauses), rel=1e-3, abs=0.2)
    assert sum(timeline.full) == sum(pause[4] for pause in pauses)
    assert max(b for b in timeline.heap_before_bytes if b is not None) == max(pause[2] for pause in pauses) * MIB
    assert min(a for a in timeline.heap_after_bytes if a is not None) == min(pause[3] for pause in pauses) * MIB


@given(PAUSES)
def test_a_pause_stands_in_the_step_of_its_time(pauses: list[tuple[float, float, int, int, bool]]) -> None:
    timeline = _series(pauses).timeline()
    assert timeline is not None
    for time, ms, *_ in pauses:
        at = int((time - timeline.start) / timeline.step + 1e-9)
        near = timeline.pause_max_ms[max(0, at - 1) : at + 2]
        assert max(near) >= ms - 1e-3


@given(PAUSES, st.booleans())
def test_every_line_fits(pauses: list[tuple[float, float, int, int, bool]], ascii_only: bool) -> None:
    timeline = _series(pauses).timeline()
    assert timeline is not None
    lines = timeline_chart(timeline, None, ascii_only=ascii_only)
    assert all(len(line) <= 80 for line in lines)
    assert not ascii_only or all(line.isascii() for line in lines)


def _steps(before: list[int | None], after: list[int | None], pauses: list[float]) -> Timeline:
    none = tuple(0 for _ in pauses)
    return Timeline(
        unit="s",
        start=0.0,
        step=1.0,
        heap_before_bytes=tuple(None if b is None else b * MIB for b in before),
        heap_after_bytes=tuple(None if a is None else a * MIB for a in after),
        pause_max_ms=tuple(pauses),
        pause_total_ms=tuple(pauses),
        full=none,
        trouble=none,
    )


def test_heights_are_in_proportion() -> None:
    """Half of the heap live and three quarters used: of eight rows four are solid and two more shaded."""
    count = COLUMNS
    timeline = _steps([75] * count, [50] * count, [10.0] * count)
    lines = timeline_chart(timeline, 100 * MIB)
    rows = [line[LABEL + 1 :] for line in lines[1:9]]
    assert [row[:1] for row in rows] == ["", "", "░", "░", "█", "█", "█", "█"]
    assert lines[1].startswith("   100 MB")


def test_between_collections_the_heap_fills_evenly() -> None:
    timeline = _steps([80, *[None] * (COLUMNS - 2), 80], [0, *[None] * (COLUMNS - 2), 0], [1.0] * COLUMNS)
    lines = timeline_chart(timeline, 80 * MIB)
    lowest, highest = lines[8][LABEL + 2 : -1], lines[1][LABEL + 2 : -1]
    assert lowest.count("░") == pytest.approx(COLUMNS * 15 / 16, abs=2)
    assert highest.count("░") == pytest.approx(COLUMNS / 16, abs=2)


def test_ascii_where_blocks_cannot_be_shown() -> None:
    timeline = _steps([75] * 5, [50] * 5, [10.0] * 5)
    assert "#" in "\n".join(timeline_chart(timeline, None, ascii_only=True))


def test_logs_without_times_are_drawn_by_collections(tmp_path: Path) -> None:
    log = healthy()
    log.lines = [line.partition("]")[2] for line in log.lines]
    analysis = log.analysis(tmp_path)
    assert analysis.timeline is not None
    assert analysis.timeline.unit == "collections"
    assert sum(1 for ms in analysis.timeline.pause_max_ms if ms) <= (analysis.pauses.count or 0)
    assert "collection" in timeline_chart(analysis.timeline, None)[-1]
