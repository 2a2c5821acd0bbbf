"""Parallel: several threads; spaces and the tenuring threshold follow running averages unless sizing is fixed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from advisor.jvm.heap_sizing import align_up
from advisor.model.machine import Collector
from advisor.simulate.generational import Generational
from advisor.simulate.heap import Evacuation, Old, Young
from advisor.simulate.mutator import Filling
from advisor.simulate.protocol import Cause, Pause, Setting
from advisor.simulate.size_policy import UNIT, SizeFlags, SizePolicy

_ROUNDS = 3
"""Steps of adaptation that equal collections taken together stand for: more would not repay the time."""
_FULLEST_EDEN = 0.98
"""GCHeapFreeLimit: with less than 2 % free after full collections the overhead limit ends the program."""


class Parallel(Generational):
    """PSScavenge and PSParallelCompact."""

    collector: ClassVar[Collector] = Collector.PARALLEL

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.dead_wood_percent = float(self._number("MarkSweepDeadRatio", 1))
        self.adaptive = self._flag("UseAdaptiveSizePolicy")
        self.adaptive_survivors = self._flag("UsePSAdaptiveSurvivorSizePolicy")
        self._survived, self._overflow = 0.0, False
        promo = min(self.young.eden, self.old.capacity)
        self.policy = SizePolicy(self._size_flags(), self.young.eden, self.young.survivor, self.threshold, promo)
        self._resizes = self.adaptive

    def _size_flags(self) -> SizeFlags:
        return SizeFlags(
            max_threshold=self.max_threshold,
            pause_goal_s=self._number("MaxGCPauseMillis", 1 << 62) / 1000,
            time_ratio=self._number("GCTimeRatio", 99),
            increment=self._number("YoungGenerationSizeIncrement", 20),
            supplement=self._number("YoungGenerationSizeSupplement", 80),
            supplement_decay=max(self._number("YoungGenerationSizeSupplementDecay", 8), 1),
            promo_increment=self._number("TenuredGenerationSizeIncrement", 20),
            promo_supplement=self._number("TenuredGenerationSizeSupplement", 80),
            promo_supplement_decay=max(self._number("TenuredGenerationSizeSupplementDecay", 2), 1),
            decrease_scale=max(self._number("AdaptiveSizeDecrementScaleFactor", 4), 1),
            min_survivor_ratio=self._number("MinSurvivorRatio", 3),
            weight=self._number("AdaptiveSizePolicyWeight", 10),
            time_weight=self._number("AdaptiveTimeWeight", 25),
            footprint=self._flag("UseAdaptiveSizePolicyFootprintGoal"),
        )

    def _generations(self) -> tuple[Young, Old]:
        layout = self.setting.effective.layout
        first = layout.young_initial if self._flag("UseAdaptiveSizePolicy") else layout.young_max
        survivor = max(layout.survivor * first // layout.young_max // UNIT * UNIT, UNIT)
        eden = max(first - 2 * survivor, UNIT)
        committed = max(layout.initial_heap - layout.young_initial, UNIT)
        old = Old(committed, layout.old_max, live=[0.0] * self.setting.width)
        return Young(eden, survivor, Filling.empty(self.setting.width)), old

    def _first_threshold(self) -> int:
        adaptive = self._flag("UseAdaptiveSizePolicy")
        return min(self._number("InitialTenuringThreshold", 7), self.max_threshold) if adaptive else self.max_threshold

    def _direct_share(self) -> float:
        """Objects of half of eden or more that find eden too full go to the old generation."""
        return self.setting.large_share if self.setting.large_size >= self.young.eden / 2 else 0.0

    def _fullest_eden(self) -> float:
        return _FULLEST_EDEN if self._flag("UseGCOverheadLimit") else 1.0

    def attempt_is_safe(self) -> bool:
        """The smaller of padded average promotion and young occupancy must fit (psScavenge.cpp)."""
        return min(self.promoted.padded, self.young.used) < self.old.free

    def _asked_for(self, elapsed_s: float) -> Sequence[Pause]:
        """A scavenge goes first where ScavengeBeforeFullGC is set: the default until release 21."""
        if not self._flag("ScavengeBeforeFullGC"):
            return (self._full(),)
        pauses = self._young(elapsed_s)
        return pauses if pauses[-1].kind == "full" else (*pauses, self._full())

    def _full_must_follow(self, committed_before: float) -> bool:
        """Until release 21 a scavenge that leaves too little committed for the next one is followed by a full one.

        PSAdaptiveSizePolicy::should_full_GC; logs of 17.0.9 show it as "Pause Full (Ergonomics)".
        """
        return self.jdk <= 21 and self.promoted.padded > self.old.capacity - self.old.used

    def _quiet_room(self) -> float:
        return self.old.capacity - self.old.used if self.jdk <= 21 else self.old.free

    def collect(self, cause: Cause) -> Sequence[Pause]:
        """Sizes do not follow collections that the program asks for (UseAdaptiveSizePolicyWithSystemGC)."""
        self._resizes = self.adaptive and cause is not Cause.EXPLICIT
        return super().collect(cause)

    def after_young(self, evacuation: Evacuation, pause_s: float, elapsed_s: float) -> None:
        """Feeds the averages; with adaptive sizing, threshold and spaces follow them."""
        self._overflow = evacuation.overflow
        self._survived = evacuation.copied + (evacuation.promoted if evacuation.overflow else 0.0)
        self._adapt(pause_s, elapsed_s)

    def after_repeat(self, count: int, interval_s: float, pauses_s: float) -> None:
        """Lets the averages settle; the rest only makes the last full collection longer ago."""
        rounds = min(count, _ROUNDS)
        for _ in range(rounds):
            self._adapt(pauses_s / count, interval_s)
        self.policy.since_major_s += (pauses_s / count + interval_s) * (count - rounds)

    def _adapt(self, pause_s: float, elapsed_s: float) -> None:
        self.policy.minor(pause_s, elapsed_s, self._survived)
        if not self.adaptive:
            return
        layout = self.setting.effective.layout
        if self.policy.ready and self.adaptive_survivors:
            self.policy.adapt_survivors(layout.young_max, overflow=self._overflow)
            self.threshold = self.policy.threshold if self.threshold else 0
        self.policy.adapt_eden(layout.young_max - 2 * self.young.survivor)
        self._resize()

    def _resize(self) -> None:
        """resize_young_gen: survivors hold what is in them, and eden takes what the generation's bounds leave it."""
        layout = self.setting.effective.layout
        survivor = max(self.policy.survivor, self.young.survivors_used)
        whole = min(max(self.policy.eden + 2 * survivor, layout.young_initial), layout.young_max)
        self.young.eden, self.young.survivor = max(whole - 2 * survivor, UNIT), survivor

    def after_full(self, pause_s: float) -> None:
        """Feeds the cost of full collections; old is left as much room as the policy wants (resize_old_gen)."""
        self.policy.major(pause_s)
        if self._resizes:
            self.policy.adapt_promo(self.old.limit - self.old.used)
            wanted = self.old.used + self.policy.promo + self.promoted.padded
            self.old.capacity = min(max(align_up(wanted, UNIT), UNIT), self.old.limit)
