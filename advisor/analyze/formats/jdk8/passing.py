"""Stops, once they are read -> events in the order of the log, with what belongs to each gathered."""

from __future__ import annotations

import re

from advisor.analyze.events import Change, CpuTimes, Event, Pause, References, Spaces, Trouble
from advisor.analyze.formats.jdk8.g1 import MAX_HELD, Pending
from advisor.analyze.formats.jdk8.jvm import JvmFacts
from advisor.analyze.formats.jdk8.lines import TIMES
from advisor.analyze.formats.jdk8.phases import Cycles
from advisor.analyze.formats.jdk8.stops import YOUNG, Stop, tenuring
from advisor.analyze.formats.jdk8.text import Clock, decimal


class Passing:
    """The events that are ready (`out`), and the stop of G1 whose details may still come (`pending`)."""

    def __init__(self, clock: Clock, jvm: JvmFacts) -> None:
        self.out: list[Event] = []
        self.pending: Pending | None = None
        self.number = -1
        """Of the last stop; PrintGCID numbers concurrent cycles too, so stops are counted here."""
        self.metadata: int | None = None
        """Bytes of metaspace or the permanent generation, as last described."""
        self._clock = clock
        self._jvm = jvm
        self._cycles = Cycles()

    def put(self, event: Event) -> None:
        """An event after the stop that may still be open for details."""
        pending = self.pending
        if pending is None:
            self.out.append(event)
            return
        pending.held.append(event)
        if len(pending.held) >= MAX_HELD:
            self.flush()

    def evidence(self, collector: str | None) -> None:
        """Something that only this collector prints."""
        for event in self._jvm.evidence(collector):
            self.put(event)

    def times(self, line: str) -> None:
        """The processor time of the stop that was read last."""
        found = TIMES.search(line)
        if found is not None:
            user, system, real = map(decimal, found.groups())
            start_s = self.pending.start_s if self.pending is not None else self._clock.last_s
            self.put(CpuTimes(start_s, max(0, self.number), user, system, real))

    def young(self, found: re.Match[str], start_s: float | None, table: str) -> None:
        """A young collection in the words of `YOUNG_LINE`, by far the most frequent of stops, with its age table."""
        cause, collector, before, after, room, heap_before, heap_after, heap_room, seconds, user, system, real = (
            found.groups()
        )
        if self.pending is not None:
            self.flush()
        ms = round(decimal(seconds) * 1000, 6)
        heap = Change(int(heap_before) << 10, int(heap_after) << 10, int(heap_room) << 10)
        if collector is None:
            spaces = Spaces(metaspace=self.metadata)
        else:
            if self._jvm.collector is None:
                self.evidence(YOUNG[collector])
            young = Change(int(before) << 10, int(after) << 10, int(room) << 10)
            spaces = self._divided(heap, young, self._survivors(ms, collector, table) if table else None)
        self.number += 1
        name = f"Young ({cause})" if cause else "Young"
        self.stopped(
            Pause(None if start_s is None else start_s + ms / 1000, self.number, "young", name, ms, heap, spaces)
        )
        if user is not None:
            self.out.append(CpuTimes(start_s, self.number, decimal(user), decimal(system), decimal(real)))

    def _divided(self, heap: Change, young: Change, survivors: Stop | None) -> Spaces:
        old = Change(
            max(0, heap.before - young.before),
            max(0, heap.after - young.after),
            max(0, (heap.capacity or 0) - (young.capacity or 0)),
        )
        if survivors is None:
            return Spaces(young, old, metaspace=self.metadata)
        return Spaces(young, old, ages=tuple(survivors.ages), metaspace=self.metadata, **survivors.facts)

    def _survivors(self, ms: float, collector: str, table: str) -> Stop:
        stop = Stop(ms, "young", "", None, "parallel" if collector == "PSYoungGen" else None)
        tenuring(stop, table)
        self._survivor_room(stop)
        return stop

    def stopped(self, pause: Pause) -> None:
        """A pause that is complete; before the first of a JVM, its start."""
        if self._jvm.header_open:
            started = self._jvm.started(pause, self._clock.zero_s)
            if started is not None:
                self.out.append(started)
        self.out.append(pause)

    def closed(self, stop: Stop, start_s: float | None) -> None:
        """A stop that was read whole. Those of G1 wait for their details."""
        if stop.kind == "full" and self._jvm.collector == "g1":
            stop.g1 = True
        if stop.g1 and stop.kind in ("young", "mixed") and self.pending is not None:
            # G1 prints the table before it collects: it tells of the survivors of the pause before.
            self.pending.stop.ages, stop.ages = stop.ages, []
        self.flush()
        self.evidence(stop.collector)
        self.number += 1
        self.pending = Pending(stop, start_s, self.number)
        if not stop.g1:
            self.flush()

    def flush(self) -> None:
        """Passes on the stop that waited, and what was printed after it."""
        pending, self.pending = self.pending, None
        if pending is None:
            return
        stop, start_s = pending.stop, pending.start_s
        starts_cycle = stop.facts.pop("starts_cycle", False)
        if stop.marks_in_turn:
            first = self._cycles.next_mark()
            stop.kind, stop.name = ("initial-mark", "Initial Mark") if first else ("remark", "Remark")
        elif stop.kind == "full":
            self._cycles.broken()
        self._survivor_room(stop)
        stop.facts.setdefault("metaspace", self.metadata)
        end_s = None if start_s is None else start_s + stop.ms / 1000
        spaces = Spaces(**stop.facts, ages=tuple(stop.ages))
        self.stopped(Pause(end_s, pending.gc_id, stop.kind, stop.name, stop.ms, stop.heap, spaces))
        for kind in stop.troubles:
            self.out.append(Trouble(start_s, kind, pending.gc_id))  # type: ignore[arg-type]
        if stop.references:
            self.out.append(References(**stop.references))
        self._cycle(stop, starts_cycle, end_s, pending.gc_id)
        self.out.extend(pending.held)

    def _cycle(self, stop: Stop, starts: bool, end_s: float | None, gc_id: int) -> None:
        """Where G1's concurrent cycle begins and ends."""
        if starts:
            self._cycles.began(end_s)
        cycle = self._cycles.cleaned(end_s, gc_id) if stop.kind == "cleanup" else None
        if cycle is not None:
            self.out.append(cycle)

    def _survivor_room(self, stop: Stop) -> None:
        """One survivor space: Parallel prints its size as the desired one, the others the share to be filled."""
        if stop.desired is not None:
            share = 100 if stop.collector == "parallel" else self._jvm.target_survivor
            stop.facts["survivor_capacity"] = stop.desired * 100 // share
