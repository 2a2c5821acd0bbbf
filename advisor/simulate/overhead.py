"""The GC overhead limit of Parallel and CMS (gcOverheadChecker.cpp; adaptiveSizePolicy.cpp before release 16)."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.simulate.estimators import WeightedAverage

COLLECTIONS = 5
"""Full collections in a row at the limit that end the program (AdaptiveSizePolicyGCTimeLimitThreshold)."""
_TIME_WEIGHT = 25
"""AdaptiveTimeWeight, percent."""


@dataclass(slots=True)
class OverheadLimit:
    """Counts full collections that take nearly all time and leave nearly nothing free."""

    enabled: bool
    time_percent: float
    """GCTimeLimit."""
    free_percent: float
    """GCHeapFreeLimit."""
    _share: WeightedAverage = field(default_factory=lambda: WeightedAverage(_TIME_WEIGHT))
    _count: int = 0

    def young(self, pause_s: float, running_s: float) -> None:
        """A young collection that did what it was for: the count begins anew."""
        self._sample(pause_s, running_s)
        self._count = 0

    def full(self, pause_s: float, running_s: float, *, eden_free_share: float, old_free_share: float) -> bool:
        """Whether this full collection is the one too many."""
        self._sample(pause_s, running_s)
        scarce = max(eden_free_share, old_free_share) * 100 < self.free_percent
        at_limit = self.enabled and scarce and self._share.average * 100 > self.time_percent
        self._count = self._count + 1 if at_limit else 0
        return self._count >= COLLECTIONS

    def _sample(self, pause_s: float, running_s: float) -> None:
        self._share.sample(pause_s / (pause_s + running_s) if pause_s > 0 else 0.0)
