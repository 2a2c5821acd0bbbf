"""JVM options as written, with the HotSpot flag each one sets and the place it stands at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class OptionKind(StrEnum):
    """What form an option has, before anything is known about its name."""

    BOOLEAN = "boolean"  # -XX:+Name, -XX:-Name
    VALUED = "valued"  # -XX:Name=value
    BARE = "bare"  # -XX:Name, neither sign nor value
    ALIAS = "alias"  # -Xmx4g and the like, which set a -XX flag
    X = "x"  # any other -X option
    PROPERTY = "property"  # -Dkey=value
    LAUNCHER = "launcher"  # -cp, --add-opens, -server, @file, ...
    OTHER = "other"  # main class, arguments, words that are no option

    # That of Enum is written in Python and runs each time an option is looked up in a cache.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `name` is the flag it sets (`-Xmx4g`: `MaxHeapSize`); `start`, `end` are offsets in the text."""

    text: str
    kind: OptionKind
    name: str
    value: str | bool | None
    start: int = 0
    end: int = 0
    origin: Literal["command line", "environment"] = "command line"
    """As the JVM prints it for a flag that the option sets."""
    carrier: str = ""
    """What holds the option where that is not the command line: an environment variable, a file."""

    @property
    def sets_flag(self) -> bool:
        """Whether this sets a -XX flag, by whatever spelling."""
        return self.kind in (OptionKind.BOOLEAN, OptionKind.VALUED, OptionKind.BARE, OptionKind.ALIAS)


@dataclass(frozen=True, slots=True)
class FlagSet:
    """Options in order. As in the JVM, the last setting of a flag wins."""

    options: tuple[Option, ...] = ()

    def __iter__(self) -> Iterator[Option]:
        return iter(self.options)

    def __len__(self) -> int:
        return len(self.options)

    def get(self, name: str) -> Option | None:
        """The last option that sets the flag `name`, or None."""
        for option in reversed(self.options):
            if option.name == name and option.sets_flag:
                return option
        return None

    def words(self) -> tuple[str, ...]:
        """The options as they would be passed to `java`."""
        return tuple(option.text for option in self.options)

    def plus(self, more: Iterable[Option]) -> FlagSet:
        """This set followed by more options."""
        return FlagSet((*self.options, *more))

    def without(self, names: Iterable[str]) -> FlagSet:
        """This set less every option that sets one of the flags."""
        drop = frozenset(names)
        return FlagSet(tuple(o for o in self.options if not (o.sets_flag and o.name in drop)))
