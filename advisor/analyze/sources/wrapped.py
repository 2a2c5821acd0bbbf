"""Lines that a collector of logs wrapped in JSON (Docker's json-file driver, fluentd, ...) -> the lines themselves."""

from __future__ import annotations

import json

from advisor.analyze.text import Text

KEYS = ("log", "message", "msg", "line", "text", "body")
LOOKED_AT = 1 << 14
"""Characters at the start of a piece that tell whether it is wrapped."""


def unwrapped(piece: Text) -> Text:
    """The lines as the JVM printed them; those that are not wrapped stay as they are."""
    if not (piece.text.startswith('{"') or '\n{"' in piece.text[:LOOKED_AT]):
        return piece
    return Text("\n".join(_text(line) if line.startswith('{"') else line for line in piece))


def _text(line: str) -> str:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(record, dict):
        return line
    text = next((record[key] for key in KEYS if isinstance(record.get(key), str)), line)
    return text.rstrip("\r\n")
