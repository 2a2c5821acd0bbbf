"""Young collection by the age table, and a heap whose generations follow the old one at full collections.

Serial and ParNew share it. Sources: HotSpot defNewGeneration.cpp, ageTable.cpp, tenuredGeneration.cpp,
cardGeneration.cpp.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import align_down
from advisor.model.quantities import KIB
from advisor.simulate.generational import Generational
from advisor.simulate.heap import Evacuation, Old, Young, tenuring_threshold
from advisor.simulate.mutator import Filling
from advisor.simulate.protocol import Setting

_UNIT = 64 * KIB
_SHRINK_STEPS = (0.0, 0.10, 0.40, 1.0)
"""Share of the excess given back at successive full collections (tenuredGeneration.cpp, ShrinkHeapInSteps)."""


class AgedSurvivors(Generational):
    """A generational collector that tenures by the age table."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._target = self._number("TargetSurvivorRatio", 50)
        self._by_ages = not (self._flag("AlwaysTenure") or self._flag("NeverTenure"))
        self._shrink_step = 0

    def _generations(self) -> tuple[Young, Old]:
        layout = self.setting.effective.layout
        eden, survivor = self._spaces(layout.young_initial)
        young = Young(eden, survivor, Filling.empty(self.setting.width))
        return young, Old(layout.initial_heap - layout.young_initial, layout.old_max, live=[0.0] * self.setting.width)

    def _spaces(self, young: int) -> tuple[int, int]:
        """Eden and one survivor space of a young generation."""
        survivor = max(align_down(young / (self._number("SurvivorRatio", 8) + 2), _UNIT), _UNIT)
        return max(young - 2 * survivor, _UNIT), survivor

    def after_young(self, evacuation: Evacuation, pause_s: float, elapsed_s: float) -> None:
        """The age table sets the threshold of the next collection."""
        if self._by_ages:
            ages = map(sum, evacuation.staying)
            self.threshold = tenuring_threshold(ages, self.young.survivor, self._target, self.max_threshold)

    def after_full(self, pause_s: float) -> None:
        """Old is resized to keep its free share in bounds, and young follows (compute_new_size)."""
        layout = self.setting.effective.layout
        self.old.capacity = min(self.old.limit, max(self._wanted_old(), layout.initial_heap - layout.young_initial))
        wanted = int(self.old.capacity / self._number("NewRatio", 2))
        young = min(max(wanted, layout.young_initial), layout.young_max)
        young = layout.young_max if layout.young_initial == layout.young_max else align_down(young, _UNIT)
        self.young.eden, self.young.survivor = self._spaces(young)

    def _least_old(self) -> float:
        """The capacity of old at which just MinHeapFreeRatio of it is free."""
        return self.old.used / (1 - min(self._number("MinHeapFreeRatio", 40), 99) / 100)

    def _wanted_old(self) -> float:
        used, capacity = self.old.used, self.old.capacity
        least = self._least_old()
        most = used / (1 - min(self._number("MaxHeapFreeRatio", 70), 99) / 100)
        if capacity < least:
            self._shrink_step = 0
            return least
        if capacity > most:
            share = _SHRINK_STEPS[min(self._shrink_step, 3)]
            self._shrink_step += 1
            return capacity - (capacity - most) * share
        return capacity
