"""EVENTS <-> BYTES: what one process read, for another.

The frequent events go as plain tuples, which `marshal` handles in a tenth of the time of `pickle`.
"""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from advisor.analyze.events import Change, CpuTimes, Cycle, Event, Pause, Phase, Regions, Spaces
from advisor.analyze.formats.clock import later

_TIMED = (Phase, Cycle, CpuTimes)
_PAUSE, _PHASE, _CPU, _OTHER = range(4)
_CHANGES = ("young", "old", "eden", "survivors")
_REGIONS = ("eden_regions", "survivor_regions", "old_regions", "humongous_regions")
_NESTED: tuple[tuple[int, Callable[..., Any]], ...] = (
    *((Spaces._fields.index(name), Change) for name in _CHANGES),
    *((Spaces._fields.index(name), Regions) for name in _REGIONS),
)


def packed(events: Iterable[Event]) -> bytes:
    """The events as bytes that only `unpacked` of the same release of this program reads."""
    return marshal.dumps([_plain(event) for event in events])


def unpacked(data: bytes, later_s: float = 0.0) -> Iterator[Event]:
    """The events again, so many seconds later."""
    events = _events(data)
    return (_delayed(event, later_s) for event in events) if later_s else events


def _delayed(event: Event, by_s: float) -> Event:
    kind = type(event)
    if isinstance(event, Pause):
        inner = tuple([pause._replace(end_s=later(pause.end_s, by_s)) for pause in event.inner])
        return event._replace(end_s=later(event.end_s, by_s), inner=inner)
    if kind in _TIMED:
        return event._replace(time_s=later(event.time_s, by_s))  # type: ignore[union-attr]
    if hasattr(event, "time_s"):
        return replace(event, time_s=later(event.time_s, by_s))  # type: ignore[type-var]
    return event


def _events(data: bytes) -> Iterator[Event]:
    for kind, *fields in marshal.loads(data):  # noqa: S302 - of our own process
        if kind == _PAUSE:
            end_s, gc_id, what, name, ms, heap, spaces = fields
            yield Pause(end_s, gc_id, what, name, ms, None if heap is None else Change(*heap), _spaces(spaces))
        elif kind == _PHASE:
            yield Phase(*fields)
        elif kind == _CPU:
            yield CpuTimes(*fields)
        else:
            yield pickle.loads(fields[0])  # noqa: S301 - of our own process


def _plain(event: Event) -> tuple[Any, ...]:
    kind = type(event)
    if kind is CpuTimes:
        return (_CPU, *event)  # type: ignore[misc]
    if isinstance(event, Phase) and event.heap is None:
        return (_PHASE, *event)
    if isinstance(event, Pause) and not event.inner:
        end_s, gc_id, what, name, ms, heap, spaces, _ = event
        parts = tuple([tuple(part) if isinstance(part, tuple) else part for part in spaces])
        return (_PAUSE, end_s, gc_id, what, name, ms, None if heap is None else tuple(heap), parts)
    return (_OTHER, pickle.dumps(event))


def _spaces(parts: tuple[Any, ...]) -> Spaces:
    values = list(parts)
    for at, make in _NESTED:
        if values[at] is not None:
            values[at] = make(*values[at])
    return Spaces(*values)
