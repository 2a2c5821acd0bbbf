"""A line on standard error for long work, where a person is watching; silence in CI and in pipes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from advisor.optimize import Trial

_EVERY_S = 0.1
_WIDTH = 79


@contextmanager
def trials_bar(planned: int) -> Iterator[Callable[[int, Trial | None], None] | None]:
    """What hears of trials and shows how many are done, the time left and the best so far; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    started, shown = time.monotonic(), 0.0

    def show(done: int, leading: Trial | None) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < _EVERY_S:
            return
        shown = now
        left = (now - started) / done * max(planned - done, 0)
        click.echo(f"\r{_line(done, planned, left, leading)}", err=True, nl=False)

    try:
        yield show
    finally:
        click.echo(f"\r{'':{_WIDTH}}\r", err=True, nl=False)


def _line(done: int, planned: int, left_s: float, leading: Trial | None) -> str:
    # Trimming the best set takes trials beyond those planned.
    counted = f"{done} of {planned} trials, {left_s:.0f} s left" if done <= planned else f"{done} trials, trimming"
    outcome = leading.outcome if leading is not None else None
    if outcome is None:
        return f"{counted:{_WIDTH}}"
    best = f"p99 {outcome.pauses.p99_ms:.1f} ms, {outcome.throughput:.2%}, {outcome.rss_bytes >> 20} MB"
    return f"{counted}; best: {best}"[:_WIDTH].ljust(_WIDTH)
