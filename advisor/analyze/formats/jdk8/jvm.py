"""Which JVM wrote the log: its collector, from flags or from what only one collector prints, and when it started."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.analyze.events import Hint, Pause, Setting, Started
from advisor.analyze.formats.jdk8.header import (
    collector_of,
    flag_settings,
    memory_setting,
    parsed_flags,
    version_setting,
)

TITLES = {
    "serial": "Serial",
    "parallel": "Parallel",
    "cms": "Concurrent Mark Sweep",
    "g1": "G1",
    "shenandoah": "Shenandoah",
}
WEAK = {"parnew": "cms", "defnew": "serial"}
"""Young collectors, and the collector that is meant where nothing of old is ever printed."""
HEAP_LINES = (
    (" PSYoungGen ", "parallel"),
    (" ParOldGen ", "parallel"),
    (" PSOldGen ", "parallel"),
    (" garbage-first heap ", "g1"),
    (" concurrent mark-sweep generation ", "cms"),
    (" tenured generation ", "serial"),
)
EARLY_S = 60.0
"""Where only the whole heap is told: a first collection later than this need not be the first of the JVM."""
NEARLY_EMPTY = 0.05
"""Share of old that a JVM may have filled before its first collection, with objects too large for young."""
SURVIVOR_RATIO = 50
"""Default of TargetSurvivorRatio: the share of a survivor space that is to be filled."""


class JvmFacts:
    """What was said of the JVM so far; gives the settings, each once."""

    def __init__(self) -> None:
        self.collector: str | None = None
        self.weak: str | None = None
        self.region: int | None = None
        self.target_survivor = SURVIVOR_RATIO
        self.header_open = False
        """A header was read, and no collection since."""
        self.rotated = False
        self._released = False

    def version(self, line: str) -> Iterator[Setting]:
        """The first line of a header."""
        setting = version_setting(line)
        if setting:
            self.header_open = not self.rotated
            self.rotated = False
            yield setting

    def memory(self, line: str) -> Iterator[Setting]:
        """The second line of a header."""
        setting = memory_setting(line)
        if setting:
            yield setting

    def flags(self, text: str) -> Iterator[Setting | Hint]:
        """The third line of a header."""
        ratio = parsed_flags(text).get("TargetSurvivorRatio", "")
        if ratio.isdecimal() and 0 < int(ratio[:4]) <= 100:
            self.target_survivor = int(ratio)
        for setting in flag_settings(text):
            if setting.name == "region":
                self.region = int(setting.value)
            yield setting
        yield from self.evidence(collector_of(parsed_flags(text)))

    def evidence(self, collector: str | None) -> Iterator[Setting | Hint]:
        """Something that only this collector prints, or a young collector that goes with several."""
        if collector in WEAK:
            self.weak = self.weak or collector
        elif collector and self.collector is None:
            self.collector = collector
            yield Setting("collector", collector)
            yield from self.release()

    def release(self) -> Iterator[Hint]:
        """That nothing after JDK 8 prints so."""
        if not self._released:
            self._released = True
            yield Hint(5, 8)

    def heap_line(self, line: str) -> str | None:
        """The collector whose heap this line describes."""
        return next((name for words, name in HEAP_LINES if line.startswith(words)), None)

    def started(self, pause: Pause, zero_s: float | None) -> Started | None:
        """The start of the JVM, if the first collection after a header shows that it was not long before."""
        header, self.header_open = self.header_open, False
        if not header or self.collector is None or not _first(pause, zero_s):
            return None
        return Started(zero_s, TITLES[self.collector])

    def settled(self) -> Iterator[Setting | Hint]:
        """At the end of the log: the collector that is likely, where nothing told it."""
        yield from self.release()
        if self.collector is None and self.weak:
            self.collector = WEAK[self.weak]
            yield Setting("collector", self.collector)
        elif self.collector is None:
            self.collector = "parallel"
            yield Setting("collector", self.collector)
            yield Setting("collector_assumed", self.collector)


def _first(pause: Pause, zero_s: float | None) -> bool:
    """Whether old was as good as empty before a collection, as only before the first of a JVM."""
    spaces, heap = pause.spaces, pause.heap
    if spaces.young and spaces.old:
        return spaces.old.before <= NEARLY_EMPTY * (spaces.old.capacity or 0)
    if spaces.survivors:
        return spaces.survivors.before == 0 and pause.kind == "young"
    late = pause.start_s is None or zero_s is None or pause.start_s - zero_s > EARLY_S
    return heap is not None and not late
