"""ZGC with one generation (JDK 11, 17, 21 without ZGenerational): three short pauses, the rest beside the program.

Sources: HotSpot zDirector.cpp, zDriver.cpp, zHeap.cpp, zRelocationSetSelector.cpp, zHeuristics.cpp of these releases.
Left out: uncommitting, NUMA, pages cached by size, in-place relocation (a heap that is full to the last page waits).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.concurrent import ConcurrentCollector, Pages
from advisor.simulate.protocol import Cause, Pause, Setting
from advisor.simulate.zgc_director import ClassicDirector, Reason, Verdict
from advisor.simulate.zgc_parts import Pauses, limits_of, page_waste, relocation_candidates
from advisor.simulate.zgc_rates import CycleTimes, SampledRate

_CHUNKS = 3
"""Steps in which relocated pages become free."""


class Zgc(ConcurrentCollector):
    """Classic ZGC."""

    collector: ClassVar[Collector] = Collector.ZGC
    jdks: ClassVar[frozenset[int]] = frozenset({11, 17, 21})

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.failures["allocation_stall"] = 0
        self.limits = limits_of(self)
        self.director = ClassicDirector(self.limits, SampledRate(), CycleTimes.of(self.jdk))
        self._pauses = Pauses(self.watch, self.jdk)
        self._reason: Reason | None = None
        self._workers = 1
        self._began_s = 0.0
        self._thread_s = 0.0
        self.reasons: list[tuple[Reason, float]] = []
        """Why each cycle began, and the bytes in use then."""

    def allocated(self, size: float, seconds: float) -> None:
        """The director's samples."""
        self.director.rate.sample(size, seconds)

    def next_look_s(self) -> float:
        """The director looks again only while no cycle runs."""
        return math.inf if self._reason is not None else max(0.0, self.next_look)

    def look(self) -> Sequence[Pause]:
        """Asks the director."""
        if self._reason is not None or self.next_look > 1e-9:
            return ()
        verdict = self.director.decide(self.used(), self.clock_s)
        if verdict.reason is not None:
            return self._start(verdict)
        self.look_after(verdict.wait_s, self.director.rate.pace)
        return ()

    def urgent(self) -> Sequence[Pause]:
        """A cycle with all workers for a program that waits."""
        return self._start(Verdict(Reason.STALL, self.limits.workers))

    def collect(self, cause: Cause) -> Sequence[Pause]:
        """A full heap makes the program wait; what it asks for is a cycle like any other."""
        if cause is Cause.ALLOCATION:
            return self.look() if self.asked_to_look() else self.wait("allocation_stall")
        if self._reason is not None:
            return ()
        reason = Reason.EXPLICIT if cause is Cause.EXPLICIT else Reason.METADATA
        return self._start(Verdict(reason, self.limits.workers))

    # The cycle

    def _start(self, verdict: Verdict) -> Sequence[Pause]:
        assert verdict.reason is not None  # noqa: S101 - callers have one
        self._reason, self._workers = verdict.reason, verdict.workers
        self.reasons.append((verdict.reason, self.used()))
        self._began_s = self.clock_s
        self.look_in = math.inf
        self.retire(page_waste(self))
        live = self.mark(self.groups)
        self._thread_s = self.watch.work("zgc-mark", live)
        self.begin(self._thread_s, self._workers, self._marked, self.watch.work("zgc-select", 0))
        return (self._pauses.mark_start(),)

    def _marked(self) -> Sequence[Pause]:
        self.free_empty(self.groups)
        chosen = relocation_candidates(self.groups, self.number("ZFragmentationLimit", 25.0))
        copied = sum(group.marked for group in chosen)
        self.moved.append(copied)
        thread_s = self.watch.work("zgc-relocate", copied)
        self._thread_s += thread_s
        self._relocate(chosen, _CHUNKS, thread_s / _CHUNKS)
        return self._pauses.mark_end(), self._pauses.relocate_start()

    def _relocate(self, chosen: list[Pages], chunks: int, thread_s: float) -> None:
        def end() -> Sequence[Pause]:
            self.shrink(chosen, chunks)
            if chunks > 1:
                self._relocate(chosen, chunks - 1, thread_s)
                return ()
            return self._finish(chosen)

        self.begin(thread_s, self._workers, end)

    def _finish(self, chosen: Sequence[Pages]) -> Sequence[Pause]:
        moved = {id(group) for group in chosen}
        self.groups = self.tidy([*(g for g in self.groups if id(g) not in moved), self.moved_into(chosen)])
        self.cycles += 1
        serial = max(0.0, self.clock_s - self._began_s - self._thread_s / self._workers)
        warm_up = self._reason is Reason.WARM_UP
        self.director.times.record(self.clock_s, serial, self._thread_s, self._workers, warm_up=warm_up)
        self.director.used_after = self.used()
        self._reason = None
        self.look_after(0.0, 0.0)
        return self.look()
