"""A whole stop -> what it says: kind, name, length, heap and spaces, survivors, references, failures.

The texts are those of HotSpot 8 and before: genCollectedHeap, psScavenge, psParallelCompact, parNewGeneration,
concurrentMarkSweepGeneration, g1CollectedHeap, ageTable, referenceProcessor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from advisor.analyze.events import Change
from advisor.analyze.formats.jdk8.folding import Folder
from advisor.analyze.formats.jdk8.text import NUMBER, SIZE, change, decimal, size
from advisor.model.outcome import PauseKind

_HEAD = re.compile(r"(Full GC|Inc GC|GC)( pause| remark| cleanup)?(--)?((?:\s{0,2}\((?:[^()\n]|\(\)){0,80}\))*)")
_CAUSE = re.compile(r"\(((?:[^()]|\(\))*)\)")
_LENGTH = re.compile(rf"({NUMBER}) secs?\s*$")
_HEAP = re.compile(rf"({SIZE})->({SIZE})(?:\(({SIZE})\))?")
_USED = re.compile(rf"(?<![>\d.,])({SIZE})\(({SIZE})\)")
_SPACE = re.compile(
    r"(?:AS)?(ParNew|DefNew|PSYoungGen|CMS Perm|CMS|Tenured|ParOldGen|PSOldGen|PSPermGen|Perm|Metaspace)(?![-\w]*[a-z])"
)
_TRIPLE = re.compile(r"(\d{1,15})K->(\d{1,15})K(?:\((\d{1,15})K\))?")
_REFERENCES = re.compile(rf"(Soft|Weak|Final|Phantom)Reference, (\d{{1,12}}) refs,(?: \d+ refs,)? ({NUMBER}) secs")
_REFERENCE_TIME = re.compile(rf"(?:weak refs processing|GC ref-proc|JNI Weak Reference), ({NUMBER}) secs")
_UNLOADING = re.compile(rf"(?:class unloading|Unloading), ({NUMBER}) secs")
_DESIRED = re.compile(r"Desired survivor size (\d{1,15}) bytes, new threshold (\d{1,3})")
_AGE = re.compile(r"- age +(\d{1,3}): +(\d{1,15}) bytes")
YOUNG = {"ParNew": "parnew", "DefNew": "defnew", "PSYoungGen": "parallel"}
OLD = {"CMS": "cms", "Tenured": "serial", "ParOldGen": "parallel", "PSOldGen": "parallel"}
_METADATA = ("Metaspace", "CMS Perm", "PSPermGen", "Perm")
_FAILURES = (("(promotion failed)", "promotion-failed"), ("(concurrent mode failure)", "concurrent-mode-failure"))
_G1_WORDS = ("young", "mixed", "partial", "initial-mark", "to-space exhausted", "to-space overflow")
CAUSES = {"System": "System.gc()", "System.gc()": "System.gc()"}
"""Causes that releases name differently."""


@dataclass(slots=True)
class Stop:
    """One stop that was read; `facts` are fields of `Spaces`."""

    ms: float
    kind: PauseKind
    name: str
    heap: Change | None
    collector: str | None
    """Which collector prints so: `parnew` and `defnew` are young collectors that go with several."""
    g1: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    ages: list[int] = field(default_factory=list)
    desired: int | None = None
    """The survivor space that is to be filled at most, as printed."""
    references: dict[str, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    marks_in_turn: bool = False
    """A mark of CMS that does not say which of the two it is (`-XX:+PrintGC` before JDK 8)."""


def read_stop(folder: Folder, table: str) -> Stop | None:
    """What the texts of one stop and its age table say, or None when they are not of any known form."""
    head, length = _HEAD.match(folder.text), _LENGTH.search(folder.text[-40:])
    if head is None or length is None:
        return None
    ms = decimal(length[1]) * 1000
    causes = [CAUSES.get(cause, cause) for cause in _CAUSE.findall(head[4])]
    stop = Stop(round(ms, 6), "young", "", None, None)
    spaces = _spaces(stop, folder.groups)
    _parts(stop, folder)
    if table:
        tenuring(stop, table)
    if head[2]:
        _g1(stop, head, folder.text)
    else:
        _generational(stop, head, folder, spaces, causes)
    stop.name = _name(stop.kind, [cause for cause in causes if cause not in _G1_WORDS])
    return stop


def _name(kind: str, causes: list[str]) -> str:
    titles = {"initial-mark": "Initial Mark", "remark": "Remark", "cleanup": "Cleanup", "mixed": "Young (Mixed)"}
    title = titles.get(kind, kind.capitalize())
    kept = causes if kind in ("young", "mixed", "full") else []
    return " ".join((title, *(f"({cause})" for cause in kept)))


def _spaces(stop: Stop, groups: list[str]) -> dict[str, Change]:
    """The spaces that the groups name; young before old, as nested collections are printed first."""
    found: dict[str, Change] = {}
    for group in groups:
        name = _SPACE.match(group)
        triples = _TRIPLE.findall(group) if name else []
        if name and triples:
            before, after, capacity = triples[-1]
            role = "young" if name[1] in YOUNG else "old" if name[1] in OLD else "metadata"
            found[role] = Change(int(before) << 10, int(after) << 10, int(capacity) << 10 if capacity else None)
            if role != "metadata":
                stop.collector = OLD.get(name[1]) or stop.collector or YOUNG.get(name[1])
    if "metadata" in found:
        stop.facts["metaspace"] = found["metadata"].after
    return found


def _parts(stop: Stop, folder: Folder) -> None:
    """Failures, references, and the parts of a pause that have a time of their own."""
    reference_s = unloading_s = 0.0
    for text in (*folder.groups, folder.text):
        stop.troubles.extend(kind for words, kind in _FAILURES if words in text and kind not in stop.troubles)
        for kind, count, seconds in _REFERENCES.findall(text):
            stop.references[kind.lower()] = int(count)
            reference_s += decimal(seconds)
        reference_s += sum(map(decimal, _REFERENCE_TIME.findall(text)))
        unloading_s += sum(map(decimal, _UNLOADING.findall(text)))
    if reference_s:
        stop.facts["reference_ms"] = round(reference_s * 1000, 6)
    if unloading_s:
        stop.facts["unloading_ms"] = round(unloading_s * 1000, 6)


def tenuring(stop: Stop, text: str) -> None:
    """The age table, the threshold and the size that survivors should have."""
    found = _DESIRED.search(text)
    if found:
        stop.desired, stop.facts["threshold"] = int(found[1]), int(found[2])
    ages: list[int] = []
    for age, amount in _AGE.findall(text):
        if len(ages) < int(age) <= 16:
            ages.extend([0] * (int(age) - 1 - len(ages)))
            ages.append(int(amount))
    stop.ages = ages


def _heap(text: str) -> Change | None:
    found = _HEAP.search(text)
    return change(found[1], found[2], found[3]) if found else None


def _g1(stop: Stop, head: re.Match[str], text: str) -> None:
    stop.g1, stop.collector, stop.heap = True, "g1", _heap(text)
    word = head[2].strip()
    if word == "pause":
        mixed = "(mixed)" in text or "(partial)" in text
        stop.kind = "mixed" if mixed else "young"
        failed = "(to-space" in text or ")--" in text
        if failed:
            stop.facts["evacuation_failed"] = True
        stop.facts["starts_cycle"] = "(initial-mark)" in text
    else:
        stop.kind = "remark" if word == "remark" else "cleanup"


def _generational(
    stop: Stop, head: re.Match[str], folder: Folder, spaces: dict[str, Change], causes: list[str]
) -> None:
    text = folder.text
    stop.heap = _heap(text)
    if head[3]:
        stop.troubles.append("promotion-failed")
    if head[1] == "Full GC":
        stop.kind = "full"
        stop.g1 = not spaces and stop.heap is not None and "M->" in text
        if stop.g1:
            stop.collector = "g1"
        elif "Ergonomics" in causes:
            stop.collector = "parallel"
    elif mark := _mark(stop, spaces, folder.groups, causes):
        stop.kind, stop.collector = mark, "cms"
    elif "old" in spaces:
        stop.kind = "full"
    used = None if stop.heap else _USED.search(text)
    if used:
        level = size(used[1])
        stop.heap = Change(level, level, size(used[2]))
        if stop.kind == "young":
            stop.marks_in_turn, stop.collector = True, "cms"
    if "icms_dc" in text:
        stop.collector = "cms"
    if stop.kind in ("initial-mark", "remark"):
        nested = next((heap for group in folder.groups if _HEAD.match(group) and (heap := _heap(group))), None)
        _complete(stop, spaces, nested)
    else:
        _complete(stop, spaces, stop.heap)


def _mark(stop: Stop, spaces: dict[str, Change], groups: list[str], causes: list[str]) -> PauseKind | None:
    """Which of the two marks of CMS this is: it has a group of its own or, without details, a cause.

    A young collection before the remark has that cause too.
    """
    for group in groups:
        if "CMS-initial-mark" in group:
            return "initial-mark"
        if "CMS-remark" in group:
            return "remark"
    if stop.heap or "young" in spaces:
        return None
    return "initial-mark" if "CMS Initial Mark" in causes else "remark" if "CMS Final Remark" in causes else None


def _complete(stop: Stop, spaces: dict[str, Change], heap: Change | None) -> None:
    """Young and old, of which a line often gives one and the whole heap: the other is the difference.

    Of a remark, these are the spaces of the young collection inside (`-XX:+CMSScavengeBeforeRemark`).
    """
    young, old = spaces.get("young"), spaces.get("old")
    if heap is not None and old is not None:
        capacity = young.capacity if young else _difference(heap.capacity, old.capacity)
        young = Change(max(0, heap.before - old.before), max(0, heap.after - old.after), capacity)
    elif heap is not None and young is not None:
        capacity = _difference(heap.capacity, young.capacity)
        old = Change(max(0, heap.before - young.before), max(0, heap.after - young.after), capacity)
    stop.facts.update({name: part for name, part in (("young", young), ("old", old)) if part is not None})


def _difference(whole: int | None, part: int | None) -> int | None:
    return whole - part if whole is not None and part is not None and whole >= part else None
