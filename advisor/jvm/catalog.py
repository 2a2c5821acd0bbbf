"""The flags of one HotSpot release: type, kind, default, range, collector, life cycle, nearest name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

from advisor.model.errors import InternalError
from advisor.model.machine import JDKS, Collector

Status = Literal["known", "deprecated", "obsolete", "removed", "future", "other-platform", "unknown"]

_COLLECTORS: Mapping[str, tuple[Collector, ...]] = {
    "serial": (Collector.SERIAL,),
    "parallel": (Collector.PARALLEL,),
    "cms": (Collector.CMS,),
    "g1": (Collector.G1,),
    "z": (Collector.ZGC, Collector.ZGC_GENERATIONAL),
    "shenandoah": (Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL),
    "epsilon": (Collector.EPSILON,),
}
UNLOCKS: Mapping[str, str] = {"experimental": "UnlockExperimentalVMOptions", "diagnostic": "UnlockDiagnosticVMOptions"}
"""Kind of a locked flag -> the flag that unlocks it."""


@dataclass(frozen=True, slots=True)
class FlagInfo:
    """One flag of one release. `low` and `high` are in the flag's own unit; None where the release states no bound."""

    name: str
    type: str
    kind: str
    default: str | None
    """As PrintFlagsInitial prints it; None where it depends on the machine."""
    low: float | None
    high: float | None
    component: str
    platform: str
    provenance: str

    @property
    def collector(self) -> tuple[Collector, ...]:
        """The collectors whose source declares the flag; empty for flags of none or of several."""
        return _COLLECTORS.get(self.component, ())

    @property
    def is_bool(self) -> bool:
        """Whether it is set by + and -."""
        return self.type == "bool"

    @property
    def is_text(self) -> bool:
        """Whether its value is any text."""
        return self.type.startswith("ccstr")

    @property
    def is_signed(self) -> bool:
        """Whether a minus sign is accepted before its number."""
        return self.type in ("int", "intx", "double")

    @property
    def unlocked_by(self) -> str | None:
        """The flag that has to be set before this one, or None."""
        return next((unlock for kind, unlock in UNLOCKS.items() if kind in self.kind), None)

    @property
    def debug_only(self) -> bool:
        """Whether only debug builds of the JVM have it."""
        return self.kind.startswith(("develop", "notproduct"))


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a flag over the releases."""

    name: str
    statuses: tuple[str, ...]
    """One per release of JDKS, as in the release's own tables; `-` where it is unknown."""
    deprecated_in: int | None
    obsolete_in: int | None
    expired_in: int | None
    alias_of: str

    def at(self, jdk: int) -> str:
        """The entry for one release."""
        return self.statuses[JDKS.index(jdk)]

    def last_release(self, before: int) -> int | None:
        """The last release before `before` that knew the flag, or None."""
        return max((jdk for jdk in JDKS if jdk < before and self.at(jdk) != "-"), default=None)


class Catalog:
    """All flags of one release. Made by `catalog`, once per release."""

    def __init__(self, jdk: int, flags: Mapping[str, FlagInfo], lives: Mapping[str, Life]) -> None:
        self.jdk = jdk
        self.flags = flags
        self._lives = lives

    def flag(self, name: str) -> FlagInfo | None:
        """The flag of that exact name (names are case-sensitive), an alias resolved; None if this release has none."""
        found = self.flags.get(name)
        if found is None:
            life = self._lives.get(name)
            if life and "alias" in life.at(self.jdk):
                return self.flags.get(life.alias_of)
        return found if found is None or found.platform == "all" or "linux" in found.platform else None

    def life(self, name: str) -> Life | None:
        """The life cycle of a flag that any release knew."""
        return self._lives.get(name)

    def status(self, name: str) -> Status:
        """What this release makes of the name."""
        life = self._lives.get(name)
        if life is None:
            return "known" if name in self.flags else "unknown"
        now = life.at(self.jdk)
        if now == "obsolete":
            return "obsolete"
        if now == "other-platform":
            return "known" if self.flag(name) else "other-platform"
        if now != "-":
            return "deprecated" if "deprecated" in now else "known"
        if life.last_release(self.jdk) is not None or any(
            year is not None and year <= self.jdk for year in (life.obsolete_in, life.expired_in)
        ):
            return "removed"
        return "future"

    def nearest(self, name: str) -> str | None:
        """The usable flag whose name is nearest, or None where none is near: spelling and case may both be wrong."""
        folded = _folded(self.jdk)
        wanted = name.casefold()
        if wanted in folded:
            return folded[wanted]
        near = difflib.get_close_matches(wanted, list(folded), n=1, cutoff=0.78)
        return folded[near[0]] if near else None


def _usable(flags: Iterable[FlagInfo]) -> Iterable[FlagInfo]:
    return (flag for flag in flags if not flag.debug_only and flag.platform == "all")


@lru_cache
def _folded(jdk: int) -> dict[str, str]:
    return {flag.name.casefold(): flag.name for flag in _usable(catalog(jdk).flags.values())}


def _lines(name: str) -> list[list[str]]:
    text = (resources.files("advisor.jvm") / "data" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


def _number(text: str) -> float | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)


def _year(text: str) -> int | None:
    found = re.match(r"\d+", text)
    return int(found[0]) if found else None


def _life(row: list[str]) -> Life:
    statuses, years = row[1 : 1 + len(JDKS)], [_year(text) for text in row[1 + len(JDKS) : 4 + len(JDKS)]]
    return Life(row[0], tuple(statuses), years[0], years[1], years[2], row[-1])


@lru_cache
def lives() -> Mapping[str, Life]:
    """The life cycle of every flag that any of the releases knew, by name."""
    return {row[0]: _life(row) for row in _lines("lifecycle.tsv")}


@lru_cache
def catalog(jdk: int) -> Catalog:
    """The flags of one release. Raises InternalError for a release that has no table."""
    if jdk not in JDKS:
        raise InternalError(f"there is no flag table of JDK {jdk}", hint=f"known: {', '.join(map(str, JDKS))}")
    flags: dict[str, FlagInfo] = {}
    for name, kind_of_value, kind, default, low, high, component, platform, provenance in _lines(f"jdk{jdk}.tsv"):
        known_default = None if default == "?" else default
        flags[name] = FlagInfo(
            name, kind_of_value, kind, known_default, _number(low), _number(high), component, platform, provenance
        )
    return Catalog(jdk, flags, lives())
