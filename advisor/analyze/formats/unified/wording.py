"""The messages of unified logs, as HotSpot words them in JDK 9 to 25, and what a line of them says.

The text of every message is that of HotSpot's sources (gcTraceTime, genCollectedHeap, psParallelCompact, g1Policy,
g1HeapTransition, ageTable, zStat, shenandoahHeap, safepoint).
"""

from __future__ import annotations

import re

from advisor.analyze.events import Change, Event, Pause
from advisor.analyze.formats.header import header_event
from advisor.model.outcome import PauseKind

UNIT = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "": 1}
STAMP_S = 0.002
"""How far time stamps may be off: they are of whole milliseconds, taken when the line is printed."""
PREFIXES = 4
"""Brackets before the decorations that whoever collects the output may have added."""

LINE = re.compile(r"^(?:\S+ std(?:out|err) F )?(?:\[[^\]]*\])* ?(?:GC\(\d+\) |Using \w|Safepoint \"|Heap [Rr]egion)")
ANYWHERE = re.compile(
    r"[\s\]|>]GC\(\d{1,11}\) "
    r"(?:Pause |Concurrent |[YyOo]: |\w+ regions: |\w+: \d+K|(?:Garbage|Minor|Major) Collection)"
    r"|\[gc[^\]]*\] (?:Using (?:Serial|Parallel|G1|Concurrent Mark|The Z|Shen|Eps)|Version: \d|Heap [Rr]egion)"
)
"""What no other program prints, whatever stands before it."""
GC = re.compile(r"(?:^|[\] ])GC\(\d+\) |\]\[gc[,\] ]|\bUsing (?:Serial|Parallel|G1|Concurrent Mark|The Z|Shen|Eps)")
HEAP = r"(\d{1,15})([BKMG])(?:\(\d+%\))?->(\d{1,15})([BKMG])(?:\((?:(\d{1,15})([BKMG])|\d+%)\))?"
MS = r"(\d{1,12}[.,]\d{1,9})ms"
LENGTH = re.compile(MS)
PAUSE = re.compile(rf"Pause (.+?)(?: {HEAP})? {MS}$")
PHASE = re.compile(rf"((?:Concurrent|Coalescing) .+?)(?: {HEAP})?(?: {MS})?$")
CYCLE = re.compile(rf"((?:Garbage|Minor|Major) Collection \((?:[^()]|\(\))*\)) {HEAP}(?: [\d.,]+s)?$")
SPACE = re.compile(
    r"\w+: (\d{1,15})K(?:\((\d{1,15})K\))?->(\d{1,15})K\((\d{1,15})K\)"
    r"(?: Eden: \d+K\(\d+K\)->\d+K\((\d{1,15})K\) From: \d+K\(\d+K\)->\d+K\((\d{1,15})K\))?"
)
REGIONS = re.compile(r"(Eden|Survivor|Old|Humongous) regions: (\d{1,15})->(\d{1,15})(?:\((\d{1,15})\))?$")
AGE = re.compile(r"- age +(\d{1,3}): +(\d{1,15}) bytes")
METASPACE = re.compile(r"Metaspace: (?:\d+[KM](?:\(\d+[KM]\))?->)?(\d{1,15})([KM])")
WORKERS = re.compile(r"Using (\d{1,15}) workers of (\d{1,15}) for (?:evacuation|full compaction)")
CPU = re.compile(r"User=(\d{1,9}[.,]\d\d)s Sys=(\d{1,9}[.,]\d\d)s Real=(\d{1,9}[.,]\d\d)s$")
THRESHOLD = re.compile(r"Desired survivor size \d+ bytes, new threshold (\d{1,15})")
ENTERING = "Entering safepoint region: "
PARTS = {"Reference Processing": "reference_ms", "Class Unloading": "unloading_ms"}
PART = re.compile(rf"(Reference Processing|Class Unloading):? {MS}$")
REFERENCE_LINES = ("    Reference Processing:", "    Discovered:", "  SoftR", "  WeakR", "  FinalR", "  PhantomR")
REFERENCE = re.compile(r"(?:(Soft|Weak|Final|Phantom)Reference:|Discovered: (\d{1,12}))$")
FOUND = re.compile(r"(Soft|Weak|Final|Phantom): (\d{1,12})(?: encountered)?(?=,)|(Phantom): (\d{1,12})$")
KINDS: tuple[tuple[str, PauseKind], ...] = (
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
YOUNG = {"DefNew": "serial", "ParNew": "cms", "PSYoungGen": "parallel"}
OLD = {"Tenured": "serial", "CMS": "cms", "ParOldGen": "parallel", "PSOldGen": "parallel"}
FIELD = {"Eden": "eden_regions", "Survivor": "survivor_regions", "Old": "old_regions", "Humongous": "humongous_regions"}


def change(found: re.Match[str], first: int) -> Change | None:
    """The heap of a match whose groups of `HEAP` start at `first`."""
    if found[first] is None:
        return None
    capacity = int(found[first + 4]) * UNIT[found[first + 5]] if found[first + 4] else None
    before = int(found[first]) * UNIT[found[first + 1]]
    return Change(before, int(found[first + 2]) * UNIT[found[first + 3]], capacity)


def header(line: str) -> tuple[int, Event | None]:
    """Where the message of a line without GC id starts, and what it says."""
    first = start = line.find("] ") + 2 if "] " in line else 0
    event = header_event(line, start)
    for _ in range(PREFIXES):
        if event is not None or start == 0 or (following := line.find("] ", start)) < 0:
            break
        start = following + 2
        event = header_event(line, start)
    return (first if event is None else start), event


def kind(name: str) -> PauseKind:
    return next((kind for start, kind in KINDS if name.startswith(start)), "other")


def milliseconds(text: str) -> float:
    return float(text.replace(",", "."))


def encloses(young: Pause, full: Pause) -> bool:
    """Whether a young pause began before the full one that was printed first, and lasted until after it."""
    if young.kind != "young" or not full.gc_id - 4 < young.gc_id < full.gc_id or young.ms < full.ms:
        return False
    if young.start_s is None or full.start_s is None:
        return True
    return young.start_s <= full.start_s + STAMP_S
