"""Charts for a terminal: a timeline of heap and pauses in 80 columns, in block characters or in plain ASCII."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from advisor.model.quantities import Bytes
from advisor.model.series import Timeline
from advisor.report.wrap import WIDTH

LABEL = 9
"""Columns for the scale at the left."""
COLUMNS = WIDTH - LABEL - 1
HEAP_ROWS, PAUSE_ROWS = 8, 4
_EIGHTHS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Ink:
    """The characters to draw with."""

    kept: str
    """What stays after collections."""
    used: str
    """What is in use before them."""
    bars: str
    """From empty to full, evenly."""
    wall: str
    corner: str
    floor: str


BLOCKS = Ink("█", "░", _EIGHTHS, "│", "└", "─")
ASCII = Ink("#", ".", " #", "|", "+", "-")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column shows; sizes in bytes, None before the first collection."""

    before: int | None
    after: int | None
    pause_ms: float
    full: bool
    trouble: bool


def timeline_chart(timeline: Timeline, heap_max: int | None, *, ascii_only: bool = False) -> list[str]:
    """Heap before and after collections, the longest pauses, and where full collections and failures were."""
    ink = ASCII if ascii_only else BLOCKS
    columns = _columns(timeline, COLUMNS)
    return [*_heap(columns, heap_max, ink), *_pauses(columns, ink), *_axis(timeline, columns, ink)]


def _columns(timeline: Timeline, limit: int) -> list[Column]:
    """At most `limit` columns of the same time each; short timelines are stretched."""
    count = len(timeline.pause_max_ms)
    width = min(limit, count * max(1, limit // count))
    found = []
    for at in range(width):
        first = at * count // width
        part = slice(first, max(first + 1, (at + 1) * count // width))
        after = min((size for size in timeline.heap_after_bytes[part] if size is not None), default=None)
        before = max((size for size in timeline.heap_before_bytes[part] if size is not None), default=None)
        found.append(
            Column(
                before, after, max(timeline.pause_max_ms[part]), any(timeline.full[part]), any(timeline.trouble[part])
            )
        )
    return _filled(found)


def _filled(columns: Sequence[Column]) -> list[Column]:
    """Between two collections the heap fills: columns without any show a straight line to the next."""
    found = list(columns)
    known = [at for at, column in enumerate(columns) if column.before is not None]
    for left, right in itertools.pairwise(known):
        start, end = columns[left].after, columns[right].before
        for at in range(left + 1, right):
            between = (start or 0) + ((end or 0) - (start or 0)) * (at - left) // (right - left)
            found[at] = replace(columns[at], before=max(between, start or 0), after=start)
    return found


def _heap(columns: Sequence[Column], heap_max: int | None, ink: Ink) -> list[str]:
    top = max([heap_max or 0, *(column.before or 0 for column in columns)])
    if not top or all(column.before is None for column in columns):
        return []

    def cell(column: Column, middle: float) -> str:
        if column.after is not None and column.after / top >= middle:
            return ink.kept
        return ink.used if column.before is not None and column.before / top >= middle else " "

    title = f"heap: {ink.kept} in use after collections, {ink.used} before them"
    return [title, *_rows(columns, HEAP_ROWS, Bytes(top).human(), cell, ink)]


def _pauses(columns: Sequence[Column], ink: Ink) -> list[str]:
    longest = max(column.pause_ms for column in columns)
    if longest <= 0:
        return []
    steps = len(ink.bars) - 1

    def cell(column: Column, middle: float) -> str:
        floor = middle - 0.5 / PAUSE_ROWS
        filled = (column.pause_ms / longest - floor) * PAUSE_ROWS
        least = 1 if column.pause_ms > 0 and floor <= 0 else 0
        return ink.bars[min(steps, max(least, round(filled * steps)))]

    marks = _marks(columns)
    kinds = (("F", "full collection"), ("!", "failure"))
    legend = ", ".join(f"{mark} {what}" for mark, what in kinds if mark in marks)
    return [f"longest pauses{f' ({legend})' if legend else ''}", *_rows(columns, PAUSE_ROWS, _ms(longest), cell, ink)]


def _rows(columns: Sequence[Column], rows: int, top: str, cell: Callable[[Column, float], str], ink: Ink) -> list[str]:
    lines = []
    for row in range(rows, 0, -1):
        label = top if row == rows else "0" if row == 1 else ""
        cells = "".join(cell(column, (row - 0.5) / rows) for column in columns)
        lines.append(f"{label:>{LABEL}}{ink.wall}{cells}".rstrip())
    return lines


def _marks(columns: Sequence[Column]) -> str:
    """One letter for each column; a full collection is the graver of the two."""
    return "".join("F" if column.full else "!" if column.trouble else " " for column in columns)


def _axis(timeline: Timeline, columns: Sequence[Column], ink: Ink) -> list[str]:
    width = len(columns)
    marks = _marks(columns)
    lines = [" " * LABEL + ink.corner + ink.floor * width]
    if marks.strip():
        lines.append(" " * (LABEL + 1) + marks.rstrip())
    end = timeline.start + timeline.step * len(timeline.pause_max_ms)
    left, right = (_time(timeline, time) for time in (timeline.start, end))
    lines.append(" " * (LABEL + 1) + left + right.rjust(max(1, width - len(left))))
    return lines


def _time(timeline: Timeline, time: float) -> str:
    """Seconds, minutes or hours from the first line where the clock is one of the wall."""
    if timeline.unit == "collections":
        return f"collection {time:.0f}"
    seconds = time - timeline.start if timeline.start > 3.2e8 else time
    if seconds < 600:
        return f"{seconds:.3g} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _ms(value: float) -> str:
    return f"{value:.3g} ms" if value < 1000 else f"{value / 1000:.3g} s"
