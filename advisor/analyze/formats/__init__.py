"""The formats of GC logs. A new one is a module here and a line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

from advisor.analyze.events import Event
from advisor.analyze.formats.jdk8 import Jdk8
from advisor.analyze.formats.unified import Unified


class LogFormat(Protocol):
    """How one generation of JVMs writes GC logs."""

    name: Literal["unified", "jdk8"]

    def sniff(self, lines: Sequence[str]) -> float:
        """How much the lines look like this format: the number of lines that can be nothing else."""

    def events(self, batches: Iterable[Sequence[str]]) -> Iterator[Event]:
        """What the log tells, in its order; foreign lines are passed over. Ends with `Ended`."""


FORMATS: tuple[LogFormat, ...] = (Unified(), Jdk8())


def choose(lines: Sequence[str]) -> LogFormat | None:
    """The format that the lines look most like, or None when they look like none."""
    score, best = max(((form.sniff(lines), form) for form in FORMATS), key=lambda pair: pair[0])
    return best if score > 0 else None
