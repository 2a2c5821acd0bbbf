"""Closing the loop: the model of a log is corrected until it gives that log's own figures for the flags in use.

Corrections, each from a nominal run of the flags in use, in this order: the shares of the lifetime components (bytes
that survive a young collection), promotion that no component explains, the costs of collections, and their spread.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from statistics import fmean, geometric_mean, median

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import Effective, effective
from advisor.model.errors import NotModelledError
from advisor.model.profile import Costs, Observed, PhaseCost, Timeline, WorkloadProfile
from advisor.model.quantities import MIB, Duration
from advisor.simulate.assemble import assemble, model_of
from advisor.simulate.calibrate import Model, build_model
from advisor.simulate.kernel import Streams
from advisor.simulate.mutator import Component
from advisor.simulate.summary import summarise
from advisor.simulate.timeline import Track, ends

COLLECTIONS = 400
"""Detail of the runs: enough for means."""
_MOST = 3.0
"""Largest factor by which shares or costs are corrected: beyond it the model is wrong in kind, not in degree."""
_UNEXPLAINED = 0.1
"""Promotion beyond what components explain, as a share of all, that is worth explaining."""
_LASTING = 10.0
"""Mean life of objects that only ever show as promoted, in young collections."""
FIXED_SHARE = 0.1
"""Least share of a usual young pause that does not depend on the bytes copied: a log whose bytes hardly vary cannot
tell. Of 0, 0.1, 0.2 and 0.3 this one predicted other flags best on seven programs, by little."""
_ROUNDS, _DAMPED = 6, 0.8
"""Runs until the survival of stretches has settled."""
_MOST_STRETCH = 20.0
_LITTLE = 16 * 1024
"""Bytes moved that are as good as none."""
REPLAYED_COLLECTIONS = 1200
_FULL_SPREAD = 0.25
_P99_DEVIATIONS = 2.33
_LEAST_SPREAD, _MOST_SPREAD = 0.05, 0.8


@dataclass(frozen=True, slots=True)
class Correction:
    """What the log's own figures change in its model. The default changes nothing."""

    shares: float = 1.0
    lasting: Component | None = None
    """Objects that show only as promoted, and die in the old generation."""
    kept: float = 0.0
    """Bytes promoted during the log that were never seen to die."""
    kept_in_s: float = 0.0
    costs: Costs | None = None
    survival: tuple[float, ...] = ()
    """For each stretch of the log's timeline, how much more outlives its first moments than the mixture says."""
    track: Track | None = None
    """How much longer than usual young collections took, from time to time."""

    def applied(self, model: Model) -> Model:
        """The corrected program."""
        work = model.workload
        total = sum(part.share for part in work.components)
        factor = min(self.shares, 0.95 / total) if total else 1.0
        components = tuple(replace(part, share=part.share * factor) for part in work.components)
        work = replace(work, components=(*components, self.lasting) if self.lasting else components)
        if self.kept:
            work = replace(work, retained=work.retained + self.kept, build_s=self.kept_in_s)
        return replace(model, workload=work).replayed(self.survival)


@lru_cache(maxsize=64)
def correction(profile: WorkloadProfile) -> Correction:
    """What the log behind a profile says against its model; nothing where the log's collector has no model."""
    observed = profile.observed
    if observed is None or not observed.young_count or observed.survived_per_young is None:
        return Correction(costs=profile.costs)
    target = target_of_log(profile)
    plain = Correction(costs=profile.costs, survival=_first_survival(profile.timeline), track=cost_track(profile))
    try:
        model_of(target)
    except NotModelledError:
        return plain
    if target.collector != observed.collector:
        return plain
    return _Loop(profile, observed, target).closed()


def target_of_log(profile: WorkloadProfile) -> Effective:
    """The JVM that wrote the log: its own release, whatever release predictions are for."""
    observed = profile.observed
    release = observed.jdk if observed and observed.jdk else profile.jdk
    return effective(release, profile.machine, parse_words(profile.flags))


def _first_survival(timeline: Timeline | None) -> tuple[float, ...]:
    """Survival of each stretch as the share of its bytes that were moved, over that of all."""
    if timeline is None:
        return ()
    moved = [m for m in timeline.moved_mb if m is not None]
    allocated = [a for m, a in zip(timeline.moved_mb, timeline.allocated_mb, strict=True) if m is not None]
    if not moved or sum(moved) <= 0 or sum(allocated) <= 0:
        return (1.0,) * len(timeline.running_s)
    mean = sum(moved) / sum(allocated)
    pairs = zip(timeline.moved_mb, timeline.allocated_mb, strict=True)
    return tuple(1.0 if m is None or a <= 0 else min(m / a / mean, _MOST_STRETCH) for m, a in pairs)


