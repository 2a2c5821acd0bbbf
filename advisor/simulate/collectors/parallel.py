"""Parallel: several threads; survivor spaces and the tenuring threshold follow running averages."""

from __future__ import annotations

from typing import ClassVar

from advisor.jvm.heap_sizing import align_up
from advisor.model.machine import Collector
from advisor.model.quantities import KIB
from advisor.simulate.estimators import PaddedAverage, WeightedAverage
from advisor.simulate.generational import Generational
from advisor.simulate.heap import Evacuation, Old, Young
from advisor.simulate.mutator import Filling
from advisor.simulate.protocol import Setting

_UNIT = 512 * KIB
_READY = 5
"""Young collections before sizes adapt (AdaptiveSizePolicyReadyThreshold)."""
_TOLERANCE = 1.10
"""ThresholdTolerance: how unequal the costs of young and full collections may be."""
_FULLEST_EDEN = 0.98
"""GCHeapFreeLimit: with less than 2 % free after full collections the overhead limit ends the program."""


class Parallel(Generational):
    """PSScavenge and PSParallelCompact with PSAdaptiveSizePolicy's survivor and threshold rules.

    With adaptive sizing eden is taken to be as large as the survivor spaces leave it: that is where the default goals
    drive it.
    """

    collector: ClassVar[Collector] = Collector.PARALLEL

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.dead_wood_percent = float(self._number("MarkSweepDeadRatio", 1))
        self.adaptive = self._flag("UseAdaptiveSizePolicy")
        self._survived = PaddedAverage(self._number("AdaptiveSizePolicyWeight", 10), 3)
        weight = self._number("AdaptiveTimeWeight", 25)
        self._minor_cost, self._major_cost = WeightedAverage(weight), WeightedAverage(weight)
        self._minor_count = 0
        self._since_full_s = 0.0

    def _generations(self) -> tuple[Young, Old]:
        layout = self.setting.effective.layout
        young = Young(layout.eden, layout.survivor, Filling.empty(self.setting.width))
        committed = max(layout.initial_heap - layout.young_initial, _UNIT)
        return young, Old(committed, layout.old_max, live=[0.0] * self.setting.width)

    def _first_threshold(self) -> int:
        most = self._number("MaxTenuringThreshold", 15)
        if most == 0 or self._flag("AlwaysTenure"):
            return 0
        adaptive = self._flag("UseAdaptiveSizePolicy")
        return min(self._number("InitialTenuringThreshold", 7), most) if adaptive else most

    def _direct_share(self) -> float:
        """Objects of half of eden or more that find eden too full go to the old generation."""
        return self.setting.large_share if self.setting.large_size >= self.young.eden / 2 else 0.0

    def _fullest_eden(self) -> float:
        return _FULLEST_EDEN if self._flag("UseGCOverheadLimit") else 1.0

    def attempt_is_safe(self) -> bool:
        """The smaller of padded average promotion and young occupancy must fit (psScavenge.cpp)."""
        return min(self.promoted.padded, self.young.used) < self.old.free

    def _full_must_follow(self, committed_before: float) -> bool:
        """Until release 11 a scavenge that leaves too little for the next one is followed by a full collection."""
        return self.jdk <= 11 and self.promoted.padded > self.old.free

    def after_young(self, evacuation: Evacuation, pause_s: float, elapsed_s: float) -> None:
        """Feeds the averages, then adapts the threshold and the survivor spaces."""
        self._minor_count += 1
        self._since_full_s += elapsed_s + pause_s
        self._minor_cost.sample(pause_s / max(elapsed_s + pause_s, 1e-9))
        overflow = evacuation.overflow
        self._survived.sample(evacuation.copied + (evacuation.promoted if overflow else 0.0))
        if self.adaptive and self._minor_count >= _READY:
            self._adapt(overflow)

    def _adapt(self, overflow: bool) -> None:
        """compute_survivor_space_size_and_threshold (psAdaptiveSizePolicy.cpp)."""
        minor, major = self._minor_cost.average, self._major_cost.average
        down = not overflow and minor > major * _TOLERANCE
        up = not overflow and major > minor * _TOLERANCE
        limit = max(self.young.capacity // max(self._number("MinSurvivorRatio", 3), 1) // _UNIT * _UNIT, _UNIT)
        target = max(align_up(self._survived.padded, _UNIT), _UNIT)
        too_large = overflow or target > limit
        if down or (too_large and not up):
            self.threshold = max(1, self.threshold - 1) if self.threshold else 0
        elif up:
            self.threshold = min(self.threshold + 1, self._number("MaxTenuringThreshold", 15))
        self._resize(min(target, limit))

    def _resize(self, survivor: float) -> None:
        if self._flag("UsePSAdaptiveSurvivorSizePolicy") is False:
            return
        whole = self.young.capacity
        survivor = max(survivor, self.young.survivors_used)
        self.young.eden, self.young.survivor = whole - 2 * survivor, survivor

    def after_full(self, pause_s: float) -> None:
        """Feeds the cost of full collections; its interval runs from one to the next."""
        interval = max(self._since_full_s, 1e-9)
        self._major_cost.sample(pause_s / (interval + pause_s))
        self._since_full_s = 0.0
