"""What tells the outcome of a flag set: the simulator, or whatever a caller puts in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from advisor.model.flags import FlagSet
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Duration
from advisor.simulate import simulate, simulate_worlds

SEARCHED_REPLICATES = 1
"""The first replicate alone gives the figures that a search compares; further ones only widen intervals."""
REPORTED_REPLICATES = 8
"""For the best set and the flags in use: the figures are then those that `simulate` gives by itself."""
LISTED_REPLICATES = 3
"""For the other sets that nothing beats: the same figures, rougher intervals, in less time."""
MAX_COLLECTIONS = 2000
SEARCHED_COLLECTIONS = 1000
"""Collections that are followed one by one while sets are only compared with one another."""
SCREENED_COLLECTIONS = 100
"""Of runs that only tell which sets are worth a closer look."""
LATER = 10.0
"""Times the duration of the workload for which the best set is run once more, to see what comes after its end."""


class Evaluator(Protocol):
    """The outcome of running the workload under options. Raises InputError where there is none."""

    def __call__(self, flags: FlagSet) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Simulated:
    """The simulator's outcome: the same random program under all flags, so that differences are the flags' own."""

    profile: WorkloadProfile
    seed: int
    replicates: int = SEARCHED_REPLICATES
    max_collections: int = MAX_COLLECTIONS

    def __call__(self, flags: FlagSet) -> Outcome:
        return simulate(
            self.profile, flags, seed=self.seed, replicates=self.replicates, max_collections=self.max_collections
        )

    def worlds(self, flags: FlagSet, numbers: Sequence[int]) -> list[Outcome]:
        """The outcomes in single worlds; see `simulate_worlds`."""
        return simulate_worlds(self.profile, flags, numbers, seed=self.seed, max_collections=self.max_collections)


@dataclass(frozen=True, slots=True)
class Beside:
    """Evaluates options beside pinned ones, which stand before them."""

    pinned: FlagSet
    evaluate: Evaluator

    def __call__(self, flags: FlagSet) -> Outcome:
        return self.evaluate(self.pinned.plus(flags))


def lasting(profile: WorkloadProfile) -> WorkloadProfile:
    """The workload going on as it does, `LATER` times as long."""
    return profile.model_copy(update={"duration": Duration(LATER * float(profile.duration))})
