"""The state of one reading of a unified log: lines -> events, whatever the decorations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from advisor.analyze.events import (
    MEASURABLE_S,
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
    Spaces,
    Started,
    Trouble,
)
from advisor.analyze.formats.clock import DIGITS, Clock, later
from advisor.analyze.formats.drafts import Drafts
from advisor.analyze.formats.open_pauses import OpenPauses, is_beginning, is_name, next_line
from advisor.analyze.formats.unified.scan import FIGURES, MESSAGE, SCAN, TAIL, TELLING, is_decorated
from advisor.analyze.formats.unified.wording import (
    AGE,
    CPU,
    CYCLE,
    ENTERING,
    FIELD,
    FOUND,
    LENGTH,
    METASPACE,
    OLD,
    PART,
    PARTS,
    PAUSE,
    PHASE,
    REFERENCE,
    REFERENCE_LINES,
    REGIONS,
    SPACE,
    THRESHOLD,
    UNIT,
    WORKERS,
    YOUNG,
    change,
    encloses,
    header,
    kind,
    milliseconds,
)
from advisor.analyze.formats.zgc_tables import ZTables
from advisor.analyze.text import Text
from advisor.model.outcome import PauseKind

REMEMBERED = 256
"""Texts that were looked at before."""
HELD_EVENTS = 1000
"""Events kept back at most while a full pause waits to see whether it was part of a young one."""

CARRIED = (
    *("_held", "_open_young", "_starts_seen", "_stopped", "_generations_told"),
    *("_collector", "_operation", "_reference_kind"),
)
TIMES = ("_base_s", "_before_s", "_undo_s", "last_s")
PARTS_CARRIED = ("_clock", "_drafts", "_opened")


@dataclass(frozen=True, slots=True)
class State:
    """Where a reading is. What was only remembered to be faster is not part of it."""

    facts: dict[str, Any]
    parts: dict[str, dict[str, Any]]
    unfinished: int
    steps_back: int
    """Two counts, which nothing that follows depends on."""

    def later_s(self, other: State) -> float | None:
        """How much later the times of this reading are than those of another that goes on alike; None if none does."""
        mine, its = self.parts["_clock"], other.parts["_clock"]
        later_s: float = round(mine["_base_s"] - its["_base_s"], DIGITS)
        if self.facts != other.facts or other.delayed(later_s, mine["first_s"]).parts != self.parts:
            return None
        return later_s

    def delayed(self, by_s: float, first_s: float | None) -> State:
        """The state of a reading whose times are so much later, and whose first time is this."""
        clock = dict(self.parts["_clock"], first_s=first_s)
        if by_s:
            clock.update({name: later(clock[name], by_s) for name in TIMES})
        return replace(self, parts=self.parts | {"_clock": clock})


class Reader:
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
        self._kinds: dict[str, PauseKind] = {}
        self._beginnings: set[str] = set()
        self._phases: set[str] = set()
        self._timed_phases: set[str] = set()
        """Names of concurrent phases, as they stand in lines without and with a length."""
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
        table.update(dict.fromkeys((f"{name}:" for name in YOUNG), self._young))
        table.update(dict.fromkeys((f"{name}:" for name in OLD), self._old))
        table.update(dict.fromkeys(FIELD, self._regions))
        table.update(dict.fromkeys(("Soft:", "Weak:", "Final:", "Phantom:", "Encountered"), self._references))
        table.update(dict.fromkeys(("Garbage", "Minor", "Major"), self._cycle))
        table.update(dict.fromkeys(("Y:", "y:", "O:", "o:"), self._generation))
        return table

    def read(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        """The events of pieces of a log, `Ended` last."""
        for batch in batches:
            yield from self.feed(batch)
        yield from self.finish()

    def feed(self, batch: Sequence[str]) -> Iterator[Event]:
        """The events that the next piece of the log settles."""
        text = batch.text if isinstance(batch, Text) else "\n".join(batch)
        if self._tables.active or not is_decorated(text):
            self._each(text.split("\n"))
        else:
            self._scan(text)
        yield from self._released()
        self._clock.last_of(text[-TAIL:].split("\n"))

    def finish(self) -> Iterator[Event]:
        """What is left when the log is over."""
        yield from self._released()
        yield from self._held
        unfinished = self._opened.left(running=self._stopped)
        if unfinished:
            yield Skipped("unfinished", unfinished)
        clock = self._clock
        yield Ended(clock.first_s, clock.last_s, cut=self._stopped, uptime=clock.uptime, steps_back=clock.steps_back)

    def state(self) -> State | None:
        """All that the reading of what follows depends on; None amid ZGC's tables, which are not carried over."""
        if self._tables.active or self._out or self._ready:
            return None
        facts = {name: getattr(self, name) for name in CARRIED}
        parts = {name: dict(vars(getattr(self, name))) for name in PARTS_CARRIED}
        unfinished, steps_back = parts["_opened"].pop("unfinished"), parts["_clock"].pop("steps_back")
        return State(deepcopy(facts), deepcopy(parts), unfinished, steps_back)

    @classmethod
    def resumed(cls, state: State) -> Reader:
        """A reader that goes on where another one was."""
        reader = cls()
        vars(reader).update(deepcopy(state.facts))
        for name, values in deepcopy(state.parts).items():
            vars(getattr(reader, name)).update(values)
        reader._opened.unfinished, reader._clock.steps_back = state.unfinished, state.steps_back
        return reader

    @classmethod
    def seeded(cls, state: State) -> Reader:
        """A reader for the midst of a log whose beginning left another one in this state."""
        reader = cls.resumed(state)
        reader._drafts, reader._opened = Drafts(), OpenPauses()
        reader._held, reader._open_young, reader._stopped = [], None, False
        reader._clock.forget()
        return reader

    def count_anew(self) -> None:
        """Forgets what was counted so far."""
        self._opened.unfinished = self._clock.steps_back = 0

    def _each(self, lines: Iterable[str]) -> None:
        for line in lines:
            at = line.find("GC(")
            if at < 0:
                self._outside(line)
            else:
                self._line(line, at)

    def _scan(self, text: str) -> None:
        """Only the lines that say something. ZGC's tables have too many rows for that to pay."""
        beginnings, stanza = self._beginnings, self._stanza
        for found in SCAN.finditer(text):
            last = found.lastindex
            if last == MESSAGE:
                message = found[MESSAGE]
                if message in beginnings:
                    self._began(int(found[1]), message)
                    continue
                if message[:1] == "C" and self._known_phase(text, found, message):
                    continue
            elif last is not None and stanza(found):
                continue
            self._found(text, found)
            if self._tables.active:
                self._each(text[found.end() + 1 :].split("\n"))
                return

    def _found(self, text: str, found: re.Match[str]) -> None:
        at, end = found.span()
        start = text.rfind("\n", 0, at) + 1
        if found[1] is None:
            self._outside(text[start:end])
        elif found[MESSAGE] is None:
            self._each(text[start:end].split("\n"))
        else:
            self._line(text[start:end], at + 2 - start)

    def _stanza(self, found: re.Match[str]) -> bool:
        """The lines that end a collection of G1; False where the name of the pause is none."""
        beginning, workers, workers_max, between, *counts, prefix, name = found.group(*FIGURES[:17])
        if name not in self._kinds and not is_name(name):
            return False
        gc_id = int(found[1])
        if beginning is not None:
            if beginning not in self._beginnings and not is_beginning(beginning):
                return False
            self._began(gc_id, beginning)
            if any(word in between for word in TELLING):
                self._each(between.split("\n"))
        end_s = self._clock.read(prefix, len(prefix))
        before, after, capacity, length, user, system, real = found.group(*FIGURES[17:])
        spaces = self._counted(gc_id, workers, workers_max, counts)
        heap = Change(int(before) << 20, int(after) << 20, int(capacity) << 20)
        self._ended(gc_id, name, float(length), heap, end_s, spaces)
        elapsed_s = float(real)
        if elapsed_s >= MEASURABLE_S:
            self._out.append(CpuTimes(end_s, gc_id, float(user), float(system), elapsed_s))
        return True

    def _counted(self, gc_id: int, workers: str | None, workers_max: str, counts: Iterable[str]) -> Spaces:
        """The workers, the regions and the metaspace of a stanza, with what lines before it told."""
        e, e_after, e_limit, s, s_after, s_limit, o, o_after, h, h_after, metaspace = map(int, counts)
        eden, survivors = Regions(e, e_after, e_limit), Regions(s, s_after, s_limit)
        old, humongous = Regions(o, o_after), Regions(h, h_after)
        used, most = (int(workers), int(workers_max)) if workers else (None, None)
        draft = self._drafts.taken(gc_id)
        if draft is None:
            return Spaces(
                None, None, None, None, eden, survivors, old, humongous, (), None, metaspace << 10, used, most
            )
        facts = draft.facts
        facts["eden_regions"], facts["survivor_regions"] = eden, survivors
        facts["old_regions"], facts["humongous_regions"] = old, humongous
        facts["metaspace"] = metaspace << 10
        if used is not None:
            facts["workers"], facts["workers_max"] = used, most
        return draft.finished()

    def _known_phase(self, text: str, found: re.Match[str], message: str) -> bool:
        """A concurrent phase whose name was met before; False for all other messages."""
        if message in self._phases:
            length_ms = None
        else:
            message, _, length = message.rpartition(" ")
            if message not in self._timed_phases or not LENGTH.fullmatch(length):
                return False
            length_ms = milliseconds(length[:-2])
        at = found.start()
        prefix = text[text.rfind("\n", 0, at) + 1 : at + 2]
        self._out.append(Phase(self._clock.read(prefix, len(prefix)), int(found[1]), message, length_ms))
        return True

    def _line(self, line: str, at: int) -> None:
        """A line with a GC id; what else may look like one is passed over."""
        start = line.find(") ", at) + 2
        if line.startswith(" ", start):
            if not self._tables.active:
                if line.startswith(REFERENCE_LINES, start):
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
        if rest in self._beginnings:
            self._began(gc_id, rest)
            return
        found = PAUSE.match(rest) if rest.endswith("ms") else None
        if found is None or not is_name(found[1]):
            self._not_ended(line, gc_id, rest)
            return
        end_s = self._clock.read(line, self._at)
        self._ended(gc_id, found[1], milliseconds(found[8]), change(found, 2), end_s, self._drafts.finish(gc_id))

    def _ended(
        self, gc_id: int, name: str, length_ms: float, heap: Change | None, end_s: float | None, spaces: Spaces
    ) -> None:
        """A pause that is over, by whatever line says so."""
        self._stopped = False
        self._opened.ends(gc_id)
        what = self._kinds.get(name)
        if what is None:
            if len(self._kinds) > REMEMBERED:
                self._kinds.clear()
            what = self._kinds[name] = kind(name)
            self._hints(name)
        pause = Pause(end_s, gc_id, what, name, length_ms, heap, spaces)
        if self._held:
            pause = self._joined(pause)
        if gc_id == self._open_young:
            self._open_young = None
        if what == "full" and (self._open_young is not None or not self._starts_seen):
            self._flush()
            self._ready.extend(self._out)
            self._out.clear()
            self._held = [pause]
        else:
            if self._held:
                self._flush()
            self._out.append(pause)

    def _not_ended(self, line: str, gc_id: int, rest: str) -> None:
        """The beginning of a pause, two lines in one, or a line that cannot be used."""
        start = line.find(rest, self._at)
        following = next_line(line, start)
        if following > start >= 0:
            self._inside(self._pause, line[:following], self._at, start)
            self._line(line[following:], line[following:].find("GC("))
        elif is_beginning(rest):
            self._remember(self._beginnings, rest)
            self._began(gc_id, rest)
        else:
            self._opened.ends(gc_id)
            self._out.append(Skipped("damaged"))

    def _began(self, gc_id: int, rest: str) -> None:
        self._opened.begins(gc_id)
        self._drafts.begins(gc_id)
        self._stopped = self._starts_seen = True
        if rest.startswith("Pause Young"):
            self._open_young = gc_id

    def _joined(self, pause: Pause) -> Pause:
        """The pause with the full one inside it, if the one that was held back is that: JDK 11 prints it first."""
        full = self._held[0]
        if not isinstance(full, Pause) or not encloses(pause, full):
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
        found = PHASE.match(rest)
        if found is None:
            return
        length_ms = milliseconds(found[8]) if found[8] else None
        if found[2] is None:
            self._remember(self._phases if length_ms is None else self._timed_phases, found[1])
        self._out.append(Phase(self._clock.read(line, self._at), gc_id, found[1], length_ms, change(found, 2)))

    @staticmethod
    def _remember(texts: set[str], text: str) -> None:
        if len(texts) > REMEMBERED:
            texts.clear()
        texts.add(text)

    def _cycle(self, line: str, gc_id: int, rest: str) -> None:
        found = CYCLE.match(rest)
        heap = change(found, 2) if found else None
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
        found = SPACE.match(rest)
        if found is None:
            return
        self._by(YOUNG[rest.partition(":")[0]])
        draft = self._drafts.of(gc_id)
        draft.facts["young"] = Change(int(found[1]) << 10, int(found[3]) << 10, int(found[4]) << 10)
        if found[5]:
            draft.facts["eden_capacity"] = int(found[5]) << 10
            draft.facts["survivor_capacity"] = int(found[6]) << 10

    def _old(self, line: str, gc_id: int, rest: str) -> None:
        found = SPACE.match(rest)
        if found:
            self._by(OLD[rest.partition(":")[0]])
            change = Change(int(found[1]) << 10, int(found[3]) << 10, int(found[4]) << 10)
            self._drafts.of(gc_id).facts["old"] = change

    def _regions(self, line: str, gc_id: int, rest: str) -> None:
        found = REGIONS.match(rest)
        if found:
            limit = int(found[4]) if found[4] else None
            self._drafts.of(gc_id).facts[FIELD[found[1]]] = Regions(int(found[2]), int(found[3]), limit)

    def _age(self, line: str, gc_id: int, rest: str) -> None:
        found = AGE.match(rest)
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
        found = PART.match(rest)
        if found:
            self._drafts.of(gc_id).facts[PARTS[found[1]]] = milliseconds(found[2])

    def _reference(self, line: str, at: int, start: int) -> None:
        """Of debug logs: a line for the kind of reference, then one for how many were discovered."""
        text = line[start:].strip()
        if text.startswith("Reference Processing:"):
            self._inside(self._part, line, at, start + 4)
        found = REFERENCE.match(text)
        if found and found[1]:
            self._reference_kind = found[1].lower()
        elif found and self._reference_kind:
            self._out.append(References(**{self._reference_kind: int(found[2])}))

    def _references(self, line: str, gc_id: int, rest: str) -> None:
        """Concurrent collectors print them in one line, or one for each kind."""
        counts = {(kind or last).lower(): int(count or end) for kind, count, last, end in FOUND.findall(rest)}
        self._out.append(References(**counts))

    def _metaspace(self, line: str, gc_id: int, rest: str) -> None:
        found = METASPACE.match(rest)
        if found:
            self._drafts.of(gc_id).facts["metaspace"] = int(found[1]) * UNIT[found[2]]

    def _workers(self, line: str, gc_id: int, rest: str) -> None:
        found = WORKERS.match(rest)
        if found:
            facts = self._drafts.of(gc_id).facts
            facts["workers"], facts["workers_max"] = int(found[1]), int(found[2])

    def _threshold(self, line: str, gc_id: int, rest: str) -> None:
        found = THRESHOLD.match(rest)
        if found:
            self._drafts.of(gc_id).facts["threshold"] = int(found[1])

    def _cpu(self, line: str, gc_id: int, rest: str) -> None:
        found = CPU.match(rest)
        if found:
            user, system, real = (float(text.replace(",", ".")) for text in found.groups())
            if real >= MEASURABLE_S:
                self._out.append(CpuTimes(self._clock.last_s, gc_id, user, system, real))

    def _exhausted(self, line: str, gc_id: int, rest: str) -> None:
        self._drafts.of(gc_id).facts["evacuation_failed"] = True
        self._out.append(Hint(9, 20))

    # Lines without.

    def _outside(self, line: str) -> None:
        start, event = header(line)
        if event is None:
            if line.startswith(ENTERING, start):
                self._operation = line[start + len(ENTERING) :].strip()
            return
        if isinstance(event, Started):
            event = Started(self._clock.restarted(line, start), event.collector)
            self._tables.active = event.collector.startswith("The Z")
            self._opened.restarted()
            self._drafts = Drafts()
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
