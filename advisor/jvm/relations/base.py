"""What a relation between options is, and the command line that relations look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from advisor.jvm.commandline import FlagValue
from advisor.jvm.ergonomics import Effective
from advisor.jvm.startup.collector import SHENANDOAH as SHENANDOAH  # noqa: PLC0414 - for the modules beside this one
from advisor.jvm.verdict import Severity
from advisor.model.flags import Option
from advisor.model.machine import Collector
from advisor.model.quantities import Bytes

SELECTORS = (
    "UseSerialGC", "UseParallelGC", "UseParallelOldGC", "UseConcMarkSweepGC", "UseParNewGC", "UseG1GC", "UseZGC",
    "UseShenandoahGC", "UseEpsilonGC",
)  # fmt: skip
G1 = (Collector.G1,)
GENERATIONAL = (Collector.SERIAL, Collector.PARALLEL, Collector.CMS)
ZGC = (Collector.ZGC, Collector.ZGC_GENERATIONAL)
INTERPRETED = "-Xint"
Unknown = Literal["heap", "cpus"]


@dataclass(frozen=True, slots=True)
class Together:
    """A command line with its typed values and what it makes effective.

    `settings`: every setting in order; `values`: the last of each flag. `given`: the last option that sets each flag,
    and -X options by their text. `open`: flags that something else sets later. `least_heap`: bytes of the
    last -Xms or MinHeapSize, which before JDK 17 is no flag. `machine_known`: whether the machine is the caller's, not
    an assumed one.
    """

    jdk: int
    settings: tuple[tuple[str, FlagValue], ...]
    values: Mapping[str, FlagValue]
    given: Mapping[str, Option]
    open: frozenset[str]
    least_heap: int | None
    effective: Effective
    machine_known: bool

    @property
    def collector(self) -> Collector:
        """The collector in effect."""
        return self.effective.collector

    def number(self, name: str) -> float | None:
        """A number that the command line itself gives."""
        value = self.values.get(name)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def final(self, name: str) -> float | None:
        """A number in effect, given or by default."""
        value = self.effective.value(name)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def on(self, name: str) -> bool:
        """Whether the command line switches a flag on, last of all."""
        return self.values.get(name) is True

    def off(self, name: str) -> bool:
        """Whether the command line switches a flag off, last of all."""
        return self.values.get(name) is False

    @property
    def interpreted(self) -> bool:
        """Whether nothing is compiled. A stop at level 0 means that from JDK 17 on."""
        if INTERPRETED in self.given or self.number("CompileThresholdScaling") == 0:
            return True
        return self.jdk >= 17 and self.number("TieredStopAtLevel") == 0

    def depends_on(self, unknown: Unknown) -> bool:
        """Whether something of an unknown machine decides: its memory without a heap size, its processors."""
        if self.machine_known:
            return "MaxHeapSize" in self.open
        decided = ("MaxHeapSize", "MaxRAM") if unknown == "heap" else ("ParallelGCThreads", "ActiveProcessorCount")
        return not any(name in self.values for name in decided)


Broken = Callable[[Together], str | None]


@dataclass(frozen=True, slots=True)
class Relation:
    """`broken` tells what is wrong, or gives None; the verdict stands at the last of `flags` that is given.

    It is asked only where at least one of `flags` is given, and on the releases `first` to `last`. `collectors`: those
    it holds for; empty for all. `unknown`: what of the machine it depends on, so that it is left out where no machine
    is given.
    """

    flags: tuple[str, ...]
    broken: Broken
    severity: Severity = "error"
    check: str = "flag-constraint"
    first: int = 8
    last: int = 99
    collectors: tuple[Collector, ...] = ()
    unknown: Unknown | None = None

    def problem(self, line: Together) -> str | None:
        """What is wrong with the line, or None."""
        if self.collectors and line.collector not in self.collectors:
            return None
        if line.open and not line.open.isdisjoint(self.flags):
            return None
        if self.unknown and line.depends_on(self.unknown):
            return None
        return self.broken(line)


def size(value: float) -> str:
    """A number of bytes for people."""
    return Bytes(round(value)).human() if 0 <= value < 1 << 63 else f"{value:g} bytes"


def at_most(small: str, large: str, *, sized: bool = False) -> Broken:
    """Broken where the first flag is more than the second, at least one of them being given."""

    def broken(line: Together) -> str | None:
        low, high = line.final(small), line.final(large)
        if low is None or high is None or low <= high or not {small, large} & line.values.keys():
            return None
        shown = (size(low), size(high)) if sized else (f"{low:g}", f"{high:g}")
        return f"{small} ({shown[0]}) is more than {large} ({shown[1]})"

    return broken
