"""What collections show of the heap: allocation, survival, promotion, live sets, capacities, the cost of copying."""

from __future__ import annotations

import math
from dataclasses import dataclass

from advisor.analyze.accumulators import PauseTally, RateMeter, Thinned
from advisor.analyze.events import Change, Cycle, CycleUse, Occupied, Pause, Phase, Regions, Spaces
from advisor.analyze.timeline import Timeline

MIB = 1 << 20
OVERFLOW = 0.95
"""Share of the survivor space beyond which it is full: what else survives is promoted, however young."""


@dataclass(frozen=True, slots=True)
class Survival:
    """One young collection: the time the program ran before it, and what it found alive."""

    interval_s: float | None
    ages: tuple[int, ...]
    survived: int
    """Bytes that stay in the survivor space."""
    promoted: int
    overflow: bool
    fresh: bool
    """The survivor space was empty before."""
    threshold: int | None


def evacuation_failed(pause: Pause) -> bool:
    """G1 had no free region to copy to: an own line up to JDK 20, part of the pause's name later."""
    return pause.spaces.evacuation_failed or "(Evacuation Failure" in pause.name


class HeapUse:
    """The state of the heap from collection to collection; takes pauses and cycles in their order."""

    def __init__(self) -> None:
        self.region: int | None = None
        self.from_start = False
        self.allocation = RateMeter()
        self.survived: Thinned[int] = Thinned()
        self.survivals: Thinned[Survival] = Thinned()
        self.young_costs: Thinned[tuple[float, float]] = Thinned()
        self.full_costs: Thinned[tuple[float, float]] = Thinned()
        self.full_pauses = PauseTally()
        self.timeline = Timeline()
        self.live: Thinned[tuple[float, int]] = Thinned(1024)
        self.promoted = 0
        self.promotions_seen = self.promotions_hidden = 0
        self.young_capacities: Thinned[int] = Thinned()
        self.first_spaces: Spaces | None = None
        self.first_capacity: int | None = None
        self.old_capacity: int | None = None
        self.max_capacity = self.peak_used = self.heap_grew = 0
        self.last_end_s: float | None = None
        self.metered_from_s: float | None = None
        """From when on allocation is metered: the end of the first collection, or the start of the JVM."""
        self._metered_s: float | None = None
        self._paused_s = 0.0
        self._young_after: int | None = None
        self._old_after: int | None = None
        self._heap_after: int | None = None
        self._unmetered = 0
        self.humongous_regions = self.humongous_step = 0
        self._humongous_after: int | None = None
        self._young_end: int | None = None
        self._growth = self._growths = 0
        self._fresh = False
        self._cycle_ended = False
        self._z_used: dict[str, int] = {}
        self._z_young_live = 0

    def started(self, time_s: float | None) -> None:
        """A JVM starts with an empty heap."""
        self.from_start = True
        self.last_end_s = self._metered_s = time_s
        self.metered_from_s = self.metered_from_s or time_s
        self._young_after = self._old_after = self._heap_after = self._humongous_after = 0
        self._paused_s = 0.0

    def pause(self, event: Pause) -> None:
        """One outermost pause."""
        spaces = event.spaces
        if self.first_spaces is None and (spaces.young or spaces.eden_regions):
            self.first_spaces = spaces
        if event.heap:
            self._sizes(event.heap.before, event.heap.capacity)
        if spaces.humongous_regions:
            self._humongous(spaces.humongous_regions)
        before = self.allocation.total
        interval_s = self._allocated(event)
        self.timeline.collected(event, interval_s, self.allocation.total - before, self._moved(event), self._old(event))
        if event.kind in ("young", "mixed") or (event.kind == "remark" and spaces.young):
            self._survived(event, interval_s)
        if event.kind == "full" or event.inner:
            self._full(event)
        elif event.kind in ("young", "mixed"):
            self._live_after_cycle(event)
        if self.first_spaces is None:
            self._grown_by(event)
        self._ended(event.end_s)

    def _ended(self, time_s: float | None) -> None:
        self.last_end_s = time_s
        if self.metered_from_s is None:
            self.metered_from_s = time_s

    def cycle_ended(self) -> None:
        """A concurrent cycle marked, or swept, old: the next collections show what is left."""
        self._cycle_ended = True

    def swept(self) -> None:
        """CMS freed old while the program ran: where only the whole heap is told, allocation is hidden by that."""
        self._cycle_ended = True
        self._young_end = None
        if self.first_spaces is None:
            self._heap_after = None

    def _sizes(self, used: int, capacity: int | None) -> None:
        self.peak_used = max(self.peak_used, used)
        if capacity is None:
            return
        if self.first_capacity is None:
            self.first_capacity = capacity
        self.max_capacity = max(self.max_capacity, capacity)

    # Allocation.

    def _allocated(self, event: Pause) -> float | None:
        """Meters what was allocated since the last collection; the running time since then, where one ends here."""
        generations = self.first_spaces is not None and self.first_spaces.young is not None
        if event.spaces.young:
            self._fresh = self._young_after == 0
            allocated = self._by_generation(event)
        elif event.heap and not generations:
            allocated = self._by_heap(event.heap.before, event.heap.after, event.heap.capacity)
        else:
            allocated = None
        if allocated is not None:
            self._unmetered += allocated
        ends = allocated is not None and event.kind not in ("remark", "cleanup", "initial-mark")
        if not ends:
            self._paused_s += event.ms / 1000
            return None
        return self._meter(event.start_s, event.end_s)

    def _meter(self, start_s: float | None, end_s: float | None) -> float | None:
        since = None if self._metered_s is None else self._metered_s + self._paused_s
        self.allocation.add(since, start_s, self._unmetered)
        self._metered_s, self._paused_s, self._unmetered = end_s, 0.0, 0
        # Rounded time stamps, and damaged ones, may have no time between two collections.
        return start_s - since if start_s is not None and since is not None and start_s > since else None

    def _humongous(self, regions: Regions) -> None:
        """New humongous regions since the last collection; their common divisor is what one object takes at most."""
        if self._humongous_after is not None and regions.before > self._humongous_after:
            new = regions.before - self._humongous_after
            self.humongous_regions += new
            self.humongous_step = math.gcd(self.humongous_step, new)
        self._humongous_after = regions.after

    def _by_generation(self, event: Pause) -> int:
        """Young fills by allocation alone; old between collections by objects too large for young."""
        young, old = event.spaces.young, event.spaces.old
        assert young is not None  # noqa: S101 - checked by the caller
        allocated = 0 if self._young_after is None else max(0, young.before - self._young_after)
        self._young_after = young.after
        if young.capacity is not None:
            self.young_capacities.add(young.capacity)
        if old:
            if self._old_after is not None:
                allocated += max(0, old.before - self._old_after)
            self._old_after = old.after
            self._grown(old.capacity)
        return allocated

    def _by_heap(self, before: int, after: int, capacity: int | None) -> int:
        """G1, whose spaces are told in whole regions, and logs that do not tell the generations."""
        allocated = 0 if self._heap_after is None else max(0, before - self._heap_after)
        self._heap_after = after
        self._grown(capacity)
        return allocated

    def _grown(self, capacity: int | None) -> None:
        if capacity is not None:
            self.heap_grew += self.old_capacity is not None and capacity > self.old_capacity
            self.old_capacity = capacity

    # Concurrent collectors.

    def freed(self, event: Phase) -> None:
        """Shenandoah gives the heap before and after each concurrent clean-up. Its copies count as allocation."""
        assert event.heap is not None  # noqa: S101 - checked by the caller
        self._sizes(event.heap.before, event.heap.capacity)
        self._unmetered += self._by_heap(event.heap.before, event.heap.after, event.heap.capacity)
        self._meter(event.time_s, event.time_s)
        self._ended(event.time_s)

    def cycle(self, event: Cycle) -> None:
        """The line that ends a ZGC cycle: the heap at its start and end."""
        self._sizes(event.heap.before, None)
        if not self._z_used:
            self._unmetered += self._by_heap(event.heap.before, event.heap.after, None)
            self._meter(event.time_s, event.time_s)
            if not event.name.startswith("Minor"):
                self.live.add((event.time_s or 0.0, event.heap.after))
        self._ended(event.time_s)

    def cycle_use(self, event: CycleUse) -> None:
        """ZGC's tables: allocated from the end of the last cycle to the start of this one, and during it."""
        if event.generation == "old":
            self.live.add((self.last_end_s or 0.0, event.live + self._z_young_live))
            return
        self._sizes(event.used_start, None)
        if event.generation == "heap":
            # A generational log prints the whole heap without "Live"; with it, this is the classic table.
            self.live.add((self.last_end_s or 0.0, event.live))
        self._z_young_live = event.live
        before = self._z_used.get(event.generation, 0)
        self.allocation.total += max(0, event.used_start - before) + event.allocated
        self._z_used[event.generation] = event.used_end

    def occupied(self, event: Occupied) -> None:
        """Epsilon tells from time to time how much there is; all of it was allocated."""
        self._sizes(event.used, event.committed)
        self._unmetered += self._by_heap(event.used, event.used, event.committed)
        self._meter(event.time_s, event.time_s)
        self._ended(event.time_s)

    # Survival.

    def _survived(self, event: Pause, interval_s: float | None) -> None:
        survived, promoted = self._copied(event)
        if survived is None:
            return
        if promoted is None or event.inner:
            self.promotions_hidden += 1
            return
        self.promotions_seen += 1
        self.promoted += promoted
        self.survived.add(survived + promoted)
        if event.kind != "remark" and not evacuation_failed(event) and self.promotions_seen > 1:
            self.young_costs.add(((survived + promoted) / MIB, event.ms))
        if self.survivals.passes():
            return
        spaces = event.spaces
        room = self._survivor_room(spaces)
        overflow = room is not None and survived > OVERFLOW * room and promoted > 0
        self.survivals.add(
            Survival(interval_s, spaces.ages, survived, promoted, overflow, self._fresh, spaces.threshold)
        )

    def _moved(self, event: Pause) -> tuple[float | None, float | None]:
        """Bytes that a young collection copied and promoted, and those of age 1 among them, where the lines tell."""
        if event.kind not in ("young", "mixed") or event.inner or evacuation_failed(event):
            return None, None
        survived, promoted = self._copied(event)
        ages = event.spaces.ages
        if survived is None:
            return None, None
        room = self._survivor_room(event.spaces)
        overflow = room is not None and survived > OVERFLOW * room and bool(promoted)
        fresh = float(ages[0]) if ages and not overflow else None
        return None if promoted is None else float(survived + promoted), fresh

    def _old(self, event: Pause) -> float | None:
        """The old generation after a pause; G1's without large objects."""
        if event.spaces.old:
            return float(event.spaces.old.after)
        regions = event.spaces.old_regions
        return float(regions.after * self.region) if regions and self.region else None

    def _copied(self, event: Pause) -> tuple[int | None, int | None]:
        """Bytes that survive in young, and bytes promoted; None where the lines do not tell."""
        spaces = event.spaces
        if spaces.young and spaces.old:
            return spaces.young.after, max(0, spaces.old.after - spaces.old.before)
        if spaces.eden and spaces.survivors and event.heap:
            return self._copied_bytes(event.kind, spaces.eden, spaces.survivors, event.heap, sum(spaces.ages))
        if spaces.survivor_regions and spaces.old_regions and self.region:
            survived = sum(spaces.ages) or spaces.survivor_regions.after * self.region
            if event.kind == "mixed":
                return survived, None
            promoted = max(0, spaces.old_regions.after - spaces.old_regions.before) * self.region
            eden = spaces.eden_regions.before if spaces.eden_regions else 0
            self.young_capacities.add(eden * self.region + survived)
            return survived, promoted
        return None, None

    def _copied_bytes(
        self, kind: str, eden: Change, survivors: Change, heap: Change, aged: int
    ) -> tuple[int, int | None]:
        """G1 of JDK 7 and 8: what is neither eden nor survivors is old, and grows by promotion."""
        survived = aged or survivors.after
        if kind == "mixed":
            return survived, None
        self.young_capacities.add(eden.before + survived)
        before = heap.before - eden.before - survivors.before
        return survived, max(0, heap.after - eden.after - survivors.after - before)

    def _grown_by(self, event: Pause) -> None:
        """Where only the whole heap is told: what grows from one young collection to the next was promoted."""
        if event.kind != "young" or event.heap is None or event.inner:
            self._young_end = None
            return
        if self._young_end is not None:
            self._growth += event.heap.after - self._young_end
            self._growths += 1
        self._young_end = event.heap.after

    @property
    def promoted_bytes(self) -> int | None:
        """All that was promoted, or None where nothing tells. Mixed collections of G1 hide what they promote: it is

        taken to be as much as in the others.
        """
        if self.promotions_seen:
            return self.promoted * (self.promotions_seen + self.promotions_hidden) // self.promotions_seen
        return max(0, self._growth) if self._growths else None

    def _survivor_room(self, spaces: Spaces) -> int | None:
        """One survivor space; where the log leaves it out, a ninth of the young capacity that it gives."""
        if spaces.survivor_capacity:
            return spaces.survivor_capacity
        if spaces.survivor_regions and spaces.survivor_regions.limit and self.region:
            return spaces.survivor_regions.limit * self.region
        return spaces.young.capacity // 9 if spaces.young and spaces.young.capacity else None

    # Old collections.

    def _full(self, event: Pause) -> None:
        full = event.inner[0] if event.inner else event
        spaces = event.spaces
        if spaces.young and spaces.old:
            live: int | None = spaces.old.after + spaces.young.after
        else:
            live = full.heap.after if full.heap else None
        self._cycle_ended = False
        self.full_pauses.add("full", full.ms)
        if live is not None:
            self.live.add((event.end_s or 0.0, live))
            self.full_costs.add((live / MIB, full.ms))

    def _live_after_cycle(self, event: Pause) -> None:
        """What is left of old after a sweep, a mixed collection, or a cycle that found nothing to evacuate."""
        spaces, at = event.spaces, event.end_s or 0.0
        if event.kind == "young" and (not self._cycle_ended or "(Prepare Mixed)" in event.name):
            return
        self._cycle_ended = False
        if spaces.old:
            self.live.add((at, spaces.old.before))
        elif event.heap and not spaces.young:
            survivors = spaces.survivor_regions.after * self.region if spaces.survivor_regions and self.region else 0
            survivors += spaces.survivors.after if spaces.survivors else 0
            self.live.add((at, max(0, event.heap.after - survivors)))
