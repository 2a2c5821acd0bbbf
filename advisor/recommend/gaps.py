"""What is not known about the workload, and what the advice therefore cannot promise."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.profile import WorkloadProfile

ENOUGH_COLLECTIONS = 10
"""Young collections that a log must hold before its averages mean much (LinkedIn's JTune asks for more than 10)."""
ENOUGH_SECONDS = 60.0


def gaps(profile: WorkloadProfile) -> tuple[str, ...]:
    """One sentence for each kind of missing data, each saying how to get it."""
    return tuple(_gaps(profile))


def _gaps(profile: WorkloadProfile) -> Iterator[str]:
    if profile.live is None:
        yield (
            "not enough data: the live set is unknown, so the heap is not sized from it; "
            "give lifetimes.retained or a log that holds a collection of the old generation"
        )
    if profile.allocation is None:
        yield (
            "not enough data: the allocation rate is unknown, so nothing can be simulated; "
            "give allocation.rate or a GC log"
        )
    observed = profile.observed
    if observed and (observed.duration < ENOUGH_SECONDS or observed.young_count <= ENOUGH_COLLECTIONS):
        yield (
            f"little data: the log holds {observed.young_count} young collections in {observed.duration.human()}; "
            "a log of a few minutes under full load gives firmer advice"
        )
