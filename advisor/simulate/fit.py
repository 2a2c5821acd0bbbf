"""Closing the loop: the model of a log is corrected until it gives that log's own figures for the flags in use.

Corrections, each from a nominal run of the flags in use, in this order: the shares of the lifetime components (bytes
that survive a young collection), promotion that no component explains, the costs of collections, and their spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import fmean, median

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import Effective, effective
from advisor.model.errors import NotModelledError
from advisor.model.profile import Costs, Observed, PhaseCost, WorkloadProfile
from advisor.model.quantities import MIB, Duration
from advisor.simulate.assemble import assemble, model_of
from advisor.simulate.calibrate import Model, build_model
from advisor.simulate.kernel import Streams
from advisor.simulate.mutator import Component
from advisor.simulate.summary import summarise

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

    def applied(self, model: Model) -> Model:
        """The corrected program."""
        work = model.workload
        total = sum(part.share for part in work.components)
        factor = min(self.shares, 0.95 / total) if total else 1.0
        components = tuple(replace(part, share=part.share * factor) for part in work.components)
        work = replace(work, components=(*components, self.lasting) if self.lasting else components)
        if self.kept:
            work = replace(work, retained=work.retained + self.kept, build_s=self.kept_in_s)
        return replace(model, workload=work)


@lru_cache(maxsize=64)
def correction(profile: WorkloadProfile) -> Correction:
    """What the log behind a profile says against its model; nothing where the log's collector has no model."""
    observed = profile.observed
    if observed is None or not observed.young_count or observed.survived_per_young is None:
        return Correction(costs=profile.costs)
    target = target_of_log(profile)
    try:
        model_of(target)
    except NotModelledError:
        return Correction(costs=profile.costs)
    if target.collector != observed.collector:
        return Correction(costs=profile.costs)
    return _Loop(profile, observed, target).closed()


def target_of_log(profile: WorkloadProfile) -> Effective:
    """The JVM that wrote the log: its own release, whatever release predictions are for."""
    observed = profile.observed
    release = observed.jdk if observed and observed.jdk else profile.jdk
    return effective(release, profile.machine, parse_words(profile.flags))


@dataclass(frozen=True, slots=True)
class _Figures:
    """What a nominal run of the flags in use gives."""

    survived_median: float
    survived_mean: float
    promotion: float
    """Bytes a second of the run."""
    young_mean_s: float
    p99_s: float


@dataclass(frozen=True, slots=True)
class _Loop:
    profile: WorkloadProfile
    observed: Observed
    target: Effective

    def closed(self) -> Correction:
        """The corrections in turn."""
        found = Correction(costs=self.profile.costs)
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

    def _figures(self, found: Correction) -> _Figures | None:
        model = found.applied(build_model(self.profile, float(self.observed.duration)))
        assembly = assemble(self.profile, self.target, model, found.costs, COLLECTIONS)
        tally, collector = assembly.run(0, Streams(0))
        young = [pause for pause in tally.pauses if pause.kind == "young"]
        if not collector.moved or tally.oom:
            return None
        count = sum(pause.weight for pause in young)
        return _Figures(
            median(collector.moved),
            fmean(collector.moved),
            collector.promoted_bytes / tally.share_done / float(self.observed.duration),
            sum(pause.seconds * pause.weight for pause in young) / count,
            summarise(tally.pauses, 1.0).p99_ms / 1000,
        )

    def _promotion_explained(self, found: Correction, figures: _Figures) -> Correction:
        seen = float(self.observed.promotion or 0)
        excess = seen - figures.promotion
        if excess <= _UNEXPLAINED * seen:
            return found
        if not self.observed.full_count:
            kept_s = float(self.observed.duration)
            return replace(found, kept=excess * float(self.observed.duration), kept_in_s=kept_s)
        rate = found.applied(build_model(self.profile, float(self.observed.duration))).workload.rate
        interval = float(self.observed.duration) / self.observed.young_count
        return replace(found, lasting=Component(min(excess / rate, 0.5), _LASTING * interval))

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
