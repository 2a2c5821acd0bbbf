"""One large log read by several processes: the same events in the same order as by one.

Each process takes a segment. What a line means depends on lines before it, so a process first reads a little of what
precedes its segment, and says in what state that left it. Where this is the state in which the segment before really
ended, its events are those that a single reader would have found; where it is not, the segment is read again from the
true state. Speed is a matter of luck, the result is not.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from advisor.analyze.events import Event
from advisor.analyze.formats.unified.reader import Reader
from advisor.analyze.formats.unified.state import State
from advisor.analyze.sources.source import BLOCK, HEAD, Source
from advisor.analyze.wire import Packer, unpacked

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

WORTH_BYTES = 1 << 25
"""Smaller logs are read before other processes have got going."""
SEGMENT = 32
"""Blocks that a process reads in one go."""
WARM_UP = 2
"""Blocks before a segment that are read to get into its state."""
FIRST = 4
"""Blocks that are read by this process, to learn what sort of log it is."""
MISSES = 8
"""Segments read again after which the rest is read by one process: such a log has no states to guess."""


def processors() -> int:
    """Those that this process may use, where the system tells."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def useful_processes() -> int:
    """How many read a large log fastest: one on a busy machine, else one more than there are idle processors.

    The process that joins what the others read waits for them half of the time.
    """
    try:
        busy = os.getloadavg()[0]
    except (AttributeError, OSError):
        busy = 0.0
    idle = round(processors() - busy)
    return idle + 1 if idle > 1 else 1


