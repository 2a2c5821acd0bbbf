"""EVENTS -> the same events without those that cannot be: what is damaged, repeated or contradictory is counted.

No stop of the program begins before the one before it ended or before its JVM started, a line is not printed twice, and
the numbers of collections have no holes. Where a log breaks that, its figures are partial, and the analysis says so.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator

from advisor.analyze.events import Cycle, Ended, Event, Pause, Phase, Skipped, Started

STEP_S = 0.5
"""Pauses are printed in their order: what lies further back is another time."""
OVERLAP_S = 0.02
"""How far pauses may overlap: time stamps are taken, rounded, when lines are printed, and threads print late."""
REMEMBERED = 8
"""Pauses among which a repeated line is looked for."""
FALL = 64
"""A number of a collection that is so much lower than the one before is of another JVM: cycles overlap by less."""
MIXED = 3
"""So often may a JVM begin anew without a header before its log is taken for that of several at once."""


class Gaps:
    """The numbers that collections skip. Concurrent cycles fill theirs late."""

    def __init__(self, high: int | None) -> None:
        self.missing = 0
        self._high = high
        self._late = False
        """Only one number was seen, in the midst of a log: a concurrent cycle may have begun long before."""
        self._open: deque[tuple[int, int]] = deque()

    def see(self, number: int) -> None:
        """A line of this collection."""
        if self._high is None:
            self._high, self._late = number, True
        elif number > self._high:
            if number > self._high + 1 and not self._late:
                self._open.append((self._high + 1, number - 1))
                if len(self._open) > REMEMBERED:
                    first, last = self._open.popleft()
                    self.missing += last - first + 1
            self._high, self._late = number, False
        elif number < self._high and self._open:
            self._fill(number)

    def _fill(self, number: int) -> None:
        for index, (first, last) in enumerate(self._open):
            if first <= number <= last:
                del self._open[index]
                self._open.extend(part for part in ((first, number - 1), (number + 1, last)) if part[0] <= part[1])
                return

    @property
    def total(self) -> int:
        """How many numbers no line bears."""
        return self.missing + sum(last - first + 1 for first, last in self._open)


class Integrity:
    """What is wrong with a log; complete once `checked` has passed its last event."""

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()
        """Lines by what is wrong with them."""
        self.starts = self.falls = self.missing = self.steps_back = 0
        self._first: int | None = None
        """The first number of a log that does not begin with the start of its JVM."""
        self._gaps = Gaps(None)
        self._recent: deque[tuple[object, ...]] = deque(maxlen=REMEMBERED)
        self._number: int | None = None
        self._free_s: float | None = None
        """The end of the last pause, or the start of the JVM: no pause begins earlier."""
        self._doubts = 0

    @property
    def lines_skipped(self) -> int:
        """All lines that could not be used."""
        return self.skipped.total()

    @property
    def mixed(self) -> bool:
        """Lines of several JVMs alternate."""
        return self.falls >= MIXED or self.steps_back > self.starts + 2 * MIXED

    def checked(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events that can be."""
        for event in events:
            kind = type(event)
            if kind is Pause:
                if not self._possible(event):  # type: ignore[arg-type]
                    continue
            elif kind is Skipped:
                self.skipped[event.reason] += event.lines  # type: ignore[union-attr]
                continue
            elif kind is Phase or kind is Cycle:
                self._numbered(event.gc_id)  # type: ignore[union-attr, arg-type]
            elif kind is Started:
                self._started(event.time_s)  # type: ignore[union-attr]
            elif kind is Ended:
                self._ended(event)  # type: ignore[arg-type]
            yield event

    def _started(self, time_s: float | None) -> None:
        self.starts += 1
        self._anew(-1)
        self._free_s = time_s

    def _anew(self, high: int | None) -> None:
        self.missing += self._gaps.total
        self._gaps = Gaps(high)
        self._number = self._free_s = None
        self._recent.clear()

    def _ended(self, event: Ended) -> None:
        self.missing += self._gaps.total
        self.steps_back = event.steps_back

    def _numbered(self, number: int) -> None:
        if self._number is None:
            self._first = number if self._first is None and not self.starts else self._first
        elif number < self._number - FALL:
            self.falls += 1
            self._anew(None)
        self._number = number
        self._gaps.see(number)

    def _possible(self, pause: Pause) -> bool:
        for inner in pause.inner:
            self._gaps.see(inner.gc_id)
        self._numbered(pause.gc_id)
        key = (pause.gc_id, pause.end_s, pause.ms, pause.name, pause.heap)
        if key in self._recent and not (pause.end_s is None and pause.heap is None):
            self.skipped["repeated"] += 1
            return False
        if self._overlaps(pause):
            self.skipped["contradictory"] += 1
            return False
        self._recent.append(key)
        return True

    def _overlaps(self, pause: Pause) -> bool:
        """Whether it began before the last one ended, or before time began.

        Three in a row: the last one's time was wrong, not theirs.
        """
        end_s, free_s = pause.end_s, self._free_s
        if end_s is None:
            return False
        if end_s - pause.ms / 1000 < -OVERLAP_S:
            return True
        self._free_s = end_s
        if free_s is not None and end_s < free_s - STEP_S:
            # The last one's time stamp was wrong: the clock went back to where it had been before.
            return False
        if free_s is None or end_s - pause.ms / 1000 >= free_s - OVERLAP_S or self._doubts >= MIXED - 1:
            self._doubts = 0
            return False
        self._doubts += 1
        self._free_s = max(free_s, end_s)
        return True

    def notes(self) -> tuple[str, ...]:
        """One sentence for everything that makes the figures partial."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        if self.skipped:
            parts = ", ".join(f"{count} {reason}" for reason, count in sorted(self.skipped.items()))
            yield f"Lines skipped: {self.lines_skipped} ({parts})."
        if self._first is not None and self._first > 1:
            yield f"The log begins with collection {self._first}: what came before is not in it."
        if self.missing:
            yield (
                f"{self.missing} of the numbered collections have neither a pause nor a phase in this log: "
                "if lines were lost, the figures are partial."
            )
        if self.mixed:
            yield "Lines of several JVMs are mixed: pauses are those of all of them; rates cannot be told."
        elif self.starts > 1 or self.falls:
            runs = max(self.starts, 1) + self.falls
            yield f"The log holds {runs} runs of a JVM, one after the other: the figures are those of all of them."
        if self.steps_back > max(self.starts - 1, self.falls, 0):
            yield "Time goes back within the log: what follows was taken to go on where the time had been."
