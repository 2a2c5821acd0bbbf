"""The values of the first dimension: collectors, and ways to run one that have dimensions of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.jvm.commandline import parse_words
from advisor.jvm.constraints import accepted
from advisor.jvm.ergonomics import Effective, effective
from advisor.jvm.selection import selecting
from advisor.model.flags import FlagSet
from advisor.model.machine import Collector, Jdk
from advisor.model.profile import WorkloadProfile

SERIAL, PARALLEL, PARALLEL_FIXED, CMS, G1 = "serial", "parallel", "parallel-fixed", "cms", "g1"
ZGC, ZGC_GENERATIONAL = "zgc", "zgc-generational"
SHENANDOAH, SHENANDOAH_GENERATIONAL = "shenandoah", "shenandoah-generational"

COLLECTORS: Mapping[str, Collector] = {
    SERIAL: Collector.SERIAL,
    PARALLEL: Collector.PARALLEL,
    PARALLEL_FIXED: Collector.PARALLEL,
    CMS: Collector.CMS,
    G1: Collector.G1,
    ZGC: Collector.ZGC,
    ZGC_GENERATIONAL: Collector.ZGC_GENERATIONAL,
    SHENANDOAH: Collector.SHENANDOAH,
    SHENANDOAH_GENERATIONAL: Collector.SHENANDOAH_GENERATIONAL,
}
"""Parallel stands once with and once without its adaptive size policy."""

COPYING = frozenset({SERIAL, PARALLEL, PARALLEL_FIXED, CMS, G1})
"""Collectors with survivors that age."""
SIZED_YOUNG = COPYING - {G1}
"""G1 with a young generation of fixed size cannot keep a pause goal."""
STEADY = frozenset({SERIAL, PARALLEL_FIXED, CMS})
"""Collectors whose survivor spaces stay as they were asked for."""
PARALLEL_PAUSES = frozenset({PARALLEL, PARALLEL_FIXED, CMS, G1})
GOAL_SEEKING = frozenset({PARALLEL, G1})
"""Collectors that size themselves by a pause goal."""
CONCURRENT = frozenset({CMS, G1, ZGC, ZGC_GENERATIONAL, SHENANDOAH, SHENANDOAH_GENERATIONAL})


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds that a release, a machine and pinned options leave."""

    names: tuple[str, ...]

    def among(self, group: Iterable[str]) -> frozenset[str]:
        """Those of a group that there are."""
        return frozenset(self.names).intersection(group)


def words_of(kind: str, jdk: Jdk) -> tuple[str, ...]:
    """The words that choose a kind."""
    words = selecting(COLLECTORS[kind], jdk)
    return (*words, "-XX:-UseAdaptiveSizePolicy") if kind == PARALLEL_FIXED else words


def flags_of(kind: str, jdk: Jdk) -> FlagSet:
    """The options that choose a kind."""
    return parse_words(words_of(kind, jdk))


def kind_of(target: Effective) -> str:
    """The kind that an effective JVM is."""
    fixed = target.collector == Collector.PARALLEL and target.value("UseAdaptiveSizePolicy") is False
    return PARALLEL_FIXED if fixed else str(target.collector)


def available(profile: WorkloadProfile, collectors: Iterable[Collector], pinned: FlagSet) -> tuple[str, ...]:
    """The kinds of some collectors that the JVM takes without a word beside the pinned options, and really uses."""
    wanted = frozenset(collectors)
    return tuple(
        kind for kind, collector in COLLECTORS.items() if collector in wanted and _works(kind, profile, pinned)
    )


def _works(kind: str, profile: WorkloadProfile, pinned: FlagSet) -> bool:
    policy = pinned.get("UseAdaptiveSizePolicy")
    if policy is not None and kind in ((PARALLEL_FIXED,) if policy.value is True else (PARALLEL,)):
        return False
    flags = pinned.plus(flags_of(kind, profile.jdk))
    if not accepted(flags, profile.jdk, profile.machine):
        return False
    return effective(profile.jdk, profile.machine, flags).collector == COLLECTORS[kind]
