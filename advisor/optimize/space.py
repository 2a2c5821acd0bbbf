"""The space of flag sets for one workload: dimensions, and what each point means as JVM options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advisor.jvm.commandline import flag_values, parse_option, render
from advisor.jvm.constraints import accepted
from advisor.jvm.ergonomics import Effective, effective
from advisor.jvm.footprint import heap_budget
from advisor.jvm.heap_sizing import CARD_ALIGNMENT, align_down
from advisor.model.flags import FlagSet, Option
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import MIB
from advisor.optimize.dimensions import Dimension, Point, Value
from advisor.optimize.kinds import kind_of, words_of

NO_FLAGS = FlagSet()
LIVE_MARGIN = 1.1
"""The old generation holds the live set and a tenth: dead wood, and what is promoted between full collections."""
SMALLEST_YOUNG = 4 * MIB
"""Below that a collection costs more than the allocation between two."""
_STEPS = 5
"""Sizes keep so many binary digits: steps of 3 to 6 %, below what a prediction can tell apart."""


@dataclass(frozen=True, slots=True)
class Space:
    """Points are tuples along `dimensions`, the first of which is `collector`; `pinned` options stand before all."""

    profile: WorkloadProfile
    dimensions: tuple[Dimension, ...]
    pinned: FlagSet = NO_FLAGS
    _known: dict[Point, FlagSet] = field(default_factory=dict, repr=False, compare=False)

    def flags(self, point: Point) -> FlagSet:
        """The options of a point beside the pinned ones, without those the JVM would decide by itself."""
        if point not in self._known:
            self._known[point] = self.needed(FlagSet(tuple(map(parse_option, self._words(point)))))
        return self._known[point]

    def effective(self, flags: FlagSet) -> Effective:
        """The JVM that pinned options and `flags` give."""
        return effective(self.profile.jdk, self.profile.machine, self.pinned.plus(flags))

    def admits(self, flags: FlagSet) -> bool:
        """Whether the JVM takes the options without a word, and its heap holds the live set and fits the memory."""
        if not accepted(self.pinned.plus(flags), self.profile.jdk, self.profile.machine):
            return False
        target = self.effective(flags)
        return (self.profile.live or 0) <= target.layout.max_heap <= heap_budget(self.profile, target)

    def needed(self, flags: FlagSet) -> FlagSet:
        """The options less every one without which the JVM comes to the same value by itself."""
        while (idle := next((option for option in flags if self._is_idle(option, flags)), None)) is not None:
            flags = without(flags, idle)
        return flags

    def locate(self, flags: FlagSet) -> Point:
        """The point of the space that is nearest to any flag set: where its collector, heap and thresholds are."""
        target = self.effective(flags)
        seen = _seen(target, self._room(target.layout.max_heap))
        return tuple(dimension.clip(seen[dimension.name]) for dimension in self.dimensions)

    def _is_idle(self, option: Option, flags: FlagSet) -> bool:
        target = self.effective(without(flags, option))
        values = flag_values(FlagSet((option,)), self.profile.jdk)
        return all(target.value(name) == value for name, value in values.items())

    def _room(self, heap_bytes: int) -> float:
        """What the live set leaves of a heap for young objects."""
        return max(heap_bytes - LIVE_MARGIN * (self.profile.live or 0), 2.0 * SMALLEST_YOUNG)

    def _words(self, point: Point) -> list[str]:
        matter = [d.name for d in self.dimensions if not d.only or point[0] in d.only]
        values = {d.name: v for d, v in zip(self.dimensions, point, strict=True) if d.name in matter}
        words = list(words_of(str(point[0]), self.profile.jdk))
        heap = self._heap(values, words)
        if "heap" in values:
            words.append(f"-Xmx{heap // MIB}m")
        if values.get("initial") == "max":
            words.append(f"-Xms{heap // MIB}m")
        if "young" in values:
            words.append(self._young_word(float(values["young"]), heap))
        for name, flag in PLAIN.items():
            if name in values:
                words.append(render(flag, int(values[name]), self.profile.jdk))
        if values.get("region", DEFAULT) != DEFAULT:
            words.append(f"-XX:G1HeapRegionSize={values['region']}m")
        if "initiating" in values:
            words.append("-XX:+UseCMSInitiatingOccupancyOnly")
        return words

    def _heap(self, values: Mapping[str, Value], words: Sequence[str]) -> int:
        """The size of the heap as the JVM will align it, within what this collector leaves of the memory."""
        target = self.effective(FlagSet(tuple(map(parse_option, words))))
        if "heap" not in values:
            return target.layout.max_heap
        size = min(_tidy(float(values["heap"])), heap_budget(self.profile, target))
        return max(align_down(size, CARD_ALIGNMENT), CARD_ALIGNMENT)

    def _young_word(self, share: float, heap: int) -> str:
        young = max(min(_tidy(share * self._room(heap)), heap - MIB), min(SMALLEST_YOUNG, heap // 2))
        # Beside a smaller -Xms of the user's, -Xmn makes the JVM complain; the upper bound alone does not.
        return f"-XX:MaxNewSize={young // MIB}m" if self.pinned.get("InitialHeapSize") else f"-Xmn{young // MIB}m"


DEFAULT = "default"
"""The value of a choice that says nothing."""
PLAIN: Mapping[str, str] = {
    "survivor": "SurvivorRatio",
    "tenuring": "MaxTenuringThreshold",
    "threads": "ParallelGCThreads",
    "concurrent": "ConcGCThreads",
    "pause": "MaxGCPauseMillis",
    "ihop": "InitiatingHeapOccupancyPercent",
    "initiating": "CMSInitiatingOccupancyFraction",
}
"""Dimensions whose value is the value of one flag."""
_ELSE: Mapping[str, int] = {"survivor": 8, "tenuring": 15, "initiating": 92}
"""Where the JVM has no value of its own."""


def without(flags: FlagSet, option: Option) -> FlagSet:
    """The options less this very one."""
    return FlagSet(tuple(other for other in flags if other is not option))


def _tidy(size: float) -> int:
    """A size in whole MB with few binary digits, not above the given one (but at least 1 MB)."""
    count = max(int(size) // MIB, 1)
    step = 1 << max(count.bit_length() - _STEPS, 0)
    return count // step * step * MIB


def _seen(target: Effective, room: float) -> dict[str, Value]:
    """Where an effective JVM lies along every dimension there may be."""
    sizes = target.layout
    plain: dict[str, Value] = {}
    for name, flag in PLAIN.items():
        value = target.value(flag)
        known = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        plain[name] = value if known and isinstance(value, int) else _ELSE.get(name, 1)
    return {
        **plain,
        "collector": kind_of(target),
        "heap": float(sizes.max_heap),
        "initial": "max" if sizes.initial_heap == sizes.max_heap else DEFAULT,
        "young": sizes.young_max / room,
        "threads": max(target.parallel_gc_threads, 1),
        "region": str((sizes.region or 0) // MIB),
    }
