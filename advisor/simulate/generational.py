"""Young and full stop-the-world collection as Serial and Parallel share it.

Sources: HotSpot defNewGeneration.cpp, genCollectedHeap.cpp, tenuredGeneration.cpp, serialFullGC.cpp, psScavenge.cpp,
psParallelCompact.cpp; `docs/simulate.md` says which of their rules are left out.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from advisor.model.machine import Collector
from advisor.simulate.estimators import PaddedAverage
from advisor.simulate.heap import MAX_AGE, Evacuation, Old, Young, add, evacuate
from advisor.simulate.mutator import Filling, Vector
from advisor.simulate.overhead import OverheadLimit
from advisor.simulate.protocol import Cause, Pause, Setting

_TYPICAL = 0.2
"""Weight of the newest collection in what counts as a typical promotion."""
_LEAST_ROOM = 64 << 10
"""Bytes without which the program cannot go on after a full collection: a buffer or a larger object."""
_SETTLED = 3
"""Young collections after a full one, beyond the tenuring threshold, before promotion counts as steady."""


_LIMITED = frozenset({Collector.PARALLEL, Collector.CMS})
"""Collectors that end a program which does hardly anything but collect."""


class Generational(ABC):
    """State and rules that the two collectors share; what differs is a method that a collector overrides."""

    collector: ClassVar[Collector]
    jdks: ClassVar[frozenset[int]] = frozenset({8, 11, 17, 21, 25})
    dead_wood_percent: float = 5.0
    region_size: int | None = None
    """Bytes of a region, where the heap consists of such."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.jdk = setting.effective.jdk
        self.watch = setting.watch
        self.young, self.old = self._generations()
        self.direct = Filling.empty(setting.width)
        self.direct_share = self._direct_share()
        self.max_threshold = self._max_threshold()
        self.threshold = self._first_threshold()
        self.promoted = PaddedAverage(self._number("AdaptiveSizePolicyWeight", 10), 3, skip_zero_deviation=True)
        self._expansion = self._number("MinHeapDeltaBytes", 192 << 10)
        self.cycles = 0
        self.failures: dict[str, int | None] = {"full_gc": 0, "promotion_failed": 0}
        self.oom = False
        self.reclaimed = 0.0
        self.moved: list[float] = []
        self.promoted_bytes = 0.0
        self.old_peak = 0.0
        self._typical: Vector = [0.0] * setting.width
        self._typical_copied = 0.0
        self._typical_allocated = 0.0
        self._young_since_full = 0
        self._full_count = 0
        self._since_collection_s = 0.0
        self._ran_s = 0.0
        """How long the program ran before the collection that is under way."""
        self._overhead = OverheadLimit(
            self.collector in _LIMITED and self._flag("UseGCOverheadLimit"),
            self._number("GCTimeLimit", 98),
            self._number("GCHeapFreeLimit", 2),
        )

    def preload(self, retained: float) -> None:
        """Puts bytes that never die into the heap before the program starts."""
        live = [0.0] * (self.setting.width - 1)
        inside = min(retained, self.old.limit)
        self.old.take([*live, inside], inside)
        self._expand_old()
        rest = retained - inside
        self._make_room(rest)
        self.oom = rest > self.young.eden
        rest = min(rest, self.young.eden)
        self.young.filling = Filling(rest, [*live, rest])

    # What the program sees

    @property
    def filling(self) -> Filling:
        """Eden's content."""
        return self.young.filling

    def room(self) -> float:
        """Bytes that eden still takes, less what buffers and large objects leave unused at its end."""
        usable = self.young.eden * (1 - self.setting.waste) - self._tail()
        left = max(0.0, usable - self.young.filling.used)
        if self.direct_share:
            left = min(left, max(0.0, self.old.free - self.direct.used) * (1 / self.direct_share - 1))
        return left

    def used(self) -> float:
        """Occupied bytes."""
        return self.young.used + self.old.used + self.direct.used

    def most_live(self) -> float:
        """Old generation and eden full of live objects."""
        return self.old.limit + self.young.eden * self._fullest_eden()

    def committed(self) -> float:
        """The young generation is touched once a cycle, the old one as far as it was ever used."""
        return self.young.capacity + max(self.old_peak, self.old.used)

    # Collections

    def pass_time(self, decay: Vector, running_s: float, wall_s: float) -> None:
        """Objects die, and what was allocated straight in the old generation is part of it."""
        self._since_collection_s += running_s
        self.old.age(decay)
        self.young.age(decay)
        if self.direct.used:
            self.old.take(self.direct.live, self.direct.used)
            self.direct = Filling.empty(self.setting.width)

    def collect(self, cause: Cause) -> Sequence[Pause]:
        """Runs the collection that an exhausted eden or the program asks for."""
        elapsed_s, self._since_collection_s = self._since_collection_s, 0.0
        self._ran_s = elapsed_s
        if cause is not Cause.ALLOCATION:
            return self._asked_for(elapsed_s)
        if not self.attempt_is_safe():
            return (*self._refused_young(), self._full())
        return self._young(elapsed_s)

    def due_s(self) -> float:
        """Never: these collectors only ever stop the program."""
        return math.inf

    def act(self) -> Sequence[Pause]:
        """Nothing."""
        return ()

    def busy_processors(self) -> float:
        """None."""
        return 0.0

    def pace(self) -> float:
        """These collectors never hold the program back."""
        return 1.0

    def _asked_for(self, elapsed_s: float) -> Sequence[Pause]:
        return (self._full(),)

    def _young(self, elapsed_s: float) -> Sequence[Pause]:
        evacuation = evacuate(self.young, self.threshold)
        moved = evacuation.copied + evacuation.promoted
        pause = Pause("young", self.watch.young(moved), self.watch.lines.workers)
        if not self._promotion_fits(evacuation.promoted):
            self._count("promotion_failed")
            return (pause, self._full())
        committed = self.old.capacity
        self._install(evacuation)
        self.promoted.sample(evacuation.promoted)
        self.moved.append(moved)
        self.promoted_bytes += evacuation.promoted
        self._learn(evacuation, moved)
        self.after_young(evacuation, pause.seconds, elapsed_s)
        self._overhead.young(pause.seconds, elapsed_s)
        self._ran_s = 0.0
        if self._full_must_follow(committed) or (self.direct_share and self.old.free < self.setting.large_size):
            return (pause, self._full())
        return (pause,)

    def _install(self, evacuation: Evacuation) -> None:
        young, old = self.young, self.old
        before = young.used
        self._typical_allocated = young.filling.used
        old.take(evacuation.leaving, evacuation.promoted)
        young.ages = evacuation.staying
        young.survivors_used = evacuation.copied
        young.filling = Filling.empty(self.setting.width)
        self.reclaimed += before - evacuation.copied - evacuation.promoted
        self._expand_old()

    def _expand_old(self) -> None:
        """Promotion that does not fit the committed space commits more of it."""
        if self.old.used > self.old.capacity:
            self.old.capacity = min(self.old.limit, max(self.old.used, self.old.capacity + self._expansion))
        self.old_peak = max(self.old_peak, self.old.used)

    def _full(self) -> Pause:
        """Mark-compact of everything: the old generation takes all it can, the rest stays at the bottom of eden."""
        young, old = self.young, self.old
        self.old_peak = max(self.old_peak, old.used)
        before = young.used + old.used
        live = add([old.live, young.live()], self.setting.width)
        total = sum(live)
        wood = self._dead_wood(old.used - sum(old.live))
        inside = min(1.0, old.limit / total) if total else 1.0
        old.live = [part * inside for part in live]
        old.used = min(old.limit, total * inside + wood)
        young.ages, young.survivors_used = [], 0.0
        young.filling = Filling(total * (1 - inside), [part * (1 - inside) for part in live])
        self.reclaimed += before - old.used - young.filling.used
        self._count("full_gc")
        self._full_count += 1
        self._young_since_full = 0
        pause = Pause("full", self.watch.full(total + wood), self.watch.lines.workers)
        self.after_full(pause.seconds)
        self._make_room(young.filling.used)
        self.oom = self.room() < _LEAST_ROOM or young.filling.used > young.eden * self._fullest_eden()
        eden_free, old_free = self.room() / max(young.eden, 1.0), old.free / max(old.limit, 1.0)
        if self._overhead.full(pause.seconds, self._ran_s, eden_free_share=eden_free, old_free_share=old_free):
            self.oom = True
        return pause

    def _make_room(self, rest: float) -> None:
        """Young grows to its limit before live data at the bottom of eden ends the program."""
        layout = self.setting.effective.layout
        if rest and self.young.eden < layout.eden:
            self.young.eden, self.young.survivor = layout.eden, layout.survivor

    def _dead_wood(self, garbage: float) -> float:
        """Garbage that a full collection leaves in place to save moving what lies above it."""
        return max(0.0, min(garbage, self.old.capacity * self.dead_wood_percent / 100))

    def _count(self, failure: str) -> None:
        self.failures[failure] = (self.failures[failure] or 0) + 1

    # Repetition of a steady state

    def _learn(self, evacuation: Evacuation, moved: float) -> None:
        settled = self._young_since_full - self.threshold
        weight = 1.0 if settled <= 1 else max(_TYPICAL, 1 / settled)
        pairs = zip(self._typical, evacuation.leaving, strict=True)
        self._typical = [mine + (new - mine) * weight for mine, new in pairs]
        self._typical_copied += (moved - self._typical_copied) * weight
        self._young_since_full += 1

    def repeat(self, most: int, interval_s: float, means_s: Sequence[float]) -> tuple[int, Sequence[Pause]]:
        """Young collections like the typical one, as many as the old generation takes without another decision."""
        if self._young_since_full < _SETTLED + self.threshold or self.young.filling.used:
            return 0, ()
        each = sum(self._typical)
        count = most
        if each > 0:
            count = min(most, int((self._quiet_room() - self.promoted.padded) / each) - 1)
        if count < 1:
            return 0, ()
        self._repeat_promotions(count, interval_s, means_s)
        pauses = self._repeated_pauses(count)
        self.after_repeat(count, interval_s, sum(p.seconds * p.weight for p in pauses))
        return count, pauses

    def _quiet_room(self) -> float:
        """Bytes that promotion may take before anything but a young collection happens."""
        return self.old.free

    def _repeat_promotions(self, count: int, interval_s: float, means_s: Sequence[float]) -> None:
        seconds = count * interval_s
        live: Vector = []
        for now, each, mean in zip(self.old.live, self._typical, (*means_s, math.inf), strict=True):
            left = math.exp(-seconds / mean)
            inflow = each / interval_s
            live.append(now * left + inflow * (mean * (1 - left) if mean < math.inf else seconds))
        promoted = count * sum(self._typical)
        self.old.live = live
        self.old.used += promoted
        self.promoted_bytes += promoted
        self.reclaimed += count * self._typical_allocated - promoted
        self._expand_old()

    def _repeated_pauses(self, count: int) -> Sequence[Pause]:
        workers = self.watch.lines.workers
        timed = self.watch.young_group(self._typical_copied, count)
        return [Pause("young", seconds, workers, weight) for seconds, weight in timed]

    def allocated_per_repeat(self) -> float:
        """Bytes that the program allocates per repeated collection."""
        return self._typical_allocated

    # What a collector decides for itself

    @abstractmethod
    def _generations(self) -> tuple[Young, Old]:
        """The young and the old generation at the start."""

    @abstractmethod
    def attempt_is_safe(self) -> bool:
        """Whether the old generation can be trusted to take what a young collection promotes."""

    def after_young(self, evacuation: Evacuation, pause_s: float, elapsed_s: float) -> None:  # noqa: B027 - a hook
        """Adapts threshold and sizes after a young collection."""

    def after_full(self, pause_s: float) -> None:  # noqa: B027 - a hook
        """Adapts sizes after a full collection."""

    def after_repeat(self, count: int, interval_s: float, pauses_s: float) -> None:  # noqa: B027 - a hook
        """Adapts to `count` equal young collections that took `pauses_s` in all."""

    def _refused_young(self) -> Sequence[Pause]:
        return ()

    def _promotion_fits(self, promoted: float) -> bool:
        return promoted <= self.old.free

    def _full_must_follow(self, committed_before: float) -> bool:
        return False

    def _max_threshold(self) -> int:
        if self._flag("AlwaysTenure"):
            return 0
        return MAX_AGE + 1 if self._flag("NeverTenure") else self._number("MaxTenuringThreshold", MAX_AGE)

    def _first_threshold(self) -> int:
        return self.max_threshold

    def _direct_share(self) -> float:
        return self.setting.large_share if self.setting.large_size > self.young.eden else 0.0

    def _fullest_eden(self) -> float:
        return 1.0

    def _tail(self) -> float:
        """Eden that stays unused because the large object that is next does not fit: half of one, when it is large."""
        if self.direct_share:
            return 0.0
        return self.setting.large_share * min(self.setting.large_size, self.young.eden) / 2

    def _number(self, name: str, otherwise: int) -> int:
        value = self.setting.effective.value(name)
        return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise

    def _flag(self, name: str) -> bool:
        return self.setting.effective.value(name) is True
