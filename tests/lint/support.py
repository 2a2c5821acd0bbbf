"""Samples with their own expectations, and how the tests look into them.

A comment `# wrong: check, check` speaks of the line below it, `# wrong(+3): check` of the third line below.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor.lint.formats import FORMATS, Format
from advisor.lint.launch import Launch

SAMPLES = tuple(sorted(path for path in (Path(__file__).parent / "samples").rglob("*") if path.is_file()))
_WRONG = re.compile(r"\s*#\s*wrong(?:\(\+(\d+)\))?: (.*)")


def sample_id(path: Path) -> str:
    """A sample's name in test reports."""
    return f"{path.parent.name}/{path.name}"


def expected(path: Path) -> Counter[tuple[int, str]]:
    """(line, check) of everything that the comments of a sample call wrong."""
    found: Counter[tuple[int, str]] = Counter()
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if comment := _WRONG.match(line):
            found.update((number + int(comment[1] or 1), check.strip()) for check in comment[2].split(","))
    return found


def format_of(name: str, text: str) -> Format | None:
    """The format that takes a file."""
    return next((form for form in FORMATS if form.matches(name, text)), None)


@dataclass(frozen=True)
class Sample:
    """A sample with the launches that its format finds in it."""

    path: Path
    text: str
    launches: tuple[Launch, ...]


def samples() -> Iterator[Sample]:
    """Every sample, read by the format that takes it."""
    for path in SAMPLES:
        text = path.read_text(encoding="utf-8")
        form = format_of(path.as_posix(), text)
        assert form is not None, path
        yield Sample(path, text, tuple(form.launches(text, path.as_posix())))
