"""Bytes as they are stored -> bytes of UTF-8 text: compression by magic, byte order marks, NULs; bombs are stopped."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable, Iterator
from typing import Protocol

from advisor.model.errors import InputError

BLOCK = 1 << 18
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
BOMB_BYTES = 1 << 28
BOMB_RATIO = 150
"""Deflate makes of a GC log a tenth to a twentieth, and of one character alone a 200th (fastest) to a 1000th (best)."""
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r\x1b")
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_FOREIGN = (
    (b"BZh", "compressed with bzip2", "decompress it: bzip2 -dc FILE | jvm-advisor analyze -"),
    (b"\xfd7zXZ\0", "compressed with xz", "decompress it: xz -dc FILE | jvm-advisor analyze -"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "decompress it: zstd -dc FILE | jvm-advisor analyze -"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"FLR\0", "a flight recording, not a GC log", "log with -Xlog:gc*:file=gc.log"),
    (b"JAVA PROFILE", "a heap dump, not a GC log", "log with -Xlog:gc*:file=gc.log"),
    (b"\xca\xfe\xba\xbe", "a Java class, not a GC log", "log with -Xlog:gc*:file=gc.log"),
    (b"version https://git-lfs", "a git-lfs pointer, not the log itself", "fetch the log: git lfs pull"),
)


class Reader(Protocol):
    """Anything bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes."""


class Counted:
    """Counts the bytes that were taken from a stream; the bytes of `head` come first."""

    def __init__(self, stream: Reader, head: bytes) -> None:
        self.count = 0
        self._stream = stream
        self._head = head

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes."""
        if self._head:
            data, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        else:
            data = self._stream.read(size)
        self.count += len(data)
        return data


def unpacked(stream: Reader, name: str, head: bytes) -> Iterator[bytes]:
    """Blocks of a stream whose first bytes were read already, decompressed once where they are gzip.

    Raises InputError for a bomb; EOFError, zlib.error and OSError come through.
    """
    counted = Counted(stream, head)
    if not head.startswith(GZIP_MAGIC):
        yield from _blocks(counted.read)
        return
    # `read1` gives what is there: of a gzip file that was cut, all that can be decompressed.
    yield from guarded(_blocks(gzip.GzipFile(fileobj=counted).read1), lambda: counted.count, name)  # type: ignore[call-overload]


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while block := read(BLOCK):
        yield block


def guarded(blocks: Iterator[bytes], packed: Callable[[], int], name: str) -> Iterator[bytes]:
    """The blocks, until they are too many for what they were made of. Raises InputError then."""
    size = 0
    for block in blocks:
        size += len(block)
        if size > BOMB_BYTES and size > BOMB_RATIO * packed():
            raise InputError(
                f"unpacks to more than {BOMB_RATIO} times its size: not a log",
                where=name,
                hint="a GC log shrinks to a tenth or a twentieth",
            )
        yield block


def as_text(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The same in UTF-8 with `\\n` as line ends, without byte order mark and without NULs at the start.

    A log that was emptied while its JVM went on writing starts with NULs up to where the JVM was. Raises InputError for
    what is no text.
    """
    for block in blocks:
        first = block.lstrip(b"\0")
        if first:
            break
    else:
        return
    _refuse_foreign(first, name)
    encoding = _UTF16.get(first[:2])
    if encoding is not None:
        yield from _decoded(first[2:], blocks, encoding)
        return
    if _is_binary(first[:4096]):
        raise InputError("a binary file, not a GC log", where=name, hint="expected the text of -Xlog:gc*")
    first = first.removeprefix(codecs.BOM_UTF8)
    if b"\n" not in first and b"\r" in first[:-1]:
        yield first.replace(b"\r", b"\n")
        yield from (block.replace(b"\r", b"\n") for block in blocks)
        return
    yield first
    yield from blocks


def _decoded(first: bytes, rest: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for block in rest:
        yield decoder.decode(block).encode("utf-8", "replace")


def _is_binary(first: bytes) -> bool:
    controls = len(first) - len(first.translate(None, _CONTROL))
    return b"\0" in first or controls > len(first) // 20


def _refuse_foreign(first: bytes, name: str) -> None:
    for magic, what, hint in _FOREIGN:
        if first.startswith(magic):
            raise InputError(what, where=name, hint=hint)
