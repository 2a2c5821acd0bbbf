"""Unified logs (`-Xlog`, JDK 9 and later): one line at a time, whatever the decorations.

The text of every message is that of HotSpot's sources, JDK 11 to 25 (gcTraceTime, genCollectedHeap, psParallelCompact,
g1Policy, g1HeapTransition, ageTable, zStat, shenandoahHeap, safepoint).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from advisor.analyze.events import (
    Change,
    CpuTimes,
    Cycle,
    Deduplicated,
    Ended,
    Event,
    Hint,
    Occupied,
    Pause,
    Phase,
    References,
    Regions,
    Safepoint,
    Setting,
    Skipped,
    Started,
    Trouble,
)
from advisor.analyze.formats.clock import Clock
from advisor.analyze.formats.drafts import Drafts
from advisor.analyze.formats.header import header_event
from advisor.analyze.formats.open_pauses import OpenPauses, is_name, next_line
from advisor.analyze.formats.zgc_tables import ZTables
from advisor.model.outcome import PauseKind

UNIT = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "": 1}
STAMP_S = 0.002
"""How far time stamps may be off: they are of whole milliseconds, taken when the line is printed."""
PREFIXES = 4
"""Brackets before the decorations that whoever collects the output may have added."""
HELD_EVENTS = 1000
"""Events kept back at most while a full pause waits to see whether it was part of a young one."""

_LINE = re.compile(r"^(?:\S+ std(?:out|err) F )?(?:\[[^\]]*\])* ?(?:GC\(\d+\) |Using \w|Safepoint \"|Heap [Rr]egion)")
_ANYWHERE = re.compile(
    r"[\s\]|>]GC\(\d{1,11}\) "
    r"(?:Pause |Concurrent |[YyOo]: |\w+ regions: |\w+: \d+K|(?:Garbage|Minor|Major) Collection)"
    r"|\[gc[^\]]*\] (?:Using (?:Serial|Parallel|G1|Concurrent Mark|The Z|Shen|Eps)|Version: \d|Heap [Rr]egion)"
)
"""What no other program prints, whatever stands before it."""
_GC = re.compile(r"(?:^|[\] ])GC\(\d+\) |\]\[gc[,\] ]|\bUsing (?:Serial|Parallel|G1|Concurrent Mark|The Z|Shen|Eps)")
_HEAP = r"(\d{1,15})([BKMG])(?:\(\d+%\))?->(\d{1,15})([BKMG])(?:\((?:(\d{1,15})([BKMG])|\d+%)\))?"
_MS = r"(\d{1,12}[.,]\d{1,9})ms"
_PAUSE = re.compile(rf"Pause (.+?)(?: {_HEAP})? {_MS}$")
_PHASE = re.compile(rf"((?:Concurrent|Coalescing) .+?)(?: {_HEAP})?(?: {_MS})?$")
_CYCLE = re.compile(rf"((?:Garbage|Minor|Major) Collection \((?:[^()]|\(\))*\)) {_HEAP}(?: [\d.,]+s)?$")
_SPACE = re.compile(
    r"\w+: (\d{1,15})K(?:\((\d{1,15})K\))?->(\d{1,15})K\((\d{1,15})K\)"
    r"(?: Eden: \d+K\(\d+K\)->\d+K\((\d{1,15})K\) From: \d+K\(\d+K\)->\d+K\((\d{1,15})K\))?"
)
_REGIONS = re.compile(r"(Eden|Survivor|Old|Humongous) regions: (\d{1,15})->(\d{1,15})(?:\((\d{1,15})\))?$")
_AGE = re.compile(r"- age +(\d{1,3}): +(\d{1,15}) bytes")
_METASPACE = re.compile(r"Metaspace: (?:\d+[KM](?:\(\d+[KM]\))?->)?(\d{1,15})([KM])")
_WORKERS = re.compile(r"Using (\d{1,15}) workers of (\d{1,15}) for (?:evacuation|full compaction)")
_CPU = re.compile(r"User=(\d{1,9}[.,]\d\d)s Sys=(\d{1,9}[.,]\d\d)s Real=(\d{1,9}[.,]\d\d)s$")
_THRESHOLD = re.compile(r"Desired survivor size \d+ bytes, new threshold (\d{1,15})")
_ENTERING = "Entering safepoint region: "
_PARTS = {"Reference Processing": "reference_ms", "Class Unloading": "unloading_ms"}
_PART = re.compile(rf"(Reference Processing|Class Unloading):? {_MS}$")
_REFERENCE_LINES = ("    Reference Processing:", "    Discovered:", "  SoftR", "  WeakR", "  FinalR", "  PhantomR")
_REFERENCE = re.compile(r"(?:(Soft|Weak|Final|Phantom)Reference:|Discovered: (\d{1,12}))$")
_FOUND = re.compile(r"(Soft|Weak|Final|Phantom): (\d{1,12})(?: encountered)?(?=,)|(Phantom): (\d{1,12})$")
_KINDS: tuple[tuple[str, PauseKind], ...] = (
    ("Young (Mixed)", "mixed"),
    ("Mixed", "mixed"),
    ("Young", "young"),
    ("Full", "full"),
    ("Initial Mark (G1", "young"),
    ("Initial Mark", "initial-mark"),
    ("Init Mark", "initial-mark"),
    ("Mark Start", "initial-mark"),
    ("Remark", "remark"),
    ("Final Mark", "remark"),
    ("Mark End", "remark"),
    ("Cleanup", "cleanup"),
)
_YOUNG = {"DefNew": "serial", "ParNew": "cms", "PSYoungGen": "parallel"}
_OLD = {"Tenured": "serial", "CMS": "cms", "ParOldGen": "parallel", "PSOldGen": "parallel"}
_FIELD = {
    "Eden": "eden_regions",
    "Survivor": "survivor_regions",
    "Old": "old_regions",
    "Humongous": "humongous_regions",
}


def _change(found: re.Match[str], first: int) -> Change | None:
    """The heap of a match whose groups of `_HEAP` start at `first`."""
    if found[first] is None:
        return None
    capacity = int(found[first + 4]) * UNIT[found[first + 5]] if found[first + 4] else None
    before = int(found[first]) * UNIT[found[first + 1]]
    return Change(before, int(found[first + 2]) * UNIT[found[first + 3]], capacity)


def _header(line: str) -> tuple[int, Event | None]:
    """Where the message of a line without GC id starts, and what it says."""
    first = start = line.find("] ") + 2 if "] " in line else 0
    event = header_event(line, start)
    for _ in range(PREFIXES):
        if event is not None or start == 0 or (following := line.find("] ", start)) < 0:
            break
        start = following + 2
        event = header_event(line, start)
    return (first if event is None else start), event


def _kind(name: str) -> PauseKind:
    return next((kind for start, kind in _KINDS if name.startswith(start)), "other")


def _ms(text: str) -> float:
    return float(text.replace(",", "."))


def _encloses(young: Pause, full: Pause) -> bool:
    """Whether a young pause began before the full one that was printed first, and lasted until after it."""
    if young.kind != "young" or not full.gc_id - 4 < young.gc_id < full.gc_id or young.ms < full.ms:
        return False
    if young.start_s is None or full.start_s is None:
        return True
    return young.start_s <= full.start_s + STAMP_S


class Unified:
    """The format of `-Xlog`."""

    name: Literal["unified", "jdk8"] = "unified"

    def sniff(self, lines: Sequence[str]) -> float:
        """The number of lines that only such a log has."""
        return sum(1 for line in lines if (_LINE.match(line) and _GC.search(line)) or _ANYWHERE.search(line))

    def events(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        """What the log tells, in its order; foreign lines are passed over."""
        return _Reader().read(batches)


class _Reader:
    """The state of one reading."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._drafts = Drafts()
        self._tables = ZTables()
        self._out: list[Event] = []
        self._held: list[Event] = []
        self._ready: list[Event] = []
        """Events that were held back and are older than all others."""
        self._open_young: int | None = None
        self._starts_seen = False
        self._stopped = False
        self._opened = OpenPauses()
        self._generations_told = False
        self._collector: str | None = None
        self._operation: str | None = None
        self._reference_kind: str | None = None
        self._words = self._by_word()

    def _by_word(self) -> dict[str, Callable[[str, int, str], None]]:
        table: dict[str, Callable[[str, int, str], None]] = {
            "Pause": self._pause,
            "Concurrent": self._phase,
            "Coalescing": self._phase,
            "-": self._age,
            "Age": self._age_table,
            "Metaspace:": self._metaspace,
            "Using": self._workers,
            "Desired": self._threshold,
            "To-space": self._exhausted,
            "Reference": self._part,
            "Class": self._part,
        }
        table.update(dict.fromkeys((f"{name}:" for name in _YOUNG), self._young))
        table.update(dict.fromkeys((f"{name}:" for name in _OLD), self._old))
        table.update(dict.fromkeys(_FIELD, self._regions))
        table.update(dict.fromkeys(("Soft:", "Weak:", "Final:", "Phantom:", "Encountered"), self._references))
        table.update(dict.fromkeys(("Garbage", "Minor", "Major"), self._cycle))
        table.update(dict.fromkeys(("Y:", "y:", "O:", "o:"), self._generation))
        return table

    def read(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        out = self._out
        for lines in batches:
            for line in lines:
                at = line.find("GC(")
                if at < 0:
                    self._outside(line)
                else:
                    self._line(line, at)
                if out or self._ready:
                    yield from self._released()
            self._clock.last_of(lines)
        yield from self._released()
        yield from self._held
        unfinished = self._opened.left(running=self._stopped)
        if unfinished:
            yield Skipped("unfinished", unfinished)
        clock = self._clock
        yield Ended(clock.first_s, clock.last_s, cut=self._stopped, uptime=clock.uptime, steps_back=clock.steps_back)

    def _line(self, line: str, at: int) -> None:
        """A line with a GC id; what else may look like one is passed over."""
        start = line.find(") ", at) + 2
        if line.startswith(" ", start):
            if not self._tables.active:
                if line.startswith(_REFERENCE_LINES, start):
                    self._reference(line, at, start)
                return
            word = " "
        else:
            stop = line.find(" ", start)
            word = line[start:stop] if stop > 0 else line[start:]
        handler = self._words.get(word)
        if handler is not None:
            self._inside(handler, line, at, start)
        elif word.startswith("User="):
            self._inside(self._cpu, line, at, start)
        elif self._tables.active:
            self._row(line, at, start)
        elif (again := line.find("GC(", at + 3)) > 0:
            self._line(line, again)

    def _inside(self, handler: Callable[[str, int, str], None], line: str, at: int, start: int) -> None:
        number = line[at + 3 : line.find(")", at)]
        if number.isdecimal() and len(number) < 12:
            self._at = at
            handler(line, int(number), line[start:].rstrip())

    def _released(self) -> Iterator[Event]:
        """The new events, unless a full pause waits for the young one that it may belong to."""
        ready, self._ready = self._ready, []
        yield from ready
        events, self._out[:] = tuple(self._out), ()
        if self._held:
            self._held.extend(events)
            if len(self._held) < HELD_EVENTS:
                return
            events, self._held = tuple(self._held), []
        yield from events

    # Lines with a GC id.

    def _pause(self, line: str, gc_id: int, rest: str) -> None:
        if "(ZWorker#" in rest or "(VM Thread)" in rest:
            # Debug logs of ZGC also tell what each thread did inside a pause.
            return
        found = _PAUSE.match(rest) if rest.endswith("ms") else None
        if found is None or not is_name(found[1]):
            self._not_ended(line, gc_id, rest)
            return
        self._stopped = False
        self._opened.ends(gc_id)
        name = found[1]
        spaces = self._drafts.finish(gc_id)
        end_s = self._clock.read(line, self._at)
        self._hints(name)
        pause = Pause(end_s, gc_id, _kind(name), name, _ms(found[8]), _change(found, 2), spaces)
        if self._held:
            pause = self._joined(pause)
        if gc_id == self._open_young:
            self._open_young = None
        if pause.kind == "full" and (self._open_young is not None or not self._starts_seen):
            self._flush()
            self._ready.extend(self._out)
            self._out.clear()
            self._held = [pause]
        else:
            self._flush()
            self._out.append(pause)

    def _not_ended(self, line: str, gc_id: int, rest: str) -> None:
        """The beginning of a pause, two lines in one, or a line that cannot be used."""
        start = line.find(rest, self._at)
        following = next_line(line, start)
        if following > start >= 0:
            self._inside(self._pause, line[:following], self._at, start)
            self._line(line[following:], line[following:].find("GC("))
        elif self._opened.begins(gc_id, rest):
            self._stopped = self._starts_seen = True
            if rest.startswith("Pause Young"):
                self._open_young = gc_id
        else:
            self._opened.ends(gc_id)
            self._out.append(Skipped("damaged"))

    def _joined(self, pause: Pause) -> Pause:
        """The pause with the full one inside it, if the one that was held back is that: JDK 11 prints it first."""
        full = self._held[0]
        if not isinstance(full, Pause) or not _encloses(pause, full):
            return pause
        self._held.pop(0)
        return Pause(
            pause.end_s, pause.gc_id, pause.kind, pause.name, pause.ms, pause.heap, pause.spaces, (*full.inner, full)
        )

    def _flush(self) -> None:
        self._ready.extend(self._held)
        self._held = []

    def _by(self, collector: str) -> None:
        """Lines that only one collector prints tell it where the log begins too late to name it."""
        if self._collector is None:
            self._collector = collector
            self._out.append(Setting("collector", collector))

    def _hints(self, name: str) -> None:
        if "(G1 " in name:
            self._by("g1")
        elif name.startswith(("Init Update", "Final Update", "Init Mark", "Degenerated")):
            self._by("shenandoah")
            if name.endswith(("(Young)", "(Old)", "(Global)")) and not self._generations_told:
                self._generations_told = True
                self._out.append(Setting("generational", name))
        if "(Evacuation Failure" in name:
            self._out.append(Hint(21, 21) if "(Evacuation Failure)" in name else Hint(22, 99))
        elif name.endswith("(G1 Preventive Collection)"):
            self._out.append(Hint(17, 20))

    def _phase(self, line: str, gc_id: int, rest: str) -> None:
        if rest.startswith("Concurrent mode failure"):
            self._out.append(Trouble(self._clock.read(line, self._at), "concurrent-mode-failure", gc_id))
            return
        found = _PHASE.match(rest)
        if found is None:
            return
        ms = _ms(found[8]) if found[8] else None
        self._out.append(Phase(self._clock.read(line, self._at), gc_id, found[1], ms, _change(found, 2)))

    def _cycle(self, line: str, gc_id: int, rest: str) -> None:
        found = _CYCLE.match(rest)
        heap = _change(found, 2) if found else None
        self._by("zgc")
        if found and heap:
            self._out.append(Cycle(self._clock.read(line, self._at), gc_id, found[1], heap))
        else:
            self._tables.active = True

    def _generation(self, line: str, gc_id: int, rest: str) -> None:
        """A line of one generation of ZGC: `Y:` in a major collection, `y:` in a minor one."""
        self._tables.active = True
        message = rest[3:]
        if message.startswith("Pause "):
            self._pause(line, gc_id, message)
        elif message.startswith("Concurrent "):
            self._phase(line, gc_id, message)
        else:
            self._out.extend(self._tables.row(gc_id, rest[0], message))

    def _row(self, line: str, at: int, start: int) -> None:
        number = line[at + 3 : start - 2]
        if number.isdecimal() and len(number) < 12:
            self._out.extend(self._tables.row(int(number), "", line[start:]))

    def _young(self, line: str, gc_id: int, rest: str) -> None:
        found = _SPACE.match(rest)
        if found is None:
            return
        self._by(_YOUNG[rest.partition(":")[0]])
        draft = self._drafts.of(gc_id)
        draft.facts["young"] = Change(int(found[1]) << 10, int(found[3]) << 10, int(found[4]) << 10)
        if found[5]:
            draft.facts["eden_capacity"] = int(found[5]) << 10
            draft.facts["survivor_capacity"] = int(found[6]) << 10

    def _old(self, line: str, gc_id: int, rest: str) -> None:
        found = _SPACE.match(rest)
        if found:
            self._by(_OLD[rest.partition(":")[0]])
            change = Change(int(found[1]) << 10, int(found[3]) << 10, int(found[4]) << 10)
            self._drafts.of(gc_id).facts["old"] = change

    def _regions(self, line: str, gc_id: int, rest: str) -> None:
        found = _REGIONS.match(rest)
        if found:
            limit = int(found[4]) if found[4] else None
            self._drafts.of(gc_id).facts[_FIELD[found[1]]] = Regions(int(found[2]), int(found[3]), limit)

    def _age(self, line: str, gc_id: int, rest: str) -> None:
        found = _AGE.match(rest)
        if found:
            ages = self._drafts.of(gc_id).ages
            age = int(found[1])
            if len(ages) < age <= 16:
                ages.extend([0] * (age - 1 - len(ages)))
                ages.append(int(found[2]))

    def _age_table(self, line: str, gc_id: int, rest: str) -> None:
        self._drafts.of(gc_id).ages.clear()
        if rest == "Age table:":
            self._out.append(Hint(22, 99))

    def _part(self, line: str, gc_id: int, rest: str) -> None:
        """Of debug logs: how long a part of the pause took."""
        found = _PART.match(rest)
        if found:
            self._drafts.of(gc_id).facts[_PARTS[found[1]]] = _ms(found[2])

    def _reference(self, line: str, at: int, start: int) -> None:
        """Of debug logs: a line for the kind of reference, then one for how many were discovered."""
        text = line[start:].strip()
        if text.startswith("Reference Processing:"):
            self._inside(self._part, line, at, start + 4)
        found = _REFERENCE.match(text)
        if found and found[1]:
            self._reference_kind = found[1].lower()
        elif found and self._reference_kind:
            self._out.append(References(**{self._reference_kind: int(found[2])}))

    def _references(self, line: str, gc_id: int, rest: str) -> None:
        """Concurrent collectors print them in one line, or one for each kind."""
        counts = {(kind or last).lower(): int(count or end) for kind, count, last, end in _FOUND.findall(rest)}
        self._out.append(References(**counts))

    def _metaspace(self, line: str, gc_id: int, rest: str) -> None:
        found = _METASPACE.match(rest)
        if found:
            self._drafts.of(gc_id).facts["metaspace"] = int(found[1]) * UNIT[found[2]]

    def _workers(self, line: str, gc_id: int, rest: str) -> None:
        found = _WORKERS.match(rest)
        if found:
            facts = self._drafts.of(gc_id).facts
            facts["workers"], facts["workers_max"] = int(found[1]), int(found[2])

    def _threshold(self, line: str, gc_id: int, rest: str) -> None:
        found = _THRESHOLD.match(rest)
        if found:
            self._drafts.of(gc_id).facts["threshold"] = int(found[1])

    def _cpu(self, line: str, gc_id: int, rest: str) -> None:
        found = _CPU.match(rest)
        if found:
            user, system, real = (float(text.replace(",", ".")) for text in found.groups())
            self._out.append(CpuTimes(self._clock.last_s, gc_id, user, system, real))

    def _exhausted(self, line: str, gc_id: int, rest: str) -> None:
        self._drafts.of(gc_id).facts["evacuation_failed"] = True
        self._out.append(Hint(9, 20))

    # Lines without.

    def _outside(self, line: str) -> None:
        start, event = _header(line)
        if event is None:
            if line.startswith(_ENTERING, start):
                self._operation = line[start + len(_ENTERING) :].strip()
            return
        if isinstance(event, Started):
            event = Started(self._clock.restarted(line, start), event.collector)
            self._tables.active = event.collector.startswith("The Z")
        elif isinstance(event, Trouble):
            event = Trouble(self._clock.read(line, start), event.kind, None, event.ms)
        elif isinstance(event, Safepoint):
            event = self._safepoint(event, self._clock.read(line, start))
        elif isinstance(event, Deduplicated | Occupied):
            event = replace(event, time_s=self._clock.read(line, start))
        self._out.append(event)

    def _safepoint(self, event: Safepoint, time_s: float | None) -> Safepoint:
        """With its time, and up to JDK 13 the operation that the line before it names."""
        operation, self._operation = event.operation or self._operation, None
        return replace(event, operation=operation, time_s=time_s)
