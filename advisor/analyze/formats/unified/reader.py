"""The state of one reading of a unified log: lines -> events, whatever the decorations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace

from advisor.analyze.events import (
    MEASURABLE_S,
    Change,
    CpuTimes,
    Deduplicated,
    Ended,
    Event,
    Occupied,
    Pause,
    Phase,
    References,
    Regions,
    Safepoint,
    Skipped,
    Spaces,
    Started,
    Trouble,
)
from advisor.analyze.formats.drafts import Drafts
from advisor.analyze.formats.open_pauses import OpenPauses, is_beginning, is_name, next_line
from advisor.analyze.formats.unified.parts import REMEMBERED, Parts
from advisor.analyze.formats.unified.scan import FIGURES, MESSAGE, SCAN, TAIL, is_decorated, tells
from advisor.analyze.formats.unified.state import CARRIED, PARTS_CARRIED, State
from advisor.analyze.formats.unified.wording import (
    ENTERING,
    FIELD,
    LENGTH,
    OLD,
    PAUSE,
    REFERENCE,
    REFERENCE_LINES,
    YOUNG,
    change,
    encloses,
    header,
    kind,
    milliseconds,
)
from advisor.analyze.text import Text

HELD_EVENTS = 1000
"""Events kept back at most while a full pause waits to see whether it was part of a young one."""


class Reader(Parts):
    """The state of one reading."""

    def __init__(self) -> None:
        super().__init__()
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
            if tells(between):
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
