"""Lines -> events: finds where stops begin and end, whatever other threads print between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from advisor.analyze.events import (
    Change,
    CpuTimes,
    Ended,
    Event,
    Pause,
    References,
    Safepoint,
    Setting,
    Skipped,
    Spaces,
    Trouble,
)
from advisor.analyze.formats.jdk8.folding import Folder
from advisor.analyze.formats.jdk8.g1 import MAX_HELD, Pending
from advisor.analyze.formats.jdk8.jvm import JvmFacts
from advisor.analyze.formats.jdk8.lines import HISTOGRAM, PHASE, RAN, SHENANDOAH, STOPPED, TIMES, YOUNG_LINE
from advisor.analyze.formats.jdk8.phases import Cycles, phase_of
from advisor.analyze.formats.jdk8.shenandoah import Shenandoah
from advisor.analyze.formats.jdk8.stops import YOUNG, Stop, read_stop
from advisor.analyze.formats.jdk8.text import Clock, decimal

LONGEST_STAMP = 60
"""Characters of a date, seconds and a number; what is longer has words of other threads before the stop."""
MAX_LINES = 5000
"""Lines that one stop may take; statistics of free lists are hundreds."""
_OPENER = re.compile(r"\[(?:Full GC|Inc GC|GC)(?=[ \[({\-\d\w]|\r?$)(?! concurrent-)(?! ref-proc| Worker)")
_RESTART = re.compile(
    r"^(?:OpenJDK|Java HotSpot).{0,60} VM \(|^CommandLine flags: |^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GC log file "
)
_HEAP_USED = re.compile(r" garbage-first heap   total \d{1,15}K, used (\d{1,15})K")
_REGION = re.compile(r"  region size (\d{1,9})K,")
_METADATA = re.compile(r" (?:Metaspace|PSPermGen|.{0,40}perm gen)\s.{0,40}used (\d{1,15})K")


class Opened:
    """A stop whose bracket has not closed yet."""

    def __init__(self, start_s: float | None, line: str) -> None:
        self.start_s = start_s
        self.folder = Folder()
        self.lines = [line]
        self.marks = "YG occupancy" in line or "CMS Final Remark" in line
        """A remark, inside which a young collection may begin on a line of its own."""
        self.nested = False


class Reader:
    """The state of one reading."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._jvm = JvmFacts()
        self._cycles = Cycles()
        self._shenandoah = Shenandoah()
        self._out: list[Event] = []
        self._opened: Opened | None = None
        self._pending: Pending | None = None
        self._number = -1
        self._ran_s: float | None = None
        self._metadata: int | None = None
        self._heap_before: int | None = None
        self._describes_after = False

    def read(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        """The events of the log in its order; `Ended` is the last."""
        out = self._out
        for lines in batches:
            for line in lines:
                if self._opened is not None:
                    self._continued(line)
                elif line[:1] == " ":
                    self._indented(line)
                else:
                    self._line(line)
            if out:
                yield from out
                out.clear()
        cut = self._finish()
        yield from out
        clock = self._clock
        yield Ended(clock.first_s, clock.last_s, cut, uptime=bool(clock.uptime), steps_back=clock.steps_back)

    def _finish(self) -> bool:
        cut = self._opened is not None
        while self._opened is not None:
            self._abandon()
        self._flush()
        self._out.extend(self._jvm.settled())
        return cut

    def _put(self, event: Event) -> None:
        """An event after the stop that may still be open for details."""
        pending = self._pending
        if pending is None:
            self._out.append(event)
            return
        pending.held.append(event)
        if len(pending.held) >= MAX_HELD:
            self._flush()

    # Whole lines.

    def _line(self, line: str) -> None:
        at = line.find("[")
        if at < 0:
            self._words(line)
            return
        quick = YOUNG_LINE.match(line, at)
        if quick is not None:
            self._young(line, at, quick)
            return
        word = line[at : at + 5]
        if word in ("[Paus", "[Conc"):
            self._concurrent_pause(line, at)
        elif word[:4] in ("[GC ", "[Ful") or "[GC" in line or "[Full" in line or "CMS-" in line:
            self._general(line)
        else:
            self._torn(line)

    def _general(self, line: str) -> None:
        """A line with a stop, concurrent phases, or both."""
        found = _OPENER.search(line)
        if found is None:
            self._words(self._without_phases(line))
            return
        at = found.start()
        # Before what may have been printed into it later.
        start_s = self._clock.read(line, at)
        if at > LONGEST_STAMP:
            self._words(self._without_phases(line[:at]))
        self._opened = Opened(start_s, line)
        self._fed(self._without_phases(line[at:]))

    def _torn(self, line: str) -> None:
        """Lines that other threads printed into: a time stamp before details of G1, a safepoint before anything."""
        if "Total time for" in line or "[Times:" in line:
            self._words(line)
            self._times(line)
        elif self._pending is not None and "[Eden: " in line:
            self._pending.sizes(line)

    def _without_phases(self, line: str) -> str:
        """The line without the concurrent phases that other threads printed into it; they become events."""
        while "concurrent-" in line:
            found = PHASE.search(line)
            if found is None:
                break
            bracket = line.find("[", found.start())
            self._put(phase_of(found, self._clock.read(line, bracket), max(0, self._number)))
            for event in self._jvm.evidence("cms" if found[1] else "g1"):
                self._put(event)
            line = line[: found.start()] + line[found.end() :]
        return line

    def _words(self, line: str) -> None:
        """Lines without brackets: safepoints, and the header."""
        if "ime" in line:
            self._safepoint(line)
        if line.startswith("{Heap before"):
            self._describes_after, self._heap_before = False, None
        elif line.startswith("Heap after"):
            self._describes_after = True
        elif line.startswith("CommandLine flags: "):
            self._out.extend(self._jvm.flags(line[19:]))
        elif line.startswith("Memory: "):
            self._out.extend(self._jvm.memory(line))
        elif " VM (" in line:
            self._flush()
            self._out.extend(self._jvm.version(line))
            self._clock.restarting = self._jvm.header_open
        elif "GC log file created" in line:
            self._jvm.rotated = True

    def _safepoint(self, line: str) -> None:
        ran = RAN.search(line)
        if ran:
            self._ran_s = decimal(ran[1])
        found = STOPPED.search(line)
        if found is None:
            return
        time_s = self._clock.read(line, found.start())
        reaching = decimal(found[2]) if found[2] else 0.0
        self._put(Safepoint(reaching, decimal(found[1]), self._ran_s, 5, 8, time_s=time_s))
        self._ran_s = None

    def _indented(self, line: str) -> None:
        """Details of a stop of G1, its processor time, and descriptions of the heap."""
        pending = self._pending
        if line.startswith("      "):
            if pending is not None and line.startswith("[Ref Proc", 6):
                pending.part(line)
        elif line.startswith("   ["):
            if pending is not None:
                pending.detail(line)
        elif line.startswith(" [Times"):
            self._times(line)
        elif line[1:2].isalpha() or line.startswith("  region"):
            self._heap_line(line)
        elif "[GC" in line or "[Full" in line:
            self._line(line.lstrip())

    def _heap_line(self, line: str) -> None:
        """One line of the description of the heap (`-XX:+PrintHeapAtGC`, and at the end of the log)."""
        used = _HEAP_USED.match(line)
        if used:
            level = int(used[1]) << 10
            if not self._describes_after:
                self._heap_before = level
            elif self._pending is not None:
                self._pending.exactly(self._heap_before, level)
        region = _REGION.match(line) if line.startswith("  region") else None
        if region:
            self._region(int(region[1]) << 10)
        metadata = _METADATA.match(line)
        if metadata:
            self._metadata = int(metadata[1]) << 10
        collector = self._jvm.heap_line(line)
        if collector:
            for event in self._jvm.evidence(collector):
                self._put(event)

    def _region(self, region: int) -> None:
        if self._jvm.region != region:
            self._jvm.region = region
            self._put(Setting("region", region))

    def _times(self, line: str) -> None:
        """The processor time of the stop that was read last."""
        found = TIMES.search(line)
        if found is None:
            return
        user, system, real = map(decimal, found.groups())
        start_s = self._pending.start_s if self._pending is not None else self._clock.last_s
        self._put(CpuTimes(start_s, max(0, self._number), user, system, real))

    # Stops.

    def _young(self, line: str, at: int, found: re.Match[str]) -> None:
        """A young collection on one line, by far the most frequent of stops."""
        cause, collector, *sizes, seconds, user, system, real = found.groups()
        start_s = self._clock.read(line, at) if at else None
        ms = round(decimal(seconds) * 1000, 6)
        heap = Change(int(sizes[3]) << 10, int(sizes[4]) << 10, int(sizes[5]) << 10)
        if collector is None:
            spaces = Spaces(metaspace=self._metadata)
        else:
            young = Change(int(sizes[0]) << 10, int(sizes[1]) << 10, int(sizes[2]) << 10)
            rest = heap.capacity - young.capacity  # type: ignore[operator]
            old = Change(max(0, heap.before - young.before), max(0, heap.after - young.after), max(0, rest))
            spaces = Spaces(young, old, metaspace=self._metadata)
        if self._pending is not None:
            self._flush()
        if self._jvm.collector is None and collector is not None:
            self._out.extend(self._jvm.evidence(YOUNG[collector]))
        self._number += 1
        name = f"Young ({cause})" if cause else "Young"
        end_s = None if start_s is None else start_s + ms / 1000
        self._stopped(Pause(end_s, self._number, "young", name, ms, heap, spaces))
        if user is not None:
            self._out.append(CpuTimes(start_s, self._number, decimal(user), decimal(system), decimal(real)))

    def _stopped(self, pause: Pause) -> None:
        if self._jvm.header_open:
            started = self._jvm.started(pause, self._clock.zero_s)
            if started is not None:
                self._out.append(started)
        self._out.append(pause)

    def _continued(self, line: str) -> None:
        """A line while a stop is open."""
        opened = self._opened
        assert opened is not None  # noqa: S101 - checked by the caller
        if line[:1] == " " and "[0x" in line:
            self._heap_line(line)
            return
        if line.startswith(("[Unloading class", "{Heap", "Heap after", "}")) or HISTOGRAM.match(line):
            self._words(line)
            return
        if self._breaks(opened, line):
            self._abandon()
            self._again([line])
            return
        if "Total time for" in line or "Application time: " in line:
            self._words(line)
            return
        opened.lines.append(line)
        self._fed(self._without_phases(line))

    def _breaks(self, opened: Opened, line: str) -> bool:
        """Whether a line can only come after a stop, so that the open one was cut."""
        if len(opened.lines) >= MAX_LINES or _RESTART.match(line):
            return True
        found = _OPENER.search(line) if "GC" in line else None
        if found is None or (found.start() and not line[0].isdecimal()):
            return False
        inside = opened.marks and not opened.nested
        opened.nested = True
        return not inside

    def _abandon(self) -> None:
        """Gives up an open stop: its first line is lost, what follows is read anew."""
        opened, self._opened = self._opened, None
        if opened is not None:
            self._put(Skipped("unfinished"))
            self._again(opened.lines[1:])

    def _again(self, lines: Sequence[str]) -> None:
        for line in lines:
            if self._opened is not None:
                self._continued(line)
            elif line[:1] == " ":
                self._indented(line)
            else:
                self._line(line)

    def _fed(self, text: str) -> None:
        opened = self._opened
        assert opened is not None  # noqa: S101 - checked by the callers
        brace = text.find("{Heap before")
        if brace >= 0:
            self._words(text[brace:])
            text = text[:brace]
        end = opened.folder.feed(text)
        if end < 0:
            return
        self._opened = None
        stop = read_stop(opened.folder)
        if stop is None:
            self._put(Skipped("damaged", len(opened.lines)))
        else:
            self._closed(stop, opened.start_s)
        rest = text[end:]
        if "[" in rest:
            self._times(rest)
            if "[GC" in rest or "[Full" in rest:
                self._line(rest.lstrip())

    def _closed(self, stop: Stop, start_s: float | None) -> None:
        """A stop that was read whole. Those of G1 wait for their details."""
        if stop.g1 or (stop.kind == "full" and self._jvm.collector == "g1"):
            stop.g1 = True
            # The table is that of the survivors before: it tells of the pause before.
            if stop.kind in ("young", "mixed") and self._pending is not None:
                self._pending.stop.ages, stop.ages = stop.ages, []
        self._flush()
        for event in self._jvm.evidence(stop.collector):
            self._out.append(event)
        self._number += 1
        self._pending = Pending(stop, start_s, self._number)
        if not stop.g1:
            self._flush()

    def _flush(self) -> None:
        """Passes on the stop that waited, and what was printed after it."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        stop, start_s = pending.stop, pending.start_s
        facts = stop.facts
        starts_cycle = facts.pop("starts_cycle", False)
        if stop.marks_in_turn:
            first = self._cycles.next_mark()
            stop.kind, stop.name = ("initial-mark", "Initial Mark") if first else ("remark", "Remark")
        if stop.kind == "full":
            self._cycles.broken()
        self._survivor_room(stop)
        facts.setdefault("metaspace", self._metadata)
        end_s = None if start_s is None else start_s + stop.ms / 1000
        spaces = Spaces(**facts, ages=tuple(stop.ages))
        self._stopped(Pause(end_s, pending.gc_id, stop.kind, stop.name, stop.ms, stop.heap, spaces))
        for kind in stop.troubles:
            self._out.append(Trouble(start_s, kind, pending.gc_id))  # type: ignore[arg-type]
        if stop.references:
            self._out.append(References(**stop.references))
        if starts_cycle:
            self._cycles.began(end_s)
        cycle = self._cycles.cleaned(end_s, pending.gc_id) if stop.kind == "cleanup" else None
        if cycle is not None:
            self._out.append(cycle)
        self._out.extend(pending.held)

    def _survivor_room(self, stop: Stop) -> None:
        """One survivor space: Parallel prints its size as the desired one, the others the share to be filled."""
        if stop.desired is None:
            return
        share = 100 if stop.collector == "parallel" else self._jvm.target_survivor
        stop.facts["survivor_capacity"] = stop.desired * 100 // share

    def _concurrent_pause(self, line: str, at: int) -> None:
        """A line of Shenandoah in builds of JDK 8."""
        found = SHENANDOAH.match(line, at)
        if found is None:
            return
        self._out.extend(self._jvm.evidence("shenandoah"))
        time_s = self._clock.read(line, at)
        if found[1] == "Pause" and found[7]:
            self._number += 1
        event = self._shenandoah.event(found, time_s, max(0, self._number))
        if isinstance(event, Pause):
            self._stopped(event)
        elif event is not None:
            self._put(event)