def is_worth_it(source: Source, worth_bytes: int | None = None) -> bool:
    """Whether a log is large, and stored as the plain text that its JVM wrote."""
    if source.name == "-" or source.archive is not None:
        return False
    try:
        path = Path(source.name)
        status = path.stat()
        if not S_ISREG(status.st_mode) or status.st_size < (worth_bytes or WORTH_BYTES):
            return False
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError:
        return False
    return head.startswith(b"[") and b"\n" in head and b"\0" not in head


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a log: the state of the reading there, and the start of the line in which it lies."""

    state: State | None
    carry: bytes

    def later_s(self, other: Place) -> float | None:
        """How much later times are than in a reading from another place that gives the same; None if none does."""
        if self.state is None or other.state is None or self.carry != other.carry:
            return None
        return self.state.later_s(other.state)


@dataclass(frozen=True, slots=True)
class Segment:
    """What one process read, and where it began and ended."""

    start: Place
    events: bytes
    end: Place
    source: Source


Pending = deque[tuple[range, "Future[Segment]"]]
Reading = Generator[Event, None, bytes]


class Parallel:
    """One reading of one log. `segment` and `first` are numbers of blocks."""

    def __init__(self, source: Source, workers: int, segment: int = SEGMENT, first: int = FIRST) -> None:
        self._source = source
        self._workers = workers
        self._size = Path(source.name).stat().st_size
        blocks = 1 + -(-max(0, self._size - HEAD) // BLOCK)
        first = min(first, blocks)
        self._first = range(first)
        self._segments = deque(range(at, min(at + segment, blocks)) for at in range(first, blocks, segment))
        self.misses = 0

    def events(self) -> Iterator[Event]:
        """The events of the whole log."""
        # Small logs need no processes, and should not wait for these modules.
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_all_start_methods, get_context

        methods = get_all_start_methods()
        pool = ProcessPoolExecutor(
            self._workers, mp_context=get_context("fork" if "fork" in methods else None), initializer=gc.freeze
        )
        try:
            yield from self._events(pool)
        finally:
            pool.shutdown(cancel_futures=True)

    def _events(self, pool: ProcessPoolExecutor) -> Iterator[Event]:
        reader = Reader()
        carry = yield from _read(reader, self._source, _blocks(self._source, self._first, self._size), b"")
        place = Place(reader.state(), carry)
        pending: Pending = deque()
        while self._segments or pending:
            self._ask(pool, pending, place)
            blocks, segment = self._next(pending)
            later_s = place.later_s(segment.start) if segment and segment.end.state else None
            if segment is not None and later_s is not None:
                yield from unpacked(segment.events, later_s)
                place = self._after(place, segment, later_s)
                continue
            self._missed(pending, guessed=segment is not None)
            reader = Reader.resumed(place.state) if place.state else reader
            pieces = _blocks(self._source, blocks, self._size)
            carry = yield from _read(reader, self._source, pieces, place.carry)
            place = Place(reader.state(), carry)
        reader = Reader.resumed(place.state) if place.state else reader
        if place.carry:
            yield from reader.feed(self._source.last_piece(place.carry))
        yield from reader.finish()

    def _ask(self, pool: ProcessPoolExecutor, pending: Pending, place: Place) -> None:
        """Gives the next segments to the processes, a bounded number at a time."""
        if place.state is None or self.misses >= MISSES:
            return
        while self._segments and len(pending) <= self._workers:
            blocks = self._segments.popleft()
            pending.append((blocks, pool.submit(read_segment, self._source.name, place.state, blocks, self._size)))

    def _next(self, pending: Pending) -> tuple[range, Segment | None]:
        if not pending:
            return self._segments.popleft(), None
        blocks, future = pending.popleft()
        return blocks, future.result()

    def _missed(self, pending: Pending, *, guessed: bool) -> None:
        """What the processes are at began in a wrong state too."""
        self.misses += guessed
        while pending:
            blocks, future = pending.pop()
            future.cancel()
            self._segments.appendleft(blocks)

    def _after(self, place: Place, segment: Segment, later_s: float) -> Place:
        before, end, source, part = place.state, segment.end, self._source, segment.source
        assert before is not None and end.state is not None  # noqa: S101 - checked by the caller
        source.lines += part.lines
        source.size += part.size
        source.long_lines += part.long_lines
        unfinished = before.unfinished + end.state.unfinished
        steps_back = before.steps_back + end.state.steps_back
        state = end.state.delayed(later_s, before.parts["_clock"]["first_s"])
        return Place(replace(state, unfinished=unfinished, steps_back=steps_back), end.carry)


def read_segment(name: str, seed: State, blocks: range, size: int) -> Segment:
    """What a process does: gets into the state before the segment, and reads it."""
    reader, source = Reader.seeded(seed), Source(name)
    before = _blocks(source, range(max(1, blocks.start - WARM_UP), blocks.start), size)
    whole = next(before, b"").partition(b"\n")[2]
    reading = _read(reader, source, chain((whole,), before), b"")
    carry = _all(reading, _ignored)
    reader.count_anew()
    start, source = Place(reader.state(), carry), Source(name)
    packer = Packer()
    carry = _all(_read(reader, source, _blocks(source, blocks, size), carry), packer.add)
    return Segment(start, packer.packed(), Place(reader.state(), carry), source)


def _ignored(event: Event) -> None:
    """Found in what precedes a segment."""


def _all(reading: Reading, take: Callable[[Event], None]) -> bytes:
    """Hands on all events; returns what the reading returns."""
    while True:
        try:
            event = next(reading)
        except StopIteration as end:
            return bytes(end.value)
        take(event)


def _read(reader: Reader, source: Source, blocks: Iterable[bytes], carry: bytes) -> Reading:
    """The events of blocks that follow the start of a line; returns the start of the line in which they end."""
    pieces = source.pieces(blocks, carry)
    while True:
        try:
            piece = next(pieces)
        except StopIteration as end:
            return bytes(end.value)
        yield from reader.feed(piece)


def _blocks(source: Source, numbers: range, size: int) -> Iterator[bytes]:
    """Blocks as `Source` cuts a file: a short one first."""
    with Path(source.name).open("rb") as stream:
        for number in numbers:
            start = HEAD + (number - 1) * BLOCK if number else 0
            stream.seek(start)
            block = stream.read(min(BLOCK if number else HEAD, size - start))
            source.size += len(block)
            yield block
