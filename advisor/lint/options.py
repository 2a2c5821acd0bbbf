"""What a run of lint is asked to do."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.model.machine import Jdk


@dataclass(frozen=True, slots=True)
class LintOptions:
    """`jdk` wins over what files say. `select` (empty: all) and `ignore` name checks; `pedantic` shows info too."""

    jdk: Jdk | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    pedantic: bool = False

    def wants(self, check: str) -> bool:
        """Whether a check is to run."""
        return check not in self.ignore and (not self.select or check in self.select)
