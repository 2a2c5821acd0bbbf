"""Pauses that began and did not end yet, and lines of pauses that are neither a beginning nor an end."""

from __future__ import annotations

import re

from advisor.analyze.formats.drafts import MAX_OPEN

_NAME = re.compile(r"[A-Z][\w ./:()-]*$")
_BEGINNING = re.compile(r"Pause [A-Z][A-Za-z ]*[A-Za-z](?: \([\w ./:()-]*\))*$")
_NEXT = re.compile(r"(?:\[[^\[\]]*\])*\s?GC\(\d+\) ")


def is_name(name: str) -> bool:
    """Whether this can be what stands between `Pause` and the figures of its line: words, and causes in brackets."""
    return _NAME.match(name) is not None and name.count("(") == name.count(")")


def is_beginning(text: str) -> bool:
    """Whether a line of a pause without a length is whole."""
    return _BEGINNING.match(text) is not None and text.count("(") == text.count(")")


def next_line(line: str, start: int) -> int:
    """Where in a line, after `start`, another one begins that lost its line end; -1 where none does."""
    found = _NEXT.search(line, start) if "GC(" in line[start:] else None
    return found.start() if found else -1


class OpenPauses:
    """The pauses that began, by GC id, while their ends are awaited."""

    def __init__(self) -> None:
        self.unfinished = 0
        """Pauses that began and never ended, beside those still open."""
        self._open: dict[int, None] = {}

    def begins(self, gc_id: int) -> None:
        """The line with which a pause begins. Far older ones will not end any more."""
        if self._open:
            for other in [other for other in self._open if abs(other - gc_id) > MAX_OPEN]:
                del self._open[other]
                self.unfinished += 1
        if gc_id in self._open or len(self._open) >= MAX_OPEN:
            self._open.pop(gc_id if gc_id in self._open else next(iter(self._open)))
            self.unfinished += 1
        self._open[gc_id] = None

    def ends(self, gc_id: int) -> None:
        """The line with the length of a pause."""
        self._open.pop(gc_id, None)

    def restarted(self) -> None:
        """Another JVM started: what the one before had begun never ends."""
        self.unfinished += len(self._open)
        self._open.clear()

    def left(self, *, running: bool) -> int:
        """All that never ended; the last one may be running where the log stops."""
        return self.unfinished + max(0, len(self._open) - running)
