"""Logs of JDK 8 and before (`-Xloggc`, `-verbose:gc`, `-XX:+PrintGCDetails` and their relatives)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from advisor.analyze.events import Event
from advisor.analyze.formats.jdk8.reader import Reader
from advisor.analyze.formats.jdk8.text import NUMBER, SIZE, STAMP

_TELLING = re.compile(
    r"\[(?:Full )?GC(?:--)? ?(?:[\[(\d]|pause|remark|cleanup|concurrent-|\d{4}-|$)"
    r"|\[(?:ParNew|PSYoungGen|DefNew|CMS-concurrent|CMS-initial-mark)"
    rf"|^CommandLine flags: |^{STAMP}\[Pause [A-Z][^\[\]]*, (?:start|{NUMBER} ms)\]"
    rf"|^{STAMP}\[Concurrent [a-z][^\[\]]*, (?:start|{NUMBER} ms)\]"
    rf"|^\[GC {SIZE}->"
)


class Jdk8:
    """The format before unified logging."""

    name: Literal["unified", "jdk8"] = "jdk8"

    def sniff(self, lines: Sequence[str]) -> float:
        """The number of lines that only such a log has."""
        return sum(1 for line in lines if _TELLING.search(line))

    def events(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        """What the log tells, in its order; foreign lines are passed over."""
        return Reader().read(batches)
