"""The brackets of `[GC 1.0: [ParNew: 9K->1K(10K), 0.1 secs] 9K->5K(99K), 0.1 secs]` as texts without what is nested.

What belongs to one stop may go on over many lines, until its outermost bracket closes.
"""

from __future__ import annotations

import re

_BRACKET = re.compile(r"[\[\]]")
MAX_GROUPS = 1000
"""Groups kept of one stop; no collector prints a hundred."""
MAX_DEPTH = 32


class Folder:
    """The texts of one stop: `text` of the outermost bracket, `groups` of those inside, in the order they close."""

    def __init__(self) -> None:
        self.text = ""
        self.groups: list[str] = []
        self._stack: list[list[str]] = []

    def feed(self, line: str) -> int:
        """Takes the next line, which begins with the bracket at first. Where the stop ends in it, or -1."""
        stack, start = self._stack, 0
        for found in _BRACKET.finditer(line):
            at = found.start()
            if stack:
                stack[-1].append(line[start:at])
            start = at + 1
            if line[at] == "[":
                if len(stack) < MAX_DEPTH:
                    stack.append([])
            elif self._closed():
                return start
        stack[-1].append(line[start:])
        stack[-1].append("\n")
        return -1

    def _closed(self) -> bool:
        group = "".join(self._stack.pop())
        if not self._stack:
            self.text = group
            return True
        if len(self.groups) < MAX_GROUPS:
            self.groups.append(group)
        return False
