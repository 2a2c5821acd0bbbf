"""Processors: what parallel collection makes of them, and what concurrent collection leaves of them."""

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

    def program_speed(self, taken: float) -> float:
        """The program's pace while concurrent threads take so many processors.

        A program that keeps half of the processors busy is slowed only where fewer than that are left; a tenth of its
        pace is left in any case, since the scheduler shares.
        """
        wanted = max(1.0, self.count / 2)
        return min(1.0, max((self.count - taken) / wanted, 0.1))
