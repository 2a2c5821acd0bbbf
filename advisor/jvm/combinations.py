"""What a JVM has against options together: two collectors, sizes that contradict each other, dead flags, repeats.

The relations stand once, in `relations`. Behaviour was run on JDK 11, 17, 21 and 25; JDK 8 follows its source and was
not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from advisor.jvm.catalog import catalog
from advisor.jvm.commandline import FlagValue, has_placeholder, option_values
from advisor.jvm.ergonomics import effective
from advisor.jvm.relations import RELATIONS, SELECTORS, Relation, Together
from advisor.jvm.verdict import Verdict
from advisor.model.flags import FlagSet, Option
from advisor.model.machine import Collector, Machine
from advisor.model.quantities import MIB, Bytes

__all__ = ["DEFAULT_MACHINE", "SELECTORS", "check_together"]

PARTNERS = (frozenset({"UseParallelGC", "UseParallelOldGC"}), frozenset({"UseConcMarkSweepGC", "UseParNewGC"}))
"""Selectors that go together."""
ACCUMULATING = frozenset({"OnError", "OnOutOfMemoryError"})
"""Flags whose repeats add up instead of replacing one another."""
ONLY_FOR: Mapping[str, tuple[Collector, ...]] = {
    "MaxGCPauseMillis": (Collector.G1, Collector.PARALLEL),
    "GCPauseIntervalMillis": (Collector.G1,),
    "GCTimeRatio": (Collector.G1, Collector.PARALLEL),
    "InitiatingHeapOccupancyPercent": (Collector.G1,),
    "UseAdaptiveSizePolicy": (Collector.PARALLEL,),
    "SurvivorRatio": (Collector.SERIAL, Collector.PARALLEL, Collector.CMS, Collector.G1),
    "NewRatio": (Collector.SERIAL, Collector.PARALLEL, Collector.CMS, Collector.G1),
    "PretenureSizeThreshold": (Collector.SERIAL, Collector.CMS),
}
"""Flags of the shared source files that only some collectors read."""


def check_together(flags: FlagSet, jdk: int, machine: Machine | None) -> Iterator[Verdict]:
    """Everything that is wrong with options only because of one another. Without a machine, what holds on any."""
    line = _together(flags, jdk, machine)
    yield from _two_collectors(line)
    for relation in _asked(line):
        problem = relation.problem(line)
        if problem is not None:
            option = next(line.given[name] for name in reversed(list(line.given)) if name in relation.flags)
            yield Verdict(relation.check, relation.severity, option.name, option, problem)
    setting = [option for option in flags if option.sets_flag]
    yield from _dead_flags(setting, line)
    yield from _repeats(setting, jdk)


def _together(flags: FlagSet, jdk: int, machine: Machine | None) -> Together:
    settings: list[tuple[str, FlagValue]] = []
    given: dict[str, Option] = {}
    unknown: set[str] = set()
    least_heap: int | None = None
    for option in flags:
        if not option.sets_flag:
            if option.text in _MODES:
                for mode in _MODES:
                    given.pop(mode, None)
                given[option.text] = option
            continue
        if has_placeholder(option.text):
            unknown.add(option.name)
        for name, value in _values(option, jdk).items():
            settings.append((name, value))
            given.pop(name, None)  # so that the order is that of the last settings
            given[name] = option
            if name in _LEAST and option.text.startswith(_LEAST[name]) and isinstance(value, int):
                least_heap = value
    found = effective(jdk, machine or DEFAULT_MACHINE, flags)
    known = machine is not None
    return Together(jdk, tuple(settings), dict(settings), given, frozenset(unknown), least_heap, found, known)


def _values(option: Option, jdk: int) -> Mapping[str, FlagValue]:
    try:
        return option_values(option, jdk)
    except ValueError:
        return _NOTHING


_NOTHING: Mapping[str, FlagValue] = {}
_MODES = ("-Xint", "-Xmixed", "-Xcomp")
_LEAST = {"InitialHeapSize": "-Xms", "MinHeapSize": "-XX:"}
"""Flags whose option, in this form, sets the least heap."""


@lru_cache
def _relations(jdk: int) -> Mapping[str, tuple[int, ...]]:
    """Flag -> the places in RELATIONS of the relations that look at it on this release."""
    places: dict[str, list[int]] = {}
    for place, relation in enumerate(RELATIONS):
        if relation.first <= jdk <= relation.last:
            for name in relation.flags:
                places.setdefault(name, []).append(place)
    return {name: tuple(found) for name, found in places.items()}


def _asked(line: Together) -> Iterator[Relation]:
    places = _relations(line.jdk)
    for place in sorted({place for name in line.given for place in places.get(name, ())}):
        yield RELATIONS[place]


def _two_collectors(line: Together) -> Iterator[Verdict]:
    chosen = [name for name in SELECTORS if line.values.get(name) is True and catalog(line.jdk).flag(name)]
    if len(chosen) < 2 or any(set(chosen) <= partners for partners in PARTNERS):
        return
    last = [name for name in line.given if name in chosen][-1]
    others = ", ".join(name for name in chosen if name != last)
    text = f"another collector is chosen too: {others}"
    yield Verdict("multiple-collectors", "error", last, line.given[last], text)


def _dead_flags(options: Iterable[Option], line: Together) -> Iterator[Verdict]:
    """Flags that only an unselected collector reads."""
    for option in options:
        readers = _readers(option.name, line.jdk)
        if readers and line.effective.collector not in readers:
            text = f"only {' and '.join(_family(readers))} read it; this JVM runs {line.effective.collector}"
            yield Verdict("other-collectors-flag", "warning", option.name, option, text, "", "medium")


@lru_cache(maxsize=4096)
def _readers(name: str, jdk: int) -> tuple[Collector, ...]:
    """The collectors that read a flag; empty for flags of all or of none, and for those that choose one."""
    info = catalog(jdk).flag(name)
    if info is None or name in SELECTORS:
        return ()
    return ONLY_FOR.get(info.name) or info.collector


def _family(readers: tuple[Collector, ...]) -> list[str]:
    return list(dict.fromkeys(str(reader).split("-", maxsplit=1)[0] for reader in readers))


def _repeats(options: Iterable[Option], jdk: int) -> Iterator[Verdict]:
    """Settings that a later one displaces, and plain repeats."""
    last: dict[str, Option] = {}
    for option in options:
        if option.name in ACCUMULATING or has_placeholder(option.text):
            continue
        earlier = last.get(option.name)
        last[option.name] = option
        if earlier is None:
            continue
        before, after = (_values(one, jdk) for one in (earlier, option))
        if before and before == after:
            text = "says the same as an earlier option"
            yield Verdict("duplicate-flag", "info", option.name, option, text, "")
        elif option.name not in SELECTORS:
            text = f"displaces the earlier {earlier.text}: the last setting wins"
            yield Verdict("conflicting-duplicate", "warning", option.name, option, text)


DEFAULT_MACHINE = Machine(cpus=4, memory=Bytes(8192 * MIB))
"""What options are held against where no machine is known: large enough for the server defaults."""
