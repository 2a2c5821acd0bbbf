"""What an observer of a run hears: each stop, each step of a concurrent cycle, and the heap before and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from advisor.model.series import Series, Timeline
from advisor.simulate.generational import Generational
from advisor.simulate.protocol import Cause, CollectorModel, Pause


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of a space."""

    used: float
    capacity: float


@dataclass(frozen=True, slots=True)
class Occupancy:
    """The heap at one time. Generations are None for collectors that have none."""

    used: float
    committed: float
    cycles: int
    """Concurrent cycles that have ended."""
    marking: bool
    """Whether concurrent threads are at work."""
    failures: Mapping[str, int | None]
    """So far."""
    eden: Space | None = None
    survivors: Space | None = None
    """One survivor space; all survivor regions of G1."""
    old: Space | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that a collector did at a time (seconds of the clock): with pauses, or beside the running program."""

    start_s: float
    cause: Cause | None
    """None for a step of a concurrent cycle."""
    pauses: tuple[Pause, ...]
    before: Occupancy
    after: Occupancy


Observer = Callable[[Moment], None]


def occupancy(model: CollectorModel) -> Occupancy:
    """The heap of a model as it is now."""
    spaces: tuple[Space | None, Space | None, Space | None] = (None, None, None)
    committed = model.committed()
    if isinstance(model, Generational):
        young, old = model.young, model.old
        spaces = (
            Space(young.filling.used, young.eden),
            Space(young.survivors_used, young.survivor),
            Space(old.used + model.direct.used, old.capacity),
        )
        committed = young.capacity + old.capacity if model.region_size is None else committed
    at_work = model.busy_processors() > 0
    return Occupancy(model.used(), committed, model.cycles, at_work, dict(model.failures), *spaces)


def failed(moment: Moment, failure: str) -> bool:
    """Whether something of that name went wrong in a moment."""
    return (moment.after.failures.get(failure) or 0) > (moment.before.failures.get(failure) or 0)


@dataclass(frozen=True, slots=True)
class _Change:
    before: int
    after: int


def timeline(moments: Iterable[Moment]) -> Timeline | None:
    """Heap and pauses over the time of a run."""
    series = Series()
    for moment in moments:
        heap = _Change(round(moment.before.used), round(moment.after.used))
        at_s = moment.start_s
        for pause in moment.pauses:
            series.pause(at_s, pause.seconds * 1000, heap, full=pause.kind == "full")
            at_s += pause.seconds
        if not moment.pauses:
            series.heap(at_s, heap)
        if any(failed(moment, name) for name in moment.after.failures if name != "full_gc"):
            series.trouble(moment.start_s)
    return series.timeline()
