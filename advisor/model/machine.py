"""The machine or container a JVM runs in, the releases and the collectors it may have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from advisor.model.base import Frozen
from advisor.model.quantities import Bytes

Jdk = Literal[8, 11, 17, 21, 25]
JDKS: tuple[Jdk, ...] = (8, 11, 17, 21, 25)


class Collector(StrEnum):
    """The collectors of HotSpot, generational modes apart."""

    SERIAL = "serial"
    PARALLEL = "parallel"
    CMS = "cms"
    G1 = "g1"
    ZGC = "zgc"
    ZGC_GENERATIONAL = "zgc-generational"
    SHENANDOAH = "shenandoah"
    SHENANDOAH_GENERATIONAL = "shenandoah-generational"
    EPSILON = "epsilon"


class Machine(Frozen):
    """What the JVM sees: processors (whole, as `availableProcessors`) and memory (the container's limit, if any)."""

    cpus: Annotated[int, Field(ge=1, le=4096)]
    memory: Bytes
    container: bool = True
    """The memory is this process's own limit: going over it kills the process."""
