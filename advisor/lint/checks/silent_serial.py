"""A container so small that the JVM takes the serial collector without a word."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.jvm.combinations import SELECTORS
from advisor.jvm.ergonomics import SERVER_MEMORY
from advisor.lint.case import Case, Problem
from advisor.lint.launch import Limits
from advisor.model.quantities import MIB


class SilentSerial:
    """Holds where the limits make the machine no server, and no collector is chosen."""

    id = "silent-serial"

    def problems(self, case: Case) -> Iterator[Problem]:
        """At most one, at the first option of the launch."""
        why = _small(case.launch.limits)
        chosen = any(case.flags.get(name) for name in SELECTORS)
        if why is None or chosen or case.launch.is_open() or not case.words:
            return
        told = f"no collector is chosen, and with {why} the JVM takes the serial one"
        yield Problem(self.id, "info", "high", case.words[0], None, told)


def _small(limits: Limits) -> str | None:
    if limits.cpus is not None and 0 < limits.cpus <= 1:
        return f"{limits.cpus:g} processors"
    if limits.memory_bytes is not None and 0 < limits.memory_bytes < SERVER_MEMORY:
        return f"{limits.memory_bytes // MIB} MB of memory"
    return None
