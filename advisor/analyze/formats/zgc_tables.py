"""The tables that ZGC prints after each cycle: used, live and allocated, by generation where there are generations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from advisor.analyze.events import CycleUse, Event, Setting

_CELL = re.compile(r"(\d{1,12})M \((\d{1,3})%\)|(?<=\s)-(?=\s|$)")
_SECTIONS: dict[str, Literal["heap", "young", "old"]] = {
    "Heap Statistics:": "heap",
    "Young Generation Statistics:": "young",
    "Old Generation Statistics:": "old",
}


@dataclass(slots=True)
class _Table:
    section: Literal["heap", "young", "old"] = "heap"
    used: tuple[int, ...] = ()
    live: tuple[int, ...] = ()


class ZTables:
    """Reads the rows; `active` once the log is known to be ZGC's, so that other logs do not pay for it."""

    def __init__(self) -> None:
        self.active = False
        self._tables: dict[tuple[int, str], _Table] = {}
        self._maximum_told = False

    def row(self, gc_id: int, generation: str, message: str) -> Iterator[Event]:
        """The events of one row: the maximal heap once, and a `CycleUse` at the end of each table."""
        text = message.strip()
        table = self._table((gc_id, generation))
        if text in _SECTIONS:
            table.section, table.used, table.live = _SECTIONS[text], (), ()
            return
        name, colon, cells = text.partition(":")
        if not colon or name not in ("Capacity", "Used", "Live", "Allocated"):
            return
        values = tuple(int(found[1] or 0) << 20 for found in _CELL.finditer(cells))
        if name == "Capacity":
            yield from self._maximum(cells)
        elif name == "Used":
            table.used = values
        elif name == "Live":
            table.live = values
        elif len(table.used) >= 4 and len(table.live) >= 2 and len(values) >= 4:
            yield CycleUse(gc_id, table.section, table.used[0], table.used[3], values[3], table.live[1])

    def _table(self, key: tuple[int, str]) -> _Table:
        table = self._tables.get(key)
        if table is None:
            while len(self._tables) >= 8:
                self._tables.pop(next(iter(self._tables)))
            table = self._tables[key] = _Table()
        return table

    def _maximum(self, cells: str) -> Iterator[Event]:
        found = _CELL.search(cells)
        if found and found[2] and int(found[2]) == 100 and not self._maximum_told:
            self._maximum_told = True
            yield Setting("heap_max", int(found[1]) << 20)
