"""Names on the command line -> lines of text, in bounded memory: plain files, gzip by its magic, standard input."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path

from advisor.analyze.formats.clock import Clock
from advisor.model.errors import InputError, UsageError

BLOCK = 1 << 18
MAX_LINE = 1 << 16
"""Longer lines are cut: no JVM prints them."""
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(slots=True)
class Source:
    """One log being read. `lines` and `size` (bytes) count what was read so far, after decompression."""

    name: str
    lines: int = 0
    size: int = 0
    cut: bool = False
    """The compressed stream or the last line ends too early."""

    def batches(self) -> Iterator[list[str]]:
        """Lists of lines without their ends. Raises InputError when the file cannot be read or is no text."""
        carry = b""
        for block in self._blocks():
            if not self.size and b"\0" in block[:4096]:
                raise InputError("a binary file, not a GC log", where=self.name, hint="expected the text of -Xlog:gc*")
            self.size += len(block)
            head, newline, tail = block.rpartition(b"\n")
            if not newline:
                carry = (carry + block)[:MAX_LINE]
                continue
            yield self._text(carry + head)
            carry = tail[:MAX_LINE]
        if carry:
            self.cut = True
            yield self._text(carry)

    def _text(self, raw: bytes) -> list[str]:
        lines = raw.decode("utf-8", "replace").split("\n")
        self.lines += len(lines)
        return lines

    def _blocks(self) -> Iterator[bytes]:
        try:
            with self._raw() as raw:
                packed = raw.peek(2)[:2] == GZIP_MAGIC
                # `read1` gives what is there: of a gzip file that was cut, all that can be decompressed.
                read = gzip.GzipFile(fileobj=raw).read1 if packed else raw.read1
                while block := read(BLOCK):
                    yield block
        except EOFError as error:
            self._ends_early("the gzip file ends before its first line", error)
        except (zlib.error, gzip.BadGzipFile) as error:
            self._ends_early(f"not a valid gzip file: {error}", error)
        except OSError as error:
            raise InputError(f"cannot read: {error.strerror or error}", where=self.name) from error

    def _ends_early(self, message: str, error: Exception) -> None:
        if not self.size:
            raise InputError(message, where=self.name) from error
        self.cut = True

    def _raw(self) -> BufferedReader:
        if self.name != "-":
            return Path(self.name).open("rb")
        # A copy of the descriptor, so that closing it leaves standard input alone.
        return BufferedReader(FileIO(os.dup(sys.stdin.fileno()), "rb"))


def opened_in_order(names: Sequence[str]) -> list[Source]:
    """The logs in the order of their time stamps, whatever numbers rotation gave them; without time stamps as given.

    Raises UsageError without names or with standard input among others.
    """
    if not names:
        raise UsageError("no log given", hint="give one or more files, or - for standard input")
    if len(names) > 1 and "-" in names:
        raise UsageError("standard input can only be read alone", hint="give files, or - alone")
    if len(names) == 1:
        return [Source(names[0])]
    first = {name: _first_time(name) for name in names}
    if any(time is None for time in first.values()):
        return [Source(name) for name in names]
    return [Source(name) for name in sorted(dict.fromkeys(names), key=lambda name: (first[name] or 0.0, name))]


def _first_time(name: str) -> float | None:
    clock = Clock()
    for batch in Source(name).batches():
        for line in batch[:1000]:
            if clock.read(line, len(line)) is not None:
                return clock.first_s
        break
    return None
