"""The heap of G1: regions, a young generation sized by predicted pauses, humongous objects, growing and shrinking.

Sources: HotSpot g1Policy.cpp (update_young_length_bounds, calculate_young_desired_length), g1YoungGenSizer.cpp,
g1HeapSizingPolicy.cpp, g1CollectedHeap.cpp of JDK 11 to 25; of JDK 8 its source alone.
"""

from __future__ import annotations

import math

from advisor.model.quantities import MIB
from advisor.simulate.g1_old import OldBatches
from advisor.simulate.g1_policy import Costs, TimeShare, YoungBounds
from advisor.simulate.generational import Generational
from advisor.simulate.heap import Old, Young, add
from advisor.simulate.mutator import Filling, Vector
from advisor.simulate.protocol import Setting

_COPY_SPACE = 2.2
"""Free space that a prediction asks for, per byte it expects to copy: 100 / G1ConfidencePercent, plus buffers."""


class RegionHeap(Generational):
    """What holds whatever G1 is doing."""

    def __init__(self, setting: Setting) -> None:
        layout = setting.effective.layout
        self._region = self.region_size = layout.region or MIB
        self._committed = max(1, layout.initial_heap // self._region)
        self._most = max(1, layout.max_heap // self._region)
        super().__init__(setting)
        confidence = self._number("G1ConfidencePercent", 50) / 100
        self._sigma = 1 - confidence if self.jdk >= 25 else confidence
        self._costs = Costs(setting.watch.lines.workers, self._sigma, self.jdk)
        self._goal_s = self._number("MaxGCPauseMillis", 200) / 1000
        self._survivor_ratio = max(1, self._number("SurvivorRatio", 8))
        self._reserve_percent = self._number("G1ReservePercent", 10)
        self._time = TimeShare(1 / (1 + self._number("GCTimeRatio", 12)))
        self._regions = OldBatches(setting.width)
        self._humongous: Vector = [0.0] * setting.width
        """Live bytes of humongous objects; `old` counts them too."""
        self._humongous_used = 0.0
        self._desired_young = 0.0
        """Bytes of the young generation as pauses alone would have it."""

    def pass_time(self, decay: Vector, running_s: float, wall_s: float) -> None:
        direct, self.direct = self.direct, Filling.empty(self.setting.width)
        super().pass_time(decay, running_s, wall_s)
        self._regions.age(decay)
        self._humongous = [live * left for live, left in zip(self._humongous, decay, strict=True)]
        if direct.used:
            self._take_humongous(direct)

    def _shortest_young(self) -> bool:
        """Whether the young generation is as small as it may be, to leave time for old regions."""
        return False

    # Layout

    def _generations(self) -> tuple[Young, Old]:
        empty = Filling.empty(self.setting.width)
        heap = self.setting.effective.layout.max_heap
        self._bounds = self._young_bounds()
        least, _ = self._bounds.of(self._committed)
        young = Young(float(least * self._region), float(self._region), empty)
        return young, Old(self._committed * self._region, heap, live=[0.0] * self.setting.width)

    def _young_bounds(self) -> YoungBounds:
        given = self.setting.effective.flags
        new = self._given_regions("NewSize") if "NewSize" in given else None
        most = self._given_regions("MaxNewSize") if "MaxNewSize" in given else None
        low, high = self._number("G1NewSizePercent", 5), self._number("G1MaxNewSizePercent", 60)
        return YoungBounds(low, high, new, most)

    def _given_regions(self, name: str) -> int | None:
        flag = self.setting.effective.flags[name]
        if flag.origin not in ("command line", "environment"):
            return None
        return max(1, self._number(name, 0) // self._region)

    def _survivor_regions(self) -> int:
        return math.ceil(self.young.survivors_used / self._region)

    def _old_regions(self) -> int:
        return math.ceil(self.old.used / self._region)

    def _free_regions(self) -> int:
        """Committed regions that hold nothing, eden's own content left aside."""
        return self._committed - self._old_regions() - self._survivor_regions()

    def used(self) -> float:
        return self.young.used + self.old.used + self.direct.used

    def most_live(self) -> float:
        return float(self._most * self._region)

    def committed(self) -> float:
        return float(self._committed * self._region)

    def room(self) -> float:
        eden = min(self.young.eden, max(0, self._free_regions()) * self._region)
        left = max(0.0, eden * (1 - self.setting.waste) - self.young.filling.used)
        if self.direct_share:
            free = self._free_regions() * self._region - self.young.filling.used - self.direct.used * self._rounding()
            left = min(left, max(0.0, free) * (1 - self.direct_share))
        return left

    def _direct_share(self) -> float:
        return self.setting.large_share if self.setting.large_size > self._region / 2 else 0.0

    def _rounding(self) -> float:
        """Bytes of whole regions for a byte of a humongous object."""
        size = max(self.setting.large_size, 1)
        return math.ceil(size / self._region) * self._region / size

    # Old regions

    def _add_old(self, used: float, live: Vector) -> None:
        self.old.take(live, used)
        self._regions.add(used, live, self.committed())

    def _forget(self, used: float, live: Vector) -> None:
        self.old.used = max(0.0, self.old.used - used)
        self.old.live = [max(0.0, mine - gone) for mine, gone in zip(self.old.live, live, strict=True)]
        self.reclaimed += used

    def preload(self, retained: float) -> None:
        live = [0.0] * (self.setting.width - 1)
        inside = min(retained, self.most_live())
        while self._committed < self._most and inside > 0.8 * self.committed():
            self._committed += 1
        if inside:
            self._add_old(inside, [*live, inside])
        self._size_young()
        self.oom = retained > inside or self._free_regions() < 1

    # Humongous objects

    def _take_humongous(self, fresh: Filling) -> None:
        """Whole regions for each object; what they are larger by is counted as occupied and never as allocated."""
        whole = fresh.used * self._rounding()
        self.old.take(fresh.live, whole)
        self._humongous = add([self._humongous, fresh.live], self.setting.width)
        self._humongous_used += whole
        self.reclaimed -= whole - fresh.used

    def _reclaim_humongous(self) -> None:
        """Dead arrays of humongous size are freed at every young collection (eager reclaim)."""
        needed = sum(self._humongous) * self._rounding()
        freed = max(0.0, self._humongous_used - needed)
        self.old.used -= freed
        self.reclaimed += freed
        self._humongous_used -= freed

    # Sizes

    def _grow(self, pause_s: float, elapsed_s: float) -> None:
        more = self._time.growth(pause_s, elapsed_s, self.committed(), self.most_live())
        if self._committed < self._most and more > 0:
            self._committed = min(self._most, self._committed + math.ceil(more / self._region))
        while self._committed < self._most and self._free_regions() < 2:
            self._committed += 1

    def _shrink(self) -> None:
        used = self.old.used + self.young.survivors_used
        low = used / (1 - min(self._number("MinHeapFreeRatio", 40), 99) / 100)
        high = used / (1 - min(self._number("MaxHeapFreeRatio", 70), 99) / 100)
        least = self.setting.effective.layout.min_heap
        regions = self._committed
        if self.committed() > high:
            regions = math.ceil(max(high, least, self.used() + self._region) / self._region)
        elif self.committed() < low:
            regions = math.ceil(low / self._region)
        self._committed = min(max(regions, 1), self._most)

    def _size_young(self) -> None:
        """The young generation until the next collection (update_young_length_bounds)."""
        least, most = self._bounds.of(self._committed)
        survivors = self._survivor_regions()
        least = max(least, survivors + 1)
        if self._bounds.fixed or self._shortest_young():
            length = least
        else:
            length = min(max(survivors + self._affordable_eden(most - survivors), least), most)
        self._desired_young = float(length * self._region)
        length = self._within_free(length, least, survivors)
        self.young.eden = float(max(length - survivors, 0) * self._region)
        self.young.survivor = float(math.ceil(length / self._survivor_ratio) * self._region)

    def _reserve(self) -> int:
        return math.ceil(self._committed * self._reserve_percent / 100)

    def _affordable_eden(self, most: int) -> int:
        """Regions that fit the pause goal, and whose survivors fit what stays free; before 21 beside the reserve."""
        affordable = self._costs.affordable(self._goal_s, self.young.survivors_used, self._region)
        free = self._free_regions() - (self._reserve() if self.jdk < 21 else 0)
        copies = self._costs.survival.predicted * (_COPY_SPACE if self.jdk >= 9 else 1.0)
        return int(min(affordable, most, max(free, 0) / (1 + copies)))

    def _within_free(self, length: int, least: int, survivors: int) -> int:
        """The length that free regions allow: the least one may eat into the reserve."""
        free, reserve = self._free_regions(), self._reserve()
        if self.jdk < 21:
            length = max(min(length, free - reserve), least)
        elif length - survivors + reserve > free:
            outside = max(0, free - reserve)
            length = survivors + min(length - survivors, outside + min(least, math.ceil(reserve / 2)))
        return min(length, survivors + free)
