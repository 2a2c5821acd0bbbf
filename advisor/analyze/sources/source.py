"""One log as lines of text, in bounded memory, with a count of what was read."""

from __future__ import annotations

import gzip
import os
import sys
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path

from advisor.analyze.sources.streams import BLOCK, EMPTY_ZIP_MAGIC, ZIP_MAGIC, as_text, guarded, unpacked
from advisor.analyze.sources.wrapped import unwrapped
from advisor.analyze.text import Text
from advisor.model.errors import InputError

__all__ = ["BLOCK", "HEAD", "MAX_LINE", "Source"]
MAX_LINE = 1 << 16
"""Longer lines are cut: no JVM prints them."""
HEAD = 4096
"""Bytes of the first block, which tell what the file is."""


@dataclass(slots=True)
class Source:
    """One log being read. `lines` and `size` (bytes of text) count what was read so far, after decompression."""

    name: str
    member: str | None = None
    """The path inside the zip archive that `archive` names."""
    archive: str | None = None
    lines: int = 0
    size: int = 0
    cut: bool = False
    """The compressed stream or the last line ends too early."""
    long_lines: int = 0
    """Lines of which only the start was kept."""

    def batches(self) -> Iterator[Text]:
        """Pieces of whole lines. Raises InputError when the file cannot be read or is no text."""
        carry = yield from self.pieces(self.blocks(), b"")
        if carry:
            yield self.last_piece(carry)

    def pieces(self, blocks: Iterable[bytes], carry: bytes) -> Generator[Text, None, bytes]:
        """Pieces of whole lines of blocks that follow the start of a line, `carry`; returns the start of the last."""
        for block in blocks:
            head, newline, tail = block.rpartition(b"\n")
            if not newline:
                carry = self._grown(carry, block)
                continue
            yield self._text(carry + head)
            carry = self._grown(b"", tail)
        return carry

    def last_piece(self, carry: bytes) -> Text:
        """A last line without an end."""
        self.cut = True
        return self._text(carry)

    def _grown(self, carry: bytes, block: bytes) -> bytes:
        if len(carry) < MAX_LINE <= len(carry) + len(block):
            self.long_lines += 1
        return (carry + block)[:MAX_LINE]

    def _text(self, raw: bytes) -> Text:
        text = unwrapped(Text(raw.decode("utf-8", "replace")))
        self.lines += text.length
        return text

    def blocks(self) -> Iterator[bytes]:
        """The text in UTF-8, in blocks that end anywhere. Raises InputError as `batches` does."""
        try:
            for block in as_text(self._unpacked(), self.name):
                self.size += len(block)
                yield block
        except EOFError as error:
            self._ends_early("the compressed file ends before its first line", error)
        except (zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            self._ends_early(f"not a valid compressed file: {error}", error)
        except OSError as error:
            raise InputError(f"cannot read: {error.strerror or error}", where=self.name) from error

    def _ends_early(self, message: str, error: Exception) -> None:
        if not self.size:
            raise InputError(message, where=self.name) from error
        self.cut = True

    def _unpacked(self) -> Iterator[bytes]:
        if self.archive is not None:
            yield from self._of_archive(self.archive)
            return
        with self._raw() as raw:
            head = raw.read(HEAD)
            if head.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
                raise InputError(
                    "a zip archive", where=self.name, hint="it can only be read as a file, not as a stream"
                )
            yield from unpacked(raw, self.name, head)

    def _of_archive(self, archive: str) -> Iterator[bytes]:
        with opened_archive(archive) as members:
            try:
                info = members.getinfo(self.member or "")
            except KeyError as error:
                raise InputError("no such file in the archive", where=self.name) from error
            try:
                with members.open(info) as stream:
                    blocks = unpacked(stream, self.name, stream.read(HEAD))
                    yield from guarded(blocks, lambda: info.compress_size, self.name)
            except (RuntimeError, NotImplementedError) as error:
                raise InputError(f"cannot unpack: {error}", where=self.name, hint="unpack it first") from error

    def _raw(self) -> BufferedReader:
        if self.name != "-":
            return Path(self.name).open("rb")
        # A copy of the descriptor, so that closing it leaves standard input alone.
        return BufferedReader(FileIO(os.dup(sys.stdin.fileno()), "rb"))


@contextmanager
def opened_archive(name: str) -> Iterator[zipfile.ZipFile]:
    """A zip archive. Raises InputError when it is damaged; what is read of its members raises as it does there."""
    try:
        archive = zipfile.ZipFile(name)
    except zipfile.BadZipFile as error:
        raise InputError(f"not a readable zip archive: {error}", where=name, hint="pack the logs again") from error
    with archive:
        yield archive
