"""Lines that a collector of logs wrapped in JSON (Docker's json-file driver, fluentd, ...) -> the lines themselves."""

from __future__ import annotations

import json

KEYS = ("log", "message", "msg", "line", "text", "body")
LOOKED_AT = 50
"""Lines at the start of a batch that tell whether it is wrapped."""


def unwrapped(lines: list[str]) -> list[str]:
    """The lines as the JVM printed them; those that are not wrapped stay as they are."""
    if not any(line.startswith('{"') for line in lines[:LOOKED_AT]):
        return lines
    return [_text(line) if line.startswith('{"') else line for line in lines]


def _text(line: str) -> str:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(record, dict):
        return line
    text = next((record[key] for key in KEYS if isinstance(record.get(key), str)), line)
    return text.rstrip("\r\n")
