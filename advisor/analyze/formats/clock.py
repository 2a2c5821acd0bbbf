"""The time stamps of a unified log: whichever decoration there is, in seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple


class Stamp(NamedTuple):
    """One kind of decoration: how it looks, what it means, and whether it counts from the start of the JVM."""

    pattern: re.Pattern[str]
    seconds: Callable[[str], float]
    uptime: bool


def _decimal(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float(text.replace(",", "."))


def _of_milliseconds(text: str) -> float:
    return int(text) / 1e3


def _of_nanoseconds(text: str) -> float:
    return int(text) // 1000 / 1e6


def _date(text: str) -> float:
    return datetime.fromisoformat(text.replace(",", ".")).timestamp()


def _utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


STAMPS = (
    Stamp(re.compile(r"\[\s*(\d{1,12}[.,]\d{3})s\s*\]"), _decimal, uptime=True),
    Stamp(re.compile(r"\[\s*(\d{1,10})ms\s*\]"), _of_milliseconds, uptime=True),
    Stamp(re.compile(r"\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d{3}[+-]\d{4})\]"), _date, uptime=False),
    Stamp(re.compile(r"\[\s*(\d{11,16})ms\s*\]"), _of_milliseconds, uptime=False),
    Stamp(re.compile(r"\[\s*(\d{1,18})ns\s*\]"), _of_nanoseconds, uptime=False),
    Stamp(re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6})\d{0,3}Z "), _utc, uptime=False),
)
"""Best first. Milliseconds of more than ten digits count from 1970, nanoseconds from anywhere; last a container's."""


STEP_S = 0.5005
"""Lines may be printed so much late, by a thread that was held up; what is further back is another time.

No multiple of a millisecond, so that rounding never decides.
"""
DIGITS = 6
"""Sums of times are rounded to microseconds, so that they are the same in whatever order they are added up."""


def later(time_s: float | None, by_s: float) -> float | None:
    """A time moved on, rounded as the clock does."""
    return None if time_s is None else round(time_s + by_s, DIGITS)


class Clock:
    """Reads the time stamp of lines; the kind is settled by the first line that has one."""

    def __init__(self) -> None:
        self._stamp: Stamp | None = None
        self._column = 0
        self._base_s = 0.0
        self._before_s: float | None = None
        """The time before the last."""
        self._undo_s: float | None = None
        self.steps_back = 0
        self.first_s: float | None = None
        self.last_s: float | None = None

    @property
    def uptime(self) -> bool:
        """Whether zero is the start of the JVM."""
        return self._stamp is not None and self._stamp.uptime

    def read(self, line: str, end: int) -> float | None:
        """The time of a line whose decorations stop at `end`; a line without one happens when the last did.

        Where time goes back (the log of another run, a clock that was set) it goes on from the last time.
        """
        stamp = self._stamp
        found = self._found(stamp.pattern, line, end) if stamp else self._settle(line, end)
        if found:
            try:
                now = self._stamp.seconds(found[1])  # type: ignore[union-attr]
            except (ValueError, OverflowError):
                return self.last_s
            last = self.last_s
            if self._undo_s is not None:
                self._undone(now)
            if self._base_s:
                now = round(now + self._base_s, DIGITS)
            if last is None:
                self.first_s = now
            elif now < last - STEP_S:
                now = self._stepped(now, last)
            self._before_s, self.last_s = last, now
        return self.last_s

    def _found(self, pattern: re.Pattern[str], line: str, end: int) -> re.Match[str] | None:
        """The time stamp, which nearly always is where the last one was."""
        found = pattern.match(line, self._column, end)
        if found is None:
            found = pattern.search(line, 0, end)
            self._column = found.start() if found else 0
        return found

    def _stepped(self, now: float, last: float) -> float:
        """Time went back. Where it is still after the line before the last, only the last time stamp was wrong."""
        self.steps_back += 1
        if self._before_s is not None and now >= self._before_s - STEP_S:
            return now
        self._undo_s = self._base_s
        self._base_s = round(self._base_s + last - now, DIGITS)
        return last

    def forget(self) -> None:
        """Goes on in another place of the log, whose times may be any."""
        self._before_s = self._undo_s = self.last_s = None

    def _undone(self, raw_s: float) -> None:
        """After a step back: if time is as it was before, only one time stamp was wrong."""
        if self._undo_s is not None and self.last_s is not None and raw_s + self._undo_s >= self.last_s - STEP_S:
            self._base_s = self._undo_s
        self._undo_s = None

    def restarted(self, line: str, end: int) -> float | None:
        """The time of a line with which a JVM starts: uptime begins anew, time goes on from the last line before."""
        before = self.last_s
        now = self.read(line, end)
        if before is not None and now is not None and now < before:
            self._base_s = round(self._base_s + before - now, DIGITS)
            self.last_s = before
        return self.last_s

    def _settle(self, line: str, end: int) -> re.Match[str] | None:
        for stamp in STAMPS:
            found = stamp.pattern.search(line, 0, end)
            if found:
                self._stamp = stamp
                return found
        return None

    def last_of(self, lines: Sequence[str]) -> None:
        """Moves on to the last time stamp among the lines."""
        for line in reversed(lines[-200:]):
            if self._stamp is None:
                if self._settle(line, len(line)):
                    break
            elif line and self._stamp.pattern.search(line):
                self.read(line, len(line))
                break
