"""Logs of JDK 8 and older (`-Xloggc`, `-XX:+PrintGCDetails`): told apart, not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from advisor.analyze.events import Event
from advisor.model.errors import NotModelledError

_TELLING = re.compile(
    r"\[(?:Full )?GC(?: |--)|\[GC pause|\[(?:ParNew|PSYoungGen|DefNew|CMS-concurrent|CMS-initial-mark)"
    r"|^CommandLine flags: "
)


class Jdk8:
    """The format before unified logging."""

    name: Literal["unified", "jdk8"] = "jdk8"

    def sniff(self, lines: Sequence[str]) -> float:
        """The number of lines that only such a log has."""
        return sum(1 for line in lines if _TELLING.search(line))

    def events(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        """Raises NotModelledError."""
        raise NotModelledError(
            "a GC log of JDK 8 or older: this version reads the unified logs of JDK 9 and later",
            hint="log with -Xlog:gc*:file=gc.log:time,uptime,level,tags on JDK 9+, or write a profile (see configs/)",
        )
