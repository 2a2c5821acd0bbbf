"""Lines outside of stops: the header, safepoints, descriptions of the heap."""

from __future__ import annotations

import re

from advisor.analyze.events import Safepoint, Setting
from advisor.analyze.formats.jdk8.jvm import JvmFacts
from advisor.analyze.formats.jdk8.lines import RAN, STOPPED
from advisor.analyze.formats.jdk8.passing import Passing
from advisor.analyze.formats.jdk8.text import Clock, decimal

_HEAP_USED = re.compile(r" garbage-first heap   total \d{1,15}K, used (\d{1,15})K")
_REGION = re.compile(r"  region size (\d{1,9})K,")
_METADATA = re.compile(r" (?:Metaspace|PSPermGen|.{0,40}perm gen)\s.{0,40}used (\d{1,15})K")


class Outside:
    """Reads them; what they tell goes to `passing`."""

    def __init__(self, clock: Clock, jvm: JvmFacts, passing: Passing) -> None:
        self._clock = clock
        self._jvm = jvm
        self._passing = passing
        self._ran_s: float | None = None
        self._heap_before: int | None = None
        self._describes_after = False

    def words(self, line: str) -> None:
        """A line without a stop in it."""
        at = line.find("Total time for which")
        if at >= 0:
            self._safepoint(line, at)
        elif "Application time: " in line:
            found = RAN.search(line)
            self._ran_s = decimal(found[1]) if found else None
        elif line.startswith("{Heap before"):
            self._describes_after, self._heap_before = False, None
        elif line.startswith("Heap after"):
            self._describes_after = True
        elif line.startswith("CommandLine flags: "):
            self._passing.out.extend(self._jvm.flags(line[19:]))
        elif line.startswith("Memory: "):
            self._passing.out.extend(self._jvm.memory(line))
        elif " VM (" in line:
            self._passing.flush()
            self._passing.out.extend(self._jvm.version(line))
            self._clock.restarting = self._jvm.header_open
        elif "GC log file created" in line:
            self._jvm.rotated = True

    def _safepoint(self, line: str, at: int) -> None:
        found = STOPPED.match(line, at)
        if found is not None:
            time_s = self._clock.read(line, at)
            reaching = decimal(found[2]) if found[2] else 0.0
            self._passing.put(Safepoint(reaching, decimal(found[1]), self._ran_s, 5, 8, time_s=time_s))
            self._ran_s = None

    def heap_line(self, line: str) -> None:
        """One line of the description of the heap (`-XX:+PrintHeapAtGC`, and at the end of the log)."""
        if line.startswith("  "):
            region = _REGION.match(line)
            if region:
                self._region(int(region[1]) << 10)
            return
        used = _HEAP_USED.match(line)
        if used:
            self._used(int(used[1]) << 10)
        metadata = _METADATA.match(line)
        if metadata:
            self._passing.metadata = int(metadata[1]) << 10
        collector = self._jvm.heap_line(line)
        if collector:
            self._passing.evidence(collector)

    def _used(self, level: int) -> None:
        if not self._describes_after:
            self._heap_before = level
        elif self._passing.pending is not None:
            self._passing.pending.exactly(self._heap_before, level)

    def _region(self, region: int) -> None:
        if self._jvm.region != region:
            self._jvm.region = region
            self._passing.put(Setting("region", region))
