"""Logs of other JVMs than HotSpot, and of HotSpot before GC logging had its form: told apart, not read."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OTHERS = (
    (
        re.compile(r"^\s*<(?:verbosegc|af type=|exclusive-start|gc-(?:op|start)|AF(?:\[\d+\])?: )"),
        "IBM's J9 (or OpenJ9)",
    ),
    (re.compile(r"(?:^|\])\[memory \]"), "JRockit"),
    (re.compile(r"^<GC: -?\d+ "), "HP-UX"),
    (re.compile(r"^\s*<GC(?:\(\d+\))?: "), "IBM's J9 (or OpenJ9)"),
)


def other_jvm(lines: Iterable[str]) -> str | None:
    """The JVM, not HotSpot, whose GC log begins with these lines; None where they look like no log at all."""
    for line in lines:
        for pattern, name in _OTHERS:
            if pattern.search(line):
                return name
    return None