def cost_track(profile: WorkloadProfile) -> Track | None:
    """Young pauses of each stretch over what the cost line says of the bytes that were moved."""
    timeline, costs = profile.timeline, profile.costs
    if timeline is None or costs is None or costs.young is None:
        return None
    fixed_ms, per_mb_ms = float(costs.young.fixed) * 1000, float(costs.young.per_mb) * 1000
    factors: list[float] = []
    for moved, pause_ms, count in zip(timeline.moved_mb, timeline.pause_ms, timeline.collections, strict=True):
        usual = count * fixed_ms + per_mb_ms * (moved or 0.0)
        factors.append(min(pause_ms / usual, _MOST_STRETCH) if moved is not None and usual > 0 else 1.0)
    return Track.of(ends(timeline), factors)


@dataclass(frozen=True, slots=True)
class _Figures:
    """What a nominal run of the flags in use gives."""

    survived_median: float
    survived_mean: float
    promotion: float
    """Bytes a second of the run."""
    young_mean_s: float
    p99_s: float
    moved: tuple[tuple[float, float], ...]
    """Running time and bytes of each young collection."""
    fresh: tuple[tuple[float, float], ...]
    full_at_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Loop:
    profile: WorkloadProfile
    observed: Observed
    target: Effective

    def closed(self) -> Correction:
        """The corrections in turn."""
        found = Correction(costs=self.profile.costs)
        if self.profile.timeline is not None:
            return self._replayed(self.profile.timeline)
        figures = self._figures(found)
        if figures is None:
            return found
        seen = float(self.observed.survived_per_young or 0)
        found = replace(found, shares=_bounded(seen / max(figures.survived_median, 1.0)))
        figures = self._figures(found) or figures
        found = self._promotion_explained(found, figures)
        figures = self._figures(found) or figures
        found = replace(found, costs=self._costs(figures))
        figures = self._figures(found) or figures
        return replace(found, costs=self._spread(found.costs, figures))

    def _replayed(self, timeline: Timeline) -> Correction:
        """Survival of each stretch until the bytes moved are those of the log, then the costs."""
        survival = _first_survival(timeline)
        found = Correction(costs=self.profile.costs, survival=survival)
        figures = None
        for turn in range(_ROUNDS):
            figures = self._figures(found) or figures
            if figures is None:
                return found
            if turn == _ROUNDS // 2:
                found = replace(found, lasting=self._lasting(found, figures))
            found = replace(found, survival=_survival_towards(found.survival, timeline, figures))
        assert figures is not None  # noqa: S101 - the loop ran
        found = replace(found, track=cost_track(self.profile))
        figures = self._figures(found) or figures
        return replace(found, costs=self._costs(figures))

    def _figures(self, found: Correction) -> _Figures | None:
        model = found.applied(build_model(self.profile, float(self.observed.duration)))
        most = COLLECTIONS if found.track is None and not found.survival else REPLAYED_COLLECTIONS
        assembly = assemble(self.profile, self.target, model, found.costs, most, found.track)
        tally, collector = assembly.run(0, Streams(0))
        young = [pause for pause in tally.pauses if pause.kind in ("young", "mixed")]
        if not collector.moved or tally.oom:
            return None
        count = sum(pause.weight for pause in young)
        return _Figures(
            median(collector.moved),
            fmean(collector.moved),
            collector.promoted_bytes / tally.share_done / float(self.observed.duration),
            sum(pause.seconds * pause.weight for pause in young) / count,
            summarise(tally.pauses, 1.0).p99_ms / 1000,
            tuple(zip(tally.young_at_s, collector.moved, strict=False)),
            tuple(zip(tally.young_at_s, tally.fresh, strict=True)),
            tuple(tally.full_at_s),
        )

    def _promotion_explained(self, found: Correction, figures: _Figures) -> Correction:
        excess = self._unexplained(figures)
        if excess > 0 and not self.observed.full_count:
            kept_s = float(self.observed.duration)
            return replace(found, kept=excess * float(self.observed.duration), kept_in_s=kept_s)
        return replace(found, lasting=self._lasting(found, figures))

    def _unexplained(self, figures: _Figures) -> float:
        """Bytes a second that are promoted in the log but not in the model; 0 where that is little."""
        seen = float(self.observed.promotion or 0)
        excess = seen - figures.promotion
        return excess if excess > _UNEXPLAINED * seen else 0.0

    def _lasting(self, found: Correction, figures: _Figures) -> Component | None:
        """Objects that outlive the young generation and die in the old one: what is promoted beyond the model."""
        excess = self._unexplained(figures)
        if excess <= 0:
            return None
        rate = found.applied(build_model(self.profile, float(self.observed.duration))).workload.rate
        interval = float(self.observed.duration) / self.observed.young_count
        return Component(min(excess / rate, 0.5), _LASTING * interval)

    def _costs(self, figures: _Figures) -> Costs | None:
        costs = self.profile.costs
        if costs is None:
            return None
        young, full = costs.young, costs.full
        if young is not None and self.observed.young_pause_mean:
            young = _young_cost(young, figures, float(self.observed.young_pause_mean))
        live = float(self.profile.live or 0)
        if full is None and self.observed.full_pause_mean and live:
            seconds = float(self.observed.full_pause_mean)
            per_mb = Duration(0.9 * seconds / (live / MIB))
            full = PhaseCost(fixed=Duration(0.1 * seconds), per_mb=per_mb, spread=_FULL_SPREAD, samples=1)
        return costs.model_copy(update={"young": young, "full": full})

    def _spread(self, costs: Costs | None, figures: _Figures) -> Costs | None:
        """Survival comes in bursts that the mixture smooths out; the residuals take them over, so the tail fits."""
        seen = float(self.observed.pause_p99 or 0)
        if costs is None or costs.young is None or not seen or not figures.p99_s:
            return costs
        spread = costs.young.spread + math.log(seen / figures.p99_s) / _P99_DEVIATIONS
        young = costs.young.model_copy(update={"spread": min(max(spread, _LEAST_SPREAD), _MOST_SPREAD)})
        return costs.model_copy(update={"young": young})


