"""The flags of a JVM that is starting: value and origin of each, with HotSpot's ways to set them.

Source: HotSpot jvmFlag.cpp, globals_extension.hpp: FLAG_SET_CMDLINE, FLAG_SET_ERGO and FLAG_SET_DEFAULT. The last one,
like a plain assignment, changes the value and leaves the origin as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from advisor.jvm.catalog import FlagInfo, catalog
from advisor.jvm.commandline import FlagValue

Origin = Literal["default", "ergonomic", "command line", "environment"]
INTERNAL: Mapping[str, FlagValue] = {"MinHeapSize": 0, "OldSize": 5_452_592}
"""What some releases keep in a variable of their own, without a flag."""


def default_value(info: FlagInfo) -> FlagValue | None:
    """The typed default; None where the release's table has none."""
    if info.default is None:
        return None
    if info.is_bool:
        return info.default == "true"
    if info.is_text:
        return info.default
    try:
        return float(info.default) if info.type == "double" else int(info.default)
    except ValueError:
        return None


_FIRST_RUN = 11
"""The first release whose defaults were printed by a JVM; the source of 8 leaves those open that are computed."""


@lru_cache
def defaults(jdk: int) -> Mapping[str, FlagValue]:
    """Every flag of a product build on Linux with its value before anything is read."""
    release = catalog(jdk)
    known: dict[str, FlagValue] = {}
    for name in release.names():
        info = release.flag(name)
        value = default_value(info) if info and not info.debug_only else None
        if value is None and jdk < _FIRST_RUN:
            later = catalog(_FIRST_RUN).flag(name)
            value = default_value(later) if later else None
        if value is not None:
            known[name] = value
    return {**INTERNAL, **known}


@lru_cache
def without_flag(jdk: int) -> frozenset[str]:
    """What the release keeps to itself."""
    release = catalog(jdk)
    return frozenset(name for name in INTERNAL if release.flag(name) is None)


class FlagState:
    """All flags of one JVM. Reading or setting a flag that the release has not gives 0, off or "", or does nothing."""

    __slots__ = ("_asked", "_values", "changed", "jdk", "notes", "origins")

    def __init__(self, jdk: int) -> None:
        self.jdk = jdk
        self._values = dict(defaults(jdk))
        self._asked: set[str] = set()
        self.changed: dict[str, FlagValue] = {}
        self.origins: dict[str, Origin] = {}
        self.notes: set[str] = set()
        """What the JVM warns of while it settles its flags."""

    def note(self, warning: str) -> None:
        """As the JVM warns."""
        self.notes.add(warning)

    def has(self, name: str) -> bool:
        """Whether the release knows the flag."""
        return name in self._values

    def value(self, name: str) -> FlagValue:
        """The value in effect so far."""
        return self._values.get(name, 0)

    def number(self, name: str) -> int:
        """A whole number, sizes in bytes."""
        found = self._values.get(name, 0)
        return found if isinstance(found, int) else 0

    def on(self, name: str) -> bool:
        """A switch."""
        return self._values.get(name) is True

    def real(self, name: str) -> float:
        """A number with a fraction."""
        found = self.value(name)
        return float(found) if isinstance(found, (int, float)) else 0.0

    def text(self, name: str) -> str:
        """A text; empty where none is set."""
        found = self.value(name)
        return found if isinstance(found, str) else ""

    def is_default(self, name: str) -> bool:
        """Whether nothing but plain assignments has touched the flag (FLAG_IS_DEFAULT)."""
        return name not in self.origins

    def is_asked(self, name: str) -> bool:
        """Whether the command line set it, whatever came later (FLAG_IS_CMDLINE); the environment does not count."""
        return name in self._asked

    def is_ergonomic(self, name: str) -> bool:
        """Whether ergonomics was the last to set it (FLAG_IS_ERGO)."""
        return self.origins.get(name) == "ergonomic"

    def ask(self, name: str, value: FlagValue, origin: Origin = "command line") -> None:
        """As the command line or the environment sets a flag."""
        if name in self._values:
            self._values[name] = self.changed[name] = value
            self.origins[name] = origin
            if origin == "command line":
                self._asked.add(name)

    def decide(self, name: str, value: FlagValue) -> None:
        """As ergonomics set a flag (FLAG_SET_ERGO)."""
        if name in self._values:
            self._values[name] = self.changed[name] = value
            self.origins[name] = "ergonomic"

    def assign(self, name: str, value: FlagValue) -> None:
        """The value alone (FLAG_SET_DEFAULT and plain assignments)."""
        if name in self._values:
            self._values[name] = self.changed[name] = value

    def assign_default(self, name: str, value: FlagValue) -> None:
        """The value alone, where nothing else has set it."""
        if name in self._values and name not in self.origins:
            self._values[name] = self.changed[name] = value

    def decide_default(self, name: str, value: FlagValue) -> None:
        """As ergonomics, where nothing else has set it."""
        if name in self._values and name not in self.origins:
            self._values[name] = self.changed[name] = value
            self.origins[name] = "ergonomic"
