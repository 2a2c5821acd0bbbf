"""What a JVM of a release would run with: collector, heap layout, GC threads, and the final value of every flag.

The package `startup` follows the JVM's own steps; this module asks it and keeps what it says. Checked on JDK 11, 17, 21
and 25 against PrintFlagsFinal over random command lines. JDK 8 follows its source and was not checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from advisor.jvm.catalog import catalog
from advisor.jvm.commandline import FlagValue
from advisor.jvm.heap_sizing import HeapBounds, HeapLayout
from advisor.jvm.startup import Origin, Started, start
from advisor.jvm.startup.layout import layout
from advisor.jvm.startup.platform import SERVER_MEMORY, is_server_size
from advisor.jvm.startup.state import defaults, without_flag
from advisor.jvm.unmodelled import is_unmodelled
from advisor.model.flags import FlagSet
from advisor.model.machine import Collector, Machine

__all__ = ["SERVER_MEMORY", "Effective", "EffectiveFlag", "Origin", "Printed", "effective", "is_server_class", "shown"]


class EffectiveFlag(NamedTuple):
    """A flag's final value and where it comes from."""

    value: FlagValue
    origin: Origin


class Settings(Mapping[str, EffectiveFlag]):
    """What options or the JVM itself set, by flag; kept as two tables, since most questions are for single flags."""

    __slots__ = ("origins", "values_by_name")

    def __init__(self, values: Mapping[str, FlagValue], origins: Mapping[str, Origin]) -> None:
        self.values_by_name = values
        self.origins = origins

    def __getitem__(self, name: str) -> EffectiveFlag:
        return EffectiveFlag(self.values_by_name[name], self.origins.get(name, "default"))

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


class Printed(NamedTuple):
    """A flag's final value as PrintFlagsFinal writes it, and where it comes from."""

    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Effective:
    """A JVM before it starts. `flags` holds what options or the JVM itself set; `value` knows defaults too.

    `wanted`: the heap before it is aligned. `notes`: what the JVM says aloud while it settles its flags.
    """

    jdk: int
    machine: Machine
    collector: Collector
    flags: Settings
    layout: HeapLayout
    parallel_gc_threads: int
    conc_gc_threads: int
    compressed_oops: bool
    wanted: HeapBounds
    notes: frozenset[str]

    def value(self, name: str) -> FlagValue | None:
        """The final value of a flag; None where it is unknown or depends on what is not modelled."""
        found = self.flags.values_by_name.get(name)
        if found is not None:
            return found
        if is_unmodelled(name):
            return None
        info = catalog(self.jdk).flag(name)
        return defaults(self.jdk).get(info.name) if info else None

    def printed(self) -> dict[str, Printed]:
        """Every flag of the release whose final value is known, by name, as PrintFlagsFinal prints it."""
        release, defaults_of = catalog(self.jdk), printed_defaults(self.jdk)
        origins = self.flags.origins
        changed = {
            name: Printed(shown(value), origins.get(name, "default"))
            for name, value in self.flags.values_by_name.items()
            if name in defaults_of or release.flag(name) is not None
        }
        merged = {**defaults_of, **changed}
        return merged if len(merged) == len(defaults_of) else dict(sorted(merged.items()))


def shown(value: FlagValue) -> str:
    """A value as PrintFlagsFinal writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.6f}" if isinstance(value, float) else str(value)


@lru_cache
def printed_defaults(jdk: int) -> Mapping[str, Printed]:
    """The defaults of the flags whose final value is modelled, by name."""
    known = defaults(jdk)
    release = catalog(jdk)
    modelled = (name for name in sorted(known) if release.flag(name) is not None and not is_unmodelled(name))
    return {name: Printed(shown(known[name]), "default") for name in modelled}


def is_server_class(machine: Machine) -> bool:
    """Whether the JVM takes the machine for a server."""
    return is_server_size(machine.cpus, machine.memory)


def effective(jdk: int, machine: Machine, flags: FlagSet) -> Effective:
    """The JVM that these options give on this machine. Options it would refuse count as not given."""
    return _effective(jdk, machine, flags)


@lru_cache(maxsize=4096)
def _effective(jdk: int, machine: Machine, options: FlagSet) -> Effective:
    started = start(jdk, machine, options)
    state = started.state
    return Effective(
        jdk,
        machine,
        started.collector,
        _changed(started),
        layout(started),
        state.number("ParallelGCThreads"),
        _concurrent_threads(started),
        state.on("UseCompressedOops"),
        started.wanted,
        frozenset(state.notes),
    )


def _concurrent_threads(started: Started) -> int:
    """CMS with a single thread says 0: it then works without a pool."""
    return max(started.state.number("ConcGCThreads"), 1 if started.collector is Collector.CMS else 0)


def _changed(started: Started) -> Settings:
    state = started.state
    hidden = without_flag(state.jdk)
    return Settings({name: value for name, value in state.changed.items() if name not in hidden}, state.origins)
