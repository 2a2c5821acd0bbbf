"""Text that remembers where in a file each of its characters stands, through unquoting, unfolding and joining.

Placeholders (`${X}`, `$(x)`, `{{ x }}`) may hold blanks and quotes; `mask` hides them behind one character each, so
that splitting into words leaves them whole, and `unmask` shows them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MASK = "\ue000"
"""A character of the private use area, which YAML accepts and nobody writes."""
ACTION = r"\{\{([^{}]*+(?:[{}](?![{}])[^{}]*+)*+)\}\}"
"""A template's action; none holds another one's beginning, which bounds the search."""
_HIDDEN = re.compile(rf"\$\{{[^{{}}\n]*\}}|\$\([^()\n]*\)|{ACTION}")


@dataclass(frozen=True, slots=True)
class Located:
    """`text[i]` stands in the file from offset `starts[i]` to before `ends[i]`."""

    text: str = ""
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()

    @classmethod
    def of(cls, source: str, start: int = 0, end: int | None = None) -> Located:
        """A stretch of a file, as it stands there."""
        text = source[start:end]
        return cls(text, range(start, start + len(text)), range(start + 1, start + len(text) + 1))

    @classmethod
    def join(cls, parts: Iterable[Located]) -> Located:
        """The parts one after another, wherever each of them stands."""
        kept = [part for part in parts if part.text]
        if len(kept) == 1:
            return kept[0]
        return cls(
            "".join(part.text for part in kept),
            tuple(offset for part in kept for offset in part.starts),
            tuple(offset for part in kept for offset in part.ends),
        )

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, piece: slice) -> Located:
        return Located(self.text[piece], self.starts[piece], self.ends[piece])

    @property
    def start(self) -> int:
        """Where it begins in the file; 0 when it is empty."""
        return self.starts[0] if self.starts else 0

    @property
    def end(self) -> int:
        """The offset after its last character; 0 when it is empty."""
        return self.ends[-1] if self.ends else 0

    def stripped(self) -> Located:
        """Without white space at both ends."""
        begin = len(self.text) - len(self.text.lstrip())
        return self[begin : max(begin, len(self.text.rstrip()))]

    def lines(self) -> Iterator[Located]:
        """Its lines, without their line ends."""
        begin = 0
        for line in self.text.split("\n"):
            yield self[begin : begin + len(line.removesuffix("\r"))]
            begin += len(line) + 1

    def until(self, end: int) -> Located:
        """The same, its last character reaching up to `end`: a closing quote belongs to the word."""
        return Located(self.text, self.starts, (*self.ends[:-1], end)) if self.ends else self

    def mask(self) -> Located:
        """Every character of a placeholder hidden."""
        return Located(_HIDDEN.sub(lambda found: MASK * len(found[0]), self.text), self.starts, self.ends)

    def unmask(self, source: str) -> Located:
        """Hidden characters as the file has them."""
        if MASK not in self.text:
            return self
        shown = (source[self.starts[i]] if c == MASK else c for i, c in enumerate(self.text))
        return Located("".join(shown), self.starts, self.ends)


def gather(pieces: Iterable[tuple[str, int, int]]) -> Located:
    """Located text from characters with their places."""
    kept = list(pieces)
    return Located("".join(c for c, _, _ in kept), tuple(s for _, s, _ in kept), tuple(e for _, _, e in kept))
