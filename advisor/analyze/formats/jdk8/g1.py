"""A stop of G1, whose details follow on lines of their own, until the next stop."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.analyze.events import Change, Event
from advisor.analyze.formats.jdk8.lines import G1_OLD_SIZES, G1_PART, G1_SIZES, G1_WORKERS, METADATA
from advisor.analyze.formats.jdk8.stops import Stop
from advisor.analyze.formats.jdk8.text import change, decimal

MAX_HELD = 1000
"""Events that wait at most for the end of a stop; a log of nothing else has no more details to give."""


@dataclass(slots=True)
class Pending:
    """A stop that may have more to come, and what was printed since."""

    stop: Stop
    start_s: float | None
    gc_id: int
    held: list[Event] = field(default_factory=list)
    exact: bool = False
    """The heap is known to the kilobyte (`-XX:+PrintHeapAtGC`)."""

    def detail(self, line: str) -> None:
        """A line that begins with three spaces and a bracket."""
        if line.startswith("   [Eden"):
            self.sizes(line)
        elif line.startswith("   [Parallel Time"):
            workers = G1_WORKERS.search(line)
            if workers:
                self.stop.facts["workers"] = self.stop.facts["workers_max"] = int(workers[1])
        elif line.startswith("   [ "):
            found = G1_OLD_SIZES.search(line)
            if found:
                self._heap(change(found[1], found[2], found[3]))

    def part(self, line: str) -> None:
        """Reference processing, a part of the pause."""
        found = G1_PART.search(line)
        if found and "reference_ms" not in self.stop.facts:
            self.stop.facts["reference_ms"] = decimal(found[1])

    def _heap(self, heap: Change) -> None:
        if not self.exact:
            self.stop.heap = heap

    def sizes(self, line: str) -> None:
        """Eden, survivors and the heap before and after."""
        found = G1_SIZES.search(line)
        if found is None:
            return
        facts = self.stop.facts
        facts["eden"] = change(found[1], found[3], found[4])
        facts["survivors"] = change(found[5], found[6], None)
        self._heap(change(found[7], found[9], found[10]))
        metadata = METADATA.search(line, found.end())
        if metadata:
            facts["metaspace"] = int(metadata[2]) << 10

    def exactly(self, before: int | None, after: int) -> None:
        """The bytes in use that the description of the heap before and after the stop gives."""
        heap = self.stop.heap
        if heap is not None and before is not None:
            self.stop.heap = Change(before, after, heap.capacity)
            self.exact = True


def gcd_region(found: list[int], known: int | None) -> int | None:
    """The largest power of two that divides all sizes of eden and survivors: the region is no larger."""
    for amount in found:
        if amount:
            step = amount & -amount
            known = step if known is None else min(known, step)
    return known
