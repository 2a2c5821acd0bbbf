"""Processors: what parallel collection makes of them."""

from __future__ import annotations

from dataclasses import dataclass

CONTENTION = 0.05
"""Loss per further worker on one socket; 0.03-0.08 were measured for young collections."""


@dataclass(frozen=True, slots=True)
class Processors:
    """The processors a JVM sees."""

    count: int

    def speed_up(self, workers: int) -> float:
        """How many workers' worth of progress `workers` threads make: P * e(P), e(P) = 1 / (1 + s * (P - 1)).

        Workers beyond the processors add nothing.
        """
        usable = max(1, min(workers, self.count))
        return usable / (1 + CONTENTION * (usable - 1))