def _survival_towards(survival: Sequence[float], timeline: Timeline, figures: _Figures) -> tuple[float, ...]:
    """Each stretch's survival, changed by as much as the bytes moved in it differ from the log's.

    Stretches around a full collection tell nothing: what it moves counts neither here nor there.
    """
    result: list[float] = []
    moved, fresh = _Curve(figures.moved), _Curve(figures.fresh)
    fresh_mb = timeline.fresh_mb or (None,) * len(timeline.running_s)
    at = 0.0
    for factor, end, all_mb, first_mb in zip(survival, ends(timeline), timeline.moved_mb, fresh_mb, strict=True):
        margin = 2 * (end - at)
        disturbed = any(at - margin <= full_s <= end + margin / 2 for full_s in figures.full_at_s)
        ratios = [
            (seen_mb * MIB + _LITTLE) / (curve.at(end) - curve.at(at) + _LITTLE)
            for curve, seen_mb in ((moved, all_mb), (fresh, first_mb))
            if seen_mb is not None and not disturbed
        ]
        ratio = geometric_mean(ratios) ** _DAMPED if ratios else 1.0
        result.append(min(max(factor * min(max(ratio, 0.3), 3.0), 1e-3), _MOST_STRETCH) if ratios else factor)
        at = end
    return tuple(result)


class _Curve:
    """Bytes moved until any moment: a collection's bytes count evenly from the one before it on."""

    def __init__(self, moved: Sequence[tuple[float, float]]) -> None:
        self._times = [0.0, *(at for at, _ in moved)]
        self._sums = [0.0, *accumulate(size for _, size in moved)]

    def at(self, time_s: float) -> float:
        """Bytes moved until then."""
        index = bisect_left(self._times, time_s)
        if index >= len(self._times):
            return self._sums[-1]
        if index == 0:
            return 0.0
        start, end = self._times[index - 1], self._times[index]
        share = (time_s - start) / (end - start) if end > start else 1.0
        return self._sums[index - 1] + (self._sums[index] - self._sums[index - 1]) * share


def _young_cost(young: PhaseCost, figures: _Figures, seen_s: float) -> PhaseCost:
    """The cost that gives the mean pause of the log at the bytes of the model."""
    factor = _bounded(seen_s / max(figures.young_mean_s, 1e-6))
    mb = figures.survived_mean / MIB
    usual = float(young.fixed) + float(young.per_mb) * mb
    fixed = max(float(young.fixed), FIXED_SHARE * usual)
    per_mb = max(usual - fixed, 0.0) / mb if mb > 0 else float(young.per_mb)
    return young.model_copy(update={"fixed": Duration(fixed * factor), "per_mb": Duration(per_mb * factor)})


def _bounded(factor: float) -> float:
    return min(max(factor, 1 / _MOST), _MOST)
