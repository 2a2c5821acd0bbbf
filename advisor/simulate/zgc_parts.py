"""Parts that both forms of ZGC are built from: sizes, flags, pauses, the choice of pages."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from advisor.simulate.concurrent import ConcurrentCollector, Pages
from advisor.simulate.cost import Stopwatch
from advisor.simulate.protocol import Pause
from advisor.simulate.zgc_director import Limits, Reason
from advisor.simulate.zgc_rates import CycleTimes

SMALL_PAGE = 2 << 20
_MEDIUM_SHARE, _MEDIUM_MOST = 0.03125, 32 << 20
"""ZHeapLargePercentage of medium pages (zHeuristics.cpp)."""
PAUSE_S = {"mark_start": 14e-6, "mark_end": 12e-6, "relocate_start": 11e-6}
"""Medians of pauses with JDK 17 to 25; they hold for any heap (programs differ by a factor of two)."""
OLD_PAUSE_S = 250e-6
"""Medians with JDK 11, which still scans the roots of threads in them."""


@dataclass(slots=True)
class Round:
    """A collection of one generation under way."""

    reason: Reason
    began_s: float
    workers: int
    major: bool = False
    thread_s: float = 0.0
    allocated: float = 0.0
    threshold: int = 1
    freed: float = 0.0

    def spent(self, thread_s: float) -> None:
        """More work for its threads."""
        self.thread_s += thread_s

    def record(self, times: CycleTimes, now_s: float) -> None:
        """Ends it: its times count for the predictions to come."""
        serial = max(0.0, now_s - self.began_s - self.thread_s / self.workers)
        times.record(now_s, serial, self.thread_s, self.workers, warm_up=self.reason is Reason.WARM_UP)


class Pauses:
    """The three pauses of a cycle."""

    def __init__(self, watch: Stopwatch, jdk: int) -> None:
        self._watch = watch
        self._jdk = jdk

    def mark_start(self) -> Pause:
        """The good colour changes; roots are looked at."""
        return self._pause("initial-mark", "mark_start")

    def mark_end(self) -> Pause:
        """Marking is found to be complete."""
        return self._pause("remark", "mark_end")

    def relocate_start(self) -> Pause:
        """The relocation set is put in force."""
        return self._pause("other", "relocate_start")

    def _pause(self, kind: str, name: str) -> Pause:
        return Pause(kind, self._watch.short(OLD_PAUSE_S if self._jdk <= 11 else PAUSE_S[name]), 1)


def medium_page(capacity: float) -> float:
    """Bytes of a medium page: a thirty-second of the heap, rounded down to a power of two, 32 MB at most, or none."""
    wanted = min(max(capacity * _MEDIUM_SHARE, SMALL_PAGE), _MEDIUM_MOST)
    size = 2.0 ** math.floor(math.log2(wanted))
    return size if size > SMALL_PAGE else 0.0


def limits_of(model: ConcurrentCollector) -> Limits:
    """The flags that the director goes by."""
    effective = model.setting.effective
    workers = max(1, effective.conc_gc_threads)
    dynamic = model.flag("UseDynamicNumberOfGCThreads")
    movers = workers if dynamic else max(workers, effective.parallel_gc_threads)
    soft = model.number("SoftMaxHeapSize", model.capacity)
    return Limits(
        soft_max=min(soft, model.capacity) if soft > 0 else model.capacity,
        capacity=model.capacity,
        headroom=movers * SMALL_PAGE + medium_page(model.capacity),
        workers=workers,
        dynamic=dynamic,
        tolerance=model.number("ZAllocationSpikeTolerance", 2.0),
        interval_s=model.number("ZCollectionInterval", 0.0),
        proactive=model.flag("ZProactive"),
        jdk=model.jdk,
    )


def page_waste(model: ConcurrentCollector) -> float:
    """Bytes that stay unused in the pages being filled when a cycle begins: half of each.

    Each processor has one of its own where those take up to 3.125 % of the heap, else all share one (zHeuristics.cpp).
    """
    processors = model.setting.processors
    own = processors * SMALL_PAGE <= model.capacity * _MEDIUM_SHARE
    return (processors if own else 1) * SMALL_PAGE / 2


def relocation_candidates(groups: Iterable[Pages], limit_percent: float) -> list[Pages]:
    """Groups with more garbage than the limit: pages with less are left as they are."""
    return [group for group in groups if group.marked > 0 and group.garbage_share * 100 > limit_percent]


def tenuring_threshold(groups: Iterable[Pages], soft_max: float, allocated: float, most: int) -> int:
    """The age from which young objects are promoted (zGeneration.cpp, compute_tenuring_threshold).

    The faster live bytes shrink from age to age and the smaller they are beside the heap, the longer they stay; the
    more the program allocated while marking, beside the garbage found, the shorter.
    """
    live: dict[int, float] = {}
    garbage = 0.0
    for group in groups:
        live[group.age] = live.get(group.age, 0.0) + group.marked
        garbage += group.garbage
    ages = sorted(age for age, size in live.items() if size > 0)
    if not ages:
        return 0
    steps = [live[age] / live[age - 1] for age in ages if live.get(age - 1, 0.0) > 0]
    expectancy = sum(steps) / len(steps) if steps else 1.0
    residency = math.log(max(1.0, soft_max / sum(live.values())))
    slowed = residency / math.log(max(2.0, 16 * min(1.0, allocated / (garbage + 1))))
    return min(max(1, round(slowed / max(expectancy, 1e-09))), ages[-1] + 1, most)
