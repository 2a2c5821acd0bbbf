"""Units of heap sizes, and the sizes that a JVM gives its heap and the parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.jvm.commandline import FlagValue
from advisor.model.machine import Collector
from advisor.model.quantities import KIB, MIB

CARD_ALIGNMENT = 2 * MIB
"""One page of card table covers 512 B x 4096: the heap is aligned to that."""
CMS_YOUNG_PER_WORKER = 64 * MIB
GENERATION_ALIGNMENT = {Collector.SERIAL: 64 * KIB, Collector.CMS: 64 * KIB, Collector.PARALLEL: 512 * KIB}


@dataclass(frozen=True, slots=True)
class HeapLayout:
    """Sizes in bytes. `eden` and `survivor` (one space) are capacities with the young generation at `young_max`."""

    max_heap: int
    initial_heap: int
    min_heap: int
    young_max: int
    young_initial: int
    old_max: int
    eden: int
    survivor: int
    region: int | None


@dataclass(frozen=True, slots=True)
class HeapBounds:
    """Bytes that the whole heap is meant to have, before they are aligned to anything."""

    maximum: int
    initial: int
    minimum: int


def align_up(size: float, alignment: int) -> int:
    """The next multiple of `alignment`."""
    return -int(-size // alignment) * alignment


def align_down(size: float, alignment: int) -> int:
    """The multiple of `alignment` at or below `size`."""
    return int(size // alignment) * alignment


def integer(values: Mapping[str, FlagValue], name: str) -> int | None:
    """A flag's whole number, or None where it is not set to one."""
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
