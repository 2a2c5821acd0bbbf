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
    """All flags of one release. Made by `catalog`, once per release; rows become objects when they are asked for."""

    def __init__(self, jdk: int, rows: Mapping[str, str]) -> None:
        self.jdk = jdk
        self._rows = rows
        self._flags: dict[str, FlagInfo] = {}

    def names(self) -> Iterable[str]:
        """The names of all flags, debug-only ones and those of other platforms too, in order."""
        return self._rows.keys()

    def row(self, name: str) -> FlagInfo | None:
        """The flag of that very name, whatever its platform; None if this release has none."""
        if name not in self._flags and name in self._rows:
            self._flags[name] = _flag(name, self._rows[name])
        return self._flags.get(name)

    def flag(self, name: str) -> FlagInfo | None:
        """The flag of that exact name (names are case-sensitive), an alias resolved; None if this release has none."""
        found = self.row(name)
        if found is None:
            known = life(name)
            return self.row(known.alias_of) if known and "alias" in known.at(self.jdk) else None
        return found if found.platform == "all" or "linux" in found.platform else None

    def status(self, name: str) -> Status:
        """What this release makes of the name."""
        known = life(name)
        if known is None:
            return "known" if name in self._rows else "unknown"
        now = known.at(self.jdk)
        if now == "obsolete":
            return "obsolete"
        if now == "other-platform":
            return "known" if self.flag(name) else "other-platform"
        if now != "-":
            return "deprecated" if "deprecated" in now else "known"
        if known.last_release(self.jdk) is not None or any(
            year is not None and year <= self.jdk for year in (known.obsolete_in, known.expired_in)
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


@lru_cache
def _folded(jdk: int) -> dict[str, str]:
    """Names folded to one case, of the flags that a product build has."""
    release = catalog(jdk)
    flags = (release.row(name) for name in release.names())
    return {
        flag.name.casefold(): flag.name for flag in flags if flag and not flag.debug_only and flag.platform == "all"
    }


@lru_cache
def _rows(file: str) -> Mapping[str, str]:
    """Name -> rest of the row, of one data file."""
    text = (resources.files("advisor.jvm") / "data" / file).read_text(encoding="utf-8")
    return {name: rest for name, _, rest in (line.partition("\t") for line in text.splitlines()[1:])}


def _number(text: str) -> float | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)


def _year(text: str) -> int | None:
    found = re.match(r"\d+", text)
    return int(found[0]) if found else None


def _flag(name: str, row: str) -> FlagInfo:
    type_, kind, default, low, high, component, platform, provenance = row.split("\t")
    known_default = None if default == "?" else default
    return FlagInfo(name, type_, kind, known_default, _number(low), _number(high), component, platform, provenance)


@lru_cache
def life(name: str) -> Life | None:
    """The life cycle of a flag that any of the releases knew; None for any other name."""
    row = _rows("lifecycle.tsv").get(name)
    if row is None:
        return None
    cells = row.split("\t")
    years = [_year(text) for text in cells[len(JDKS) : len(JDKS) + 3]]
    return Life(name, tuple(cells[: len(JDKS)]), years[0], years[1], years[2], cells[-1])


@lru_cache
def catalog(jdk: int) -> Catalog:
    """The flags of one release. Raises InternalError for a release that has no table."""
    if jdk not in JDKS:
        raise InternalError(f"there is no flag table of JDK {jdk}", hint=f"known: {', '.join(map(str, JDKS))}")
    return Catalog(jdk, _rows(f"jdk{jdk}.tsv"))
