"""Few flags: what the JVM would refuse, ignore, or do anyway is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.jvm.commandline import flag_values
from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import effective
from advisor.model.flags import FlagSet, Option
from advisor.model.machine import Machine
from advisor.recommend.tuning import UNLOCKS

IMPLIES = {"MaxHeapSize": "InitialHeapSize"}
"""Flag -> the flag that would raise it to its own value."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """The flags that stay, and a sentence for each that had to go although a rule wanted it."""

    flags: FlagSet
    notes: tuple[str, ...]


def without_defaults(flags: FlagSet, kept: FlagSet, jdk: int, machine: Machine) -> Pruned:
    """Drops, until nothing changes, flags that are refused or dead beside `kept`, and flags equal to the default.

    Equal to the default means: the JVM without that one option, but with all the others, has the same value. A maximum
    heap that only the initial heap implies is no default: whoever reads the flags looks for the maximum.
    """
    notes: list[str] = []
    current = flags
    while (found := _superfluous(current, kept, jdk, machine)) is not None:
        option, note = found
        if note:
            notes.append(note)
        current = FlagSet(tuple(o for o in current if o is not option))
    return Pruned(_unlocked_where_needed(current, kept, jdk, machine), tuple(notes))


def _superfluous(flags: FlagSet, kept: FlagSet, jdk: int, machine: Machine) -> tuple[Option, str] | None:
    """The next option that has to go, with a sentence where a rule wanted what the JVM would not take."""
    for option, message in _unwelcome(flags, kept, jdk, machine):
        return option, f"{option.text} was left out: {message}"
    return next(((o, "") for o in flags if _is_default(o, flags, kept, jdk, machine)), None)


def _unwelcome(flags: FlagSet, kept: FlagSet, jdk: int, machine: Machine) -> Iterator[tuple[Option, str]]:
    own = frozenset(map(id, flags))
    for verdict in judge(kept.plus(flags), jdk, machine):
        if verdict.severity != "info" and id(verdict.option) in own:
            yield verdict.option, verdict.message


def _is_default(option: Option, flags: FlagSet, kept: FlagSet, jdk: int, machine: Machine) -> bool:
    if option.name in UNLOCKS:
        return False
    wanted = flag_values(FlagSet((option,)), jdk)
    implied = IMPLIES.get(option.name)
    others = (o for o in flags if o is not option and o.name != implied)
    without = effective(jdk, machine, kept.plus(others))
    return all(without.value(name) == value for name, value in wanted.items())


def _unlocked_where_needed(flags: FlagSet, kept: FlagSet, jdk: int, machine: Machine) -> FlagSet:
    """The flags less every unlock option that unlocks nothing."""
    for name in UNLOCKS:
        bare = flags.without((name,))
        if len(bare) < len(flags) and not any(_unwelcome(bare, kept, jdk, machine)):
            flags = bare
    return flags
