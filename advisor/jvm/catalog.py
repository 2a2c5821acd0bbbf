"""The flags of one HotSpot release: type, kind, default, range, collector, life cycle, nearest name."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import islice
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
_DEBUG_KINDS = ("develop", "notproduct")
_NEVER_USABLE = ("-", "other-platform")


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

    def allows(self, value: bool | int | float | str) -> bool:
        """Whether the flag's range has room for a value; texts and switches have none to leave."""
        if isinstance(value, (str, bool)):
            return True
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def debug_only(self) -> bool:
        """Whether only debug builds of the JVM have it."""
        return self.kind.startswith(_DEBUG_KINDS)


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

    def gone_by(self, jdk: int) -> bool:
        """Whether HotSpot dropped the flag in or before a release, as its own table of old flags says."""
        return any(year is not None and year <= jdk for year in (self.obsolete_in, self.expired_in))

    @property
    def first_release(self) -> int | None:
        """The first release that has the flag on this platform, or None."""
        return next((jdk for jdk in JDKS if self.at(jdk) not in _NEVER_USABLE), None)

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
        if now == "other-platform" and self.flag(name) is None:
            return self._elsewhere(known)
        if now not in ("-", "other-platform"):
            return "deprecated" if "deprecated" in now else "known"
        if now == "other-platform":
            return "known"
        return "removed" if known.last_release(self.jdk) is not None or known.gone_by(self.jdk) else "future"

    def _elsewhere(self, known: Life) -> Status:
        """A name that this platform does not have in this release: gone, still to come, or never its own."""
        if known.gone_by(self.jdk):
            return "removed"
        first = known.first_release
        return "future" if first is not None and first > self.jdk else "other-platform"

    def nearest(self, name: str) -> str | None:
        """The usable flag whose name is nearest, or None where none is near: spelling and case may both be wrong."""
        found = nearest(name, self.jdk)
        return found if found and self.is_usable(found) else None

    def is_usable(self, name: str) -> bool:
        """Whether a product build of this release has a flag of that exact name on every platform."""
        found = self.row(name)
        return found is not None and not found.debug_only and found.platform == "all"


_NEAR = 0.78
"""The least similarity (difflib's ratio) of a name that was surely meant."""
_CANDIDATES = 12


@lru_cache(maxsize=1024)
def nearest(name: str, jdk: int) -> str | None:
    """The flag, usable in this release or gone by then, whose name is nearest; None where none is near."""
    index = _by_pairs()
    wanted = name.casefold()
    shared: Counter[str] = Counter()
    for pair in _pairs(wanted):
        shared.update(index.get(pair, ()))
    likely = sorted(shared, key=lambda other: (-shared[other] / (len(wanted) + len(other)), other))
    best: tuple[float, str] | None = None
    matcher = difflib.SequenceMatcher(b=wanted)
    for candidate in islice((other for other in likely if _was_usable(other, jdk)), _CANDIDATES):
        matcher.set_seq1(candidate.casefold())
        ratio = matcher.ratio()
        if ratio >= _NEAR and (best is None or ratio > best[0]):
            best = ratio, candidate
    return best[1] if best else None


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def _was_usable(name: str, jdk: int) -> bool:
    """Whether product builds have a flag of that name in this release, or had it in an earlier one."""
    release = catalog(jdk)
    if release.row(name) is not None:
        return release.is_usable(name)
    known = life(name)
    earlier = known.statuses[: JDKS.index(jdk) + 1] if known else ()
    return any(status not in _NEVER_USABLE and not status.startswith(_DEBUG_KINDS) for status in earlier)


@lru_cache
def _by_pairs() -> Mapping[str, tuple[str, ...]]:
    """Two letters -> the names that hold them, in one case, of every flag that some release had."""
    found: dict[str, list[str]] = {}
    for name in _rows("lifecycle.tsv"):
        for pair in _pairs(name.casefold()):
            found.setdefault(pair, []).append(name)
    return {pair: tuple(names) for pair, names in found.items()}


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
    digits = text.partition(".")[0].partition("u")[0]  # 9, 9.0, 6u10
    return int(digits) if digits.isdigit() else None


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
