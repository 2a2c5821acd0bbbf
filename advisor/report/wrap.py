"""Text for a terminal of 80 columns: paragraphs, tables and safe words."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

WIDTH = 80


def plain(text: str) -> str:
    """Text without control characters, so that a hostile log cannot steer the terminal."""
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for c in text)


def paragraph(text: str, *, indent: str = "", hang: str | None = None) -> str:
    """Wrapped text; later lines start with `hang`. Long words such as flags stay whole."""
    return textwrap.fill(
        plain(text),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hang is None else hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def bullets(items: Iterable[str]) -> list[str]:
    """One wrapped line or more per item."""
    return [paragraph(item, indent="  - ", hang="    ") for item in items]


def table(rows: Sequence[Sequence[str]], *, right: Iterable[int] = ()) -> list[str]:
    """Columns as wide as their widest cell, two blanks apart; the first row is the heading."""
    if not rows:
        return []
    numeric = frozenset(right)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (
            plain(cell).rjust(widths[i]) if i in numeric else plain(cell).ljust(widths[i]) for i, cell in enumerate(row)
        )
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines


def section(title: str, lines: Iterable[str]) -> str:
    """A heading with its lines."""
    return "\n".join([title, *lines])
