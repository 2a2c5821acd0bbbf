"""Lines -> events: finds where stops begin and end, whatever other threads print between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from advisor.analyze.events import Ended, Event, Pause, Skipped
from advisor.analyze.formats.jdk8.folding import Folder
from advisor.analyze.formats.jdk8.jvm import JvmFacts
from advisor.analyze.formats.jdk8.lines import HISTOGRAM, PHASE, SHENANDOAH, YOUNG_LINE
from advisor.analyze.formats.jdk8.outside import Outside
from advisor.analyze.formats.jdk8.passing import Passing
from advisor.analyze.formats.jdk8.phases import phase_of
from advisor.analyze.formats.jdk8.shenandoah import Shenandoah
from advisor.analyze.formats.jdk8.stops import read_stop
from advisor.analyze.formats.jdk8.text import Clock

LONGEST_STAMP = 60
"""Characters of a date, seconds and a number; what is longer has words of other threads before the stop."""
MAX_LINES = 5000
"""Lines that one stop may take; statistics of free lists are hundreds."""
_OPENER = re.compile(r"\[(?:Full GC|Inc GC|GC)(?=[ \[({\-\w]|\r?$)(?! concurrent-)(?! ref-proc| Worker)")
_RESTART = re.compile(
    r"(?:OpenJDK|Java HotSpot).{0,60} VM \(|CommandLine flags: |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GC log file "
)
_TABLE = ("- age ", "Desired survivor size ")


class Opened:
    """A stop whose bracket has not closed yet."""

    def __init__(self, start_s: float | None, line: str) -> None:
        self.start_s = start_s
        self.lines = [line]
        self.table: list[str] = []
        """The age table, which stands on lines of its own."""
        self.marks = "YG occupancy" in line or "CMS Final Remark" in line
        """A remark, inside which a young collection may begin on a line of its own."""
        self.nested = False
        self._unread: list[str] = []
        self._folder: Folder | None = None

    def young(self, text: str) -> re.Match[str] | None:
        """Takes the next piece; the stop, if it is a young collection with nothing but its age table between."""
        self._unread.append(text)
        if self._folder is not None or "]" not in text:
            return None
        return YOUNG_LINE.match("".join(self._unread))

    def closed(self) -> tuple[Folder, int] | None:
        """The texts of the stop and where, in the last piece, it ends; None while it goes on."""
        if "]" not in self._unread[-1]:
            return None
        if self._folder is None:
            self._folder = Folder()
        pieces, self._unread = self._unread, []
        for index, piece in enumerate(pieces):
            end = self._folder.feed(piece)
            if end >= 0:
                return self._folder, end - len(piece) - sum(map(len, pieces[index + 1 :]))
        return None


class Reader:
    """The state of one reading."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._jvm = JvmFacts()
        self._passing = Passing(self._clock, self._jvm)
        self._outside = Outside(self._clock, self._jvm, self._passing)
        self._shenandoah = Shenandoah()
        self._opened: Opened | None = None

    def read(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        """The events of the log in its order; `Ended` is the last."""
        out, clock = self._passing.out, self._clock
        for lines in batches:
            self._lines(lines)
            if out:
                yield from out
                out.clear()
        cut = self._opened is not None
        while self._opened is not None:
            self._abandon()
        self._passing.flush()
        yield from out
        yield from self._jvm.settled()
        yield Ended(clock.first_s, clock.last_s, cut, uptime=bool(clock.uptime), steps_back=clock.steps_back)

    def _lines(self, lines: Sequence[str]) -> None:
        for line in lines:
            if self._opened is not None:
                self._continued(self._opened, line)
            elif line[:1] == " ":
                self._indented(line)
            else:
                self._line(line)

    # Where no stop is open.

    def _line(self, line: str) -> None:
        at = line.find("[")
        if at < 0:
            self._outside.words(line)
            return
        quick = YOUNG_LINE.match(line, at)
        if quick is not None:
            self._passing.young(quick, self._clock.read(line, at), "")
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
            self._outside.words(self._without_phases(line))
            return
        at = found.start()
        # Before what may have been printed into it later.
        start_s = self._clock.read(line, at)
        if at > LONGEST_STAMP:
            self._outside.words(self._without_phases(line[:at]))
        self._opened = Opened(start_s, line)
        self._fed(self._opened, self._without_phases(line[at:]))

    def _torn(self, line: str) -> None:
        """Lines that other threads printed into: a time stamp before details of G1, a safepoint before anything."""
        if "Total time for" in line or "[Times:" in line:
            self._outside.words(line)
            self._passing.times(line)
        elif self._passing.pending is not None and "[Eden: " in line:
            self._passing.pending.sizes(line)

    def _without_phases(self, line: str) -> str:
        """The line without the concurrent phases that other threads printed into it; they become events."""
        while "concurrent-" in line:
            found = PHASE.search(line)
            if found is None:
                break
            bracket = line.find("[", found.start())
            self._passing.evidence("cms" if found[1] else "g1")
            self._passing.put(phase_of(found, self._clock.read(line, bracket), max(0, self._passing.number)))
            line = line[: found.start()] + line[found.end() :]
        return line

    def _indented(self, line: str) -> None:
        """Details of a stop of G1, its processor time, and descriptions of the heap."""
        pending = self._passing.pending
        if line.startswith("      "):
            if pending is not None and line.startswith("[Ref Proc", 6):
                pending.part(line)
        elif line.startswith("   ["):
            if pending is not None:
                pending.detail(line)
        elif line.startswith(" [Times"):
            self._passing.times(line)
        elif line[1:2].isalpha() or line.startswith("  region"):
            self._outside.heap_line(line)
        elif "[GC" in line or "[Full" in line:
            self._line(line.lstrip())

    def _concurrent_pause(self, line: str, at: int) -> None:
        """A line of Shenandoah in builds of JDK 8."""
        found = SHENANDOAH.match(line, at)
        if found is None:
            if line.startswith("[Pause ", at):
                self._passing.put(Skipped("damaged"))
            return
        self._passing.evidence("shenandoah")
        time_s = self._clock.read(line, at)
        if found[1] == "Pause" and found[7]:
            self._passing.number += 1
        event = self._shenandoah.event(found, time_s, max(0, self._passing.number))
        if isinstance(event, Pause):
            self._passing.stopped(event)
        elif event is not None:
            self._passing.put(event)

    # While a stop is open.

    def _continued(self, opened: Opened, line: str) -> None:
        if line.startswith(_TABLE):
            opened.lines.append(line)
            opened.table.append(line)
            return
        if line[:1] == " " and "[0x" in line:
            self._outside.heap_line(line)
            return
        if line.startswith(("[Unloading class", "{Heap", "Heap after", "}")) or HISTOGRAM.match(line):
            self._outside.words(line)
            return
        if self._breaks(opened, line):
            self._abandon()
            self._lines([line])
            return
        if "Total time for" in line or "Application time: " in line:
            self._outside.words(line)
            return
        opened.lines.append(line)
        self._fed(opened, self._without_phases(line))

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
            self._passing.put(Skipped("unfinished"))
            self._lines(opened.lines[1:])

    def _fed(self, opened: Opened, text: str) -> None:
        """The next piece of an open stop, which may be its last."""
        brace = text.find("{Heap before")
        if brace >= 0:
            self._outside.words(text[brace:])
            text = text[:brace]
        quick = opened.young(text)
        if quick is not None:
            self._opened = None
            self._passing.young(quick, opened.start_s, "\n".join(opened.table))
            return
        closed = opened.closed()
        if closed is None:
            return
        self._opened = None
        folder, end = closed
        stop = read_stop(folder, "\n".join(opened.table))
        if stop is None:
            self._passing.put(Skipped("damaged", len(opened.lines)))
        else:
            self._passing.closed(stop, opened.start_s)
        rest = text[end:] if end else ""
        if "[" in rest:
            self._passing.times(rest)
            if "[GC" in rest or "[Full" in rest:
                self._line(rest.lstrip())
