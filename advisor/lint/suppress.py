"""Comments that silence findings: `# jvm-advisor: ignore[check, check] reason`.

One speaks of its own line, of the line below when it has its line to itself, and of the whole statement there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from advisor.lint.checks import CHECKS
from advisor.lint.located import Located

_COMMENT = re.compile(r"#\s*jvm-advisor:\s*ignore\[([\w\s,*-]*)\]")


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Line (from 1) -> the checks that are silenced there, for lines that have any."""

    checks: dict[int, frozenset[str]]

    def unknown(self) -> list[tuple[int, str]]:
        """Where a comment names something that is no check, and what it names."""
        known = {check.id for check in CHECKS}
        return [(line, name) for line, names in sorted(self.checks.items()) for name in sorted(names - known)]

    def silence(self, check: str, *places: int) -> bool:
        """Whether a check is silenced at any of the lines."""
        return any(check in self.checks.get(line, ()) for line in places)


def suppressions(source: str) -> Suppressions:
    """All such comments of a file."""
    found: dict[int, frozenset[str]] = {}
    for line, checks in _comments(source):
        found[line] = found.get(line, frozenset()) | checks
    return Suppressions(found)


def _comments(source: str) -> Iterator[tuple[int, frozenset[str]]]:
    if "jvm-advisor:" not in source:
        return
    carried: frozenset[str] = frozenset()
    for number, line in enumerate(Located.of(source).lines(), start=1):
        comment = _COMMENT.search(line.text)
        checks = frozenset(re.split(r"[\s,]+", comment[1].strip())) if comment else frozenset()
        alone = line.text.lstrip().startswith("#")
        if alone:
            carried |= checks
            continue
        if checks or carried:
            yield number, checks | carried
        carried = frozenset()
