"""Unified logs (`-Xlog`, JDK 9 and later)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from advisor.analyze.events import Event
from advisor.analyze.formats.unified.reader import Reader
from advisor.analyze.formats.unified.wording import ANYWHERE, GC, LINE


class Unified:
    """The format of `-Xlog`."""

    name: Literal["unified", "jdk8"] = "unified"

    def sniff(self, lines: Sequence[str]) -> float:
        """The number of lines that only such a log has."""
        return sum(1 for line in lines if (LINE.match(line) and GC.search(line)) or ANYWHERE.search(line))

    def events(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        """What the log tells, in its order; foreign lines are passed over."""
        return Reader().read(batches)
