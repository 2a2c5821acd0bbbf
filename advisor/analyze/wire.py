"""EVENTS <-> BYTES: what one process read, for another.

The frequent events go as plain tuples, which `marshal` handles in a tenth of the time of `pickle`.
"""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from advisor.analyze.events import Change, CpuTimes, Cycle, Event, Pause, Phase, Regions, Spaces
from advisor.analyze.formats.clock import later

_TIMED = (Phase, Cycle, CpuTimes)
_REGIONAL, _PAUSE, _PHASE, _CPU, _OTHER = range(5)
_CHANGES = ("young", "old", "eden", "survivors")
_REGIONS = ("eden_regions", "survivor_regions", "old_regions", "humongous_regions")
_NESTED: tuple[tuple[int, Callable[..., Any]], ...] = (
    *((Spaces._fields.index(name), Change) for name in _CHANGES),
    *((Spaces._fields.index(name), Regions) for name in _REGIONS),
)

_NO_SPACES, _NO_MORE = tuple(Spaces())[:4], tuple(Spaces())[13:]


class Packer:
    """Takes events one by one: they are let go at once."""

    def __init__(self) -> None:
        self._plain: list[tuple[Any, ...]] = []

    def add(self, event: Event) -> None:
        """The next event."""
        self._plain.append(_plain(event))

    def packed(self) -> bytes:
        """All of them as bytes that only `unpacked` of the same release of this program reads."""
        return marshal.dumps(self._plain)


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
    for fields in marshal.loads(data):  # noqa: S302 - of our own process
        kind = fields[0]
        if kind == _REGIONAL:
            yield _regional_pause(fields)
        elif kind == _PAUSE:
            _, end_s, gc_id, what, name, ms, heap, spaces = fields
            yield Pause(end_s, gc_id, what, name, ms, None if heap is None else Change(*heap), _spaces(spaces))
        elif kind == _PHASE:
            yield Phase(*fields[1:])
        elif kind == _CPU:
            yield CpuTimes(*fields[1:])
        else:
            yield pickle.loads(fields[1])  # noqa: S301 - of our own process


def _plain(event: Event) -> tuple[Any, ...]:
    kind = type(event)
    if kind is CpuTimes:
        return (_CPU, *event)  # type: ignore[misc]
    if isinstance(event, Phase) and event.heap is None:
        return (_PHASE, *event)
    if isinstance(event, Pause) and not event.inner:
        if event.heap is not None and event.spaces.eden_regions is not None:
            regional = _regional(event, event.heap, event.spaces)
            if regional is not None:
                return regional
        end_s, gc_id, what, name, ms, heap, spaces, _ = event
        parts = tuple([tuple(part) if isinstance(part, tuple) else part for part in spaces])
        return (_PAUSE, end_s, gc_id, what, name, ms, None if heap is None else tuple(heap), parts)
    return (_OTHER, pickle.dumps(event))


def _regional(pause: Pause, heap: Change, spaces: Spaces) -> tuple[Any, ...] | None:
    """An ordinary collection of G1, which most pauses of a large log are, without a tuple within the tuple."""
    eden, survivors, old, humongous = spaces[4:8]
    if not (survivors and old and humongous) or spaces[:4] != _NO_SPACES or spaces[13:] != _NO_MORE:
        return None
    return (_REGIONAL, *pause[:5], *heap, *eden, *survivors, *old, *humongous, *spaces[8:13])  # type: ignore[misc]


def _regional_pause(fields: tuple[Any, ...]) -> Pause:
    _, end_s, gc_id, what, name, ms, before, after, capacity = fields[:9]
    eden, eden_after, eden_limit, kept, kept_after, kept_limit = fields[9:15]
    old, old_after, old_limit, large, large_after, large_limit = fields[15:21]
    spaces = Spaces(
        *(None, None, None, None),
        Regions(eden, eden_after, eden_limit),
        Regions(kept, kept_after, kept_limit),
        Regions(old, old_after, old_limit),
        Regions(large, large_after, large_limit),
        *fields[21:],
    )
    return Pause(end_s, gc_id, what, name, ms, Change(before, after, capacity), spaces)


def _spaces(parts: tuple[Any, ...]) -> Spaces:
    values = list(parts)
    for at, make in _NESTED:
        if values[at] is not None:
            values[at] = make(*values[at])
    return Spaces(*values)
