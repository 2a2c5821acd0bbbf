"""The lines of unified logs that tell one thing each: spaces, ages, workers, phases, processor times."""

from __future__ import annotations

from advisor.analyze.events import (
    MEASURABLE_S,
    Change,
    CpuTimes,
    Cycle,
    Event,
    Hint,
    Phase,
    References,
    Regions,
    Setting,
    Trouble,
)
from advisor.analyze.formats.clock import Clock
from advisor.analyze.formats.drafts import Drafts
from advisor.analyze.formats.open_pauses import OpenPauses
from advisor.analyze.formats.unified.wording import (
    AGE,
    CPU,
    CYCLE,
    FIELD,
    FOUND,
    METASPACE,
    OLD,
    PART,
    PARTS,
    PHASE,
    REGIONS,
    SPACE,
    THRESHOLD,
    UNIT,
    WORKERS,
    YOUNG,
    change,
    milliseconds,
)
from advisor.analyze.formats.zgc_tables import ZTables
from advisor.model.outcome import PauseKind

REMEMBERED = 256
"""Texts that were looked at before."""


class Parts:
    """What one reading knows, and what such lines add to it. All take the line, its GC id, and its message."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._drafts = Drafts()
        self._tables = ZTables()
        self._out: list[Event] = []
        self._held: list[Event] = []
        self._ready: list[Event] = []
        """Events that were held back and are older than all others."""
        self._at = 0
        """Where the GC id of the line stands."""
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
