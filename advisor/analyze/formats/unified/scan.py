"""One expression that finds the lines which say something, so that no Python runs for all others.

The lines that end a collection of G1 come in a fixed order: all their figures are one match.
"""

from __future__ import annotations

import re

from advisor.analyze.formats.header import FIRST_WORDS

TAIL = 20_000
"""Characters in which the last time stamp of a piece of a log is looked for."""
_NEXT = r"\r?\n[^G\n]*+GC\(\1\) "
_COUNTS = r"(\d{1,15})->(\d{1,15})"
_STANZA = (
    rf"(?:(Pause Young[A-Za-z0-9 ./:()-]*){_NEXT}Using (\d{{1,9}}) workers of (\d{{1,9}}) for evacuation"
    rf"((?:{_NEXT}(?: |- age|Age table|Desired)[^\n]*+)*+){_NEXT})?"
    rf"Eden regions: {_COUNTS}\((\d{{1,15}})\)"
    rf"{_NEXT}Survivor regions: {_COUNTS}\((\d{{1,15}})\)"
    rf"{_NEXT}Old regions: {_COUNTS}"
    rf"(?:{_NEXT}Archive regions: [\d>-]*+)?"
    rf"{_NEXT}Humongous regions: {_COUNTS}"
    rf"{_NEXT}Metaspace: (?:\d+K(?:\(\d+K\))?->)?(\d{{1,15}})K[^\n]*+"
    r"\n([^G\n]*+)GC\(\1\) Pause ([A-Z][A-Za-z0-9 ./:()-]*?) (\d{1,9})M->(\d{1,9})M\((\d{1,9})M\) (\d{1,9}\.\d{1,9})ms"
    rf"{_NEXT}User=(\d{{1,9}}\.\d\d)s Sys=(\d{{1,9}}\.\d\d)s Real=(\d{{1,9}}\.\d\d)s(?=\r?\n)"
)
_WORDS = (
    r"Pause\b|Concurrent\b|Coalescing\b|User=|(?:Eden|Survivor|Old|Humongous) regions: |- age|Age table"
    r"|Metaspace: |Using \d+ workers of \d+ for (?:evac|full)|Desired survivor|To-space|(?:Reference|Class)\b"
    r"|(?:DefNew|ParNew|PSYoungGen|Tenured|CMS|ParOldGen|PSOldGen): |(?:Soft|Weak|Final|Phantom): |Encountered "
    r"|(?:Garbage|Minor|Major) |[YyOo]: |    (?:Discovered|Reference Processing):|  (?:Soft|Weak|Final|Phantom)R"
)
SCAN = re.compile(
    rf"\] (?:GC\((\d{{1,11}})\) (?:{_STANZA}|((?:{_WORDS})[^\n]*+))"
    rf"|(?:(?:{'|'.join(map(re.escape, FIRST_WORDS))}) |Entering safepoint region: )[^\n]*+)"
)
"""Group 1 is the GC id, 2 to 5 the beginning of a stanza, 6 to 25 its figures, 26 any other message with a GC id."""
FIGURES, MESSAGE = tuple(range(2, 26)), 26


def tells(between: str) -> bool:
    """Whether lines in the midst of a stanza say something: age tables, and References at debug level."""
    return "age" in between or "Ref" in between or "Disc" in between


def is_decorated(text: str) -> bool:
    """Whether the lines have decorations in brackets: without them only their first words tell what they are."""
    return text.startswith("[") or "\n[" in text[: 1 << 14]
