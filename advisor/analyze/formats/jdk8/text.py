"""What all lines of logs before unified logging share: time stamps, numbers, sizes.

A stamp is a date (`-XX:+PrintGCDateStamps`), the seconds since the JVM started (`-XX:+PrintGCTimeStamps`), both, or
nothing. It is taken when something begins. Some locales print a decimal comma.
"""

from __future__ import annotations

import re
from datetime import datetime

from advisor.analyze.events import Change

DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d{3}[+-]\d{4}"
UPTIME = r"\d{1,9}[.,]\d{3}"
STAMP = rf"(?:{DATE}: ?)?(?:{UPTIME}: ?)?(?:#\d{{1,9}}: ?)?"
NUMBER = r"\d{1,12}[.,]\d{1,9}"
SIZE = r"\d{1,15}(?:[.,]\d{1,3})?[BKMG]"
UNIT = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

_START = re.compile(rf"(?:({DATE}): ?)?(?:({UPTIME}): ?)?(?:#\d{{1,9}}: ?)?")
_UPTIME = re.compile(rf"(?<![\d.,:T])({UPTIME})(?=:)")
_DATE = re.compile(DATE)
STEP_S = 0.5
"""Lines may be printed so much late, by a thread that was held up; what is further back is another time."""


def decimal(text: str) -> float:
    """A number with a decimal point or comma."""
    return float(text.replace(",", ".")) if "," in text else float(text)


def size(text: str) -> int:
    """Bytes of a size such as `5286.0M`; a number without a unit counts bytes."""
    unit = UNIT.get(text[-1])
    if unit is None:
        return int(text)
    number = text[:-1]
    return int(number) * unit if number.isdecimal() else round(decimal(number) * unit)


def change(before: str, after: str, capacity: str | None) -> Change:
    """A space before and after a collection, from three sizes with units."""
    return Change(size(before), size(after), None if capacity is None else size(capacity))


class Clock:
    """Reads stamps: seconds since the JVM started where the log has them, else seconds since 1970."""

    def __init__(self) -> None:
        self.uptime: bool | None = None
        """Whether zero is the start of the JVM; None until a stamp was seen."""
        self.first_s: float | None = None
        self.last_s: float | None = None
        self.steps_back = 0
        self.restarting = False
        """A JVM said that it starts: time may begin anew."""
        self.base_s = 0.0

    @property
    def zero_s(self) -> float | None:
        """When the JVM started, where stamps count from then; else the first stamp."""
        return self.base_s if self.uptime else self.first_s

    def read(self, line: str, end: int) -> float | None:
        """The time of what begins at `end`, from the stamp before it; None where there is none that can be read."""
        found = _START.match(line)
        date, uptime = found.groups() if found and found.end() == end else (None, None)
        if date is None and uptime is None and end:
            dates, uptimes = _DATE.findall(line, 0, end), _UPTIME.findall(line, 0, end)
            date, uptime = dates[-1] if dates else None, uptimes[-1] if uptimes else None
        return self._told(date, uptime)

    def _told(self, date: str | None, uptime: str | None) -> float | None:
        if self.uptime is None and (date or uptime):
            self.uptime = uptime is not None
        text = uptime if self.uptime else date
        if text is None:
            return None
        try:
            seconds = decimal(text) if self.uptime else datetime.fromisoformat(text.replace(",", ".")).timestamp()
        except (ValueError, OverflowError):
            return None
        return self._moved(self.base_s + seconds)

    def _moved(self, now: float) -> float:
        """Time goes on where it was when it steps back: another run, or a clock that was set."""
        last = self.last_s
        if last is not None and now < last - STEP_S:
            self.steps_back += not self.restarting
            self.base_s += last - now
            now = last
        self.restarting = False
        if self.first_s is None:
            self.first_s = now
        self.last_s = now
        return now
