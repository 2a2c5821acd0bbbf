"""Serial: one thread, sizes fixed between full collections, tenuring by the age table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.age_table import AgedSurvivors
from advisor.simulate.protocol import Pause, Setting

_REFUSAL_S = 0.0001
"""Length of the young collection that only finds that it must not start; releases 17 and 21 log it as a pause."""


class Serial(AgedSurvivors):
    """DefNew and Tenured (genCollectedHeap.cpp; serialHeap.cpp in 25)."""

    collector: ClassVar[Collector] = Collector.SERIAL

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.dead_wood_percent = float(self._number("MarkSweepDeadRatio", 5))

    def attempt_is_safe(self) -> bool:
        """The padded average promotion fits, or all of young would (tenuredGeneration.cpp)."""
        return self.old.free >= min(self.promoted.padded, self.young.used)

    def _refused_young(self) -> Sequence[Pause]:
        return (Pause("young", _REFUSAL_S, 1),) if self.jdk in (17, 21) else ()

    def _full_must_follow(self, committed_before: float) -> bool:
        """Until release 21 an old generation that grew during a young collection is collected in the same stop."""
        return self.jdk <= 21 and self.old.capacity > committed_before

    def _quiet_room(self) -> float:
        return self.old.free if self.jdk >= 25 else self.old.capacity - self.old.used

    def _dead_wood(self, garbage: float) -> float:
        always = self._number("MarkSweepAlwaysCompactCount", 4)
        if (self._full_count + 1) % max(1, always) == 0:
            return 0.0
        return super()._dead_wood(garbage)
