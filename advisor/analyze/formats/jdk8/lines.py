"""Lines of one piece: young collections without anything between, concurrent phases, pauses of Shenandoah."""

from __future__ import annotations

import re

from advisor.analyze.formats.jdk8.text import NUMBER, SIZE, STAMP

_SECONDS = r"(\d{1,9}(?:[.,]\d{1,6})?)"
_TIMES = rf"\[Times: user={_SECONDS} sys={_SECONDS}, real={_SECONDS} secs\]"
YOUNG_LINE = re.compile(
    r"\[GC(?: \(([^()\n]{0,60}(?:\(\))?)\))? ?"
    rf"(?:{STAMP}\[(?:AS)?(ParNew|DefNew|PSYoungGen): "
    rf"(\d{{1,15}})K->(\d{{1,15}})K\((\d{{1,15}})K\)(?:, {NUMBER} secs)?\])?"
    r" {1,2}(\d{1,15})K->(\d{1,15})K\((\d{1,15})K\)(?: icms_dc=\d+ )?, (\d{1,9}[.,]\d{1,9}) secs\]"
    rf"(?: {_TIMES})? ?\r?$"
)
"""1 cause, 2 collector, 3-5 young, 6-8 heap, 9 seconds, 10-12 user, sys, real."""
TIMES = re.compile(_TIMES)
CMS_PHASE = re.compile(
    rf"\[(?:AS)?CMS-concurrent-([a-z-]{{1,40}}?)(?:-start|: ({NUMBER})/({NUMBER}) secs)\](?: ?\[Times: [^\[\]]*\] ?)?"
)
"""1 phase, 2 processor seconds, 3 elapsed seconds; none of them for a start."""
G1_PHASE = re.compile(
    rf"\[GC concurrent-([a-z-]{{1,60}}?)(?:-(start|end|abort))?(?:, [^\[\]]*?({NUMBER})(?: secs?)?)?\]"
)
"""1 phase, 2 what of it, 3 seconds."""
PHASE = re.compile(rf"{STAMP}(?:{CMS_PHASE.pattern}|{G1_PHASE.pattern})\r?\n?")
SHENANDOAH = re.compile(
    rf"\[(Pause|Concurrent) ([A-Za-z][^,\[\]>]{{0,80}}?)(?: ({SIZE})->({SIZE})\(({SIZE})\))?, "
    rf"(?:(start)|({NUMBER}) ms)\]"
)
"""1 pause or phase, 2 name, 3-5 heap, 6 start, 7 milliseconds."""
STOPPED = re.compile(
    rf"Total time for which application threads were stopped: ({NUMBER}) seconds"
    rf"(?:, Stopping threads took: ({NUMBER}) seconds)?"
)
RAN = re.compile(rf"Application time: ({NUMBER}) seconds")
HISTOGRAM = re.compile(r"\s*\d+:\s+\d+\s+\d+\s")
"""A row of a class histogram, whose names of arrays have brackets that never close."""
G1_SIZES = re.compile(
    rf"\[Eden: ({SIZE})\(({SIZE})\)->({SIZE})\(({SIZE})\) Survivors: ({SIZE})->({SIZE}) "
    rf"Heap: ({SIZE})\(({SIZE})\)->({SIZE})\(({SIZE})\)\]"
)
G1_OLD_SIZES = re.compile(rf"\[ ({SIZE})->({SIZE})\(({SIZE})\)\]")
G1_WORKERS = re.compile(r"GC Workers: (\d{1,5})\]")
METADATA = re.compile(r"\[(?:Metaspace|Perm|PSPermGen)\s?: (\d{1,15})K->(\d{1,15})K")
G1_PART = re.compile(r"\[Ref Proc: (\d{1,9}[.,]\d{1,3}) ms\]")
