"""PROFILE -> MODEL: the program as the simulator sees it, with what is uncertain about it.

What the profile does not say is inferred from what a log showed, or taken from priors; each such step leaves a note.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from advisor.model.errors import InputError
from advisor.model.machine import Collector
from advisor.model.profile import Observed, Timeline, WorkloadProfile
from advisor.simulate.cost import PhaseLines
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.timeline import phases

TLAB_WASTE = 0.01
"""Share of eden lost in thread-local buffers: half a buffer per thread of 50 refills. A log's rate includes it."""
BUILD_SHARE = 0.25
"""Largest share of the allocation that goes into the retained set while it is built up."""
TYPICAL = (Component(0.04, 0.5), Component(0.01, 5.0))
"""Lifetimes where nothing is known: a server that keeps 4 % for half a second and 1 % for seconds."""
LOG_RATE_SIGMA, WRITTEN_RATE_SIGMA = 0.01, 0.05
FITTED_SHARE_SIGMA, INFERRED_SHARE_SIGMA, ASSUMED_SHARE_SIGMA = 0.08, 0.3, 0.7
SLOTS = 1000
"""Most slots of the burst process: longer runs have longer slots with smaller bursts."""
_WOOD = {Collector.SERIAL: 0.05, Collector.PARALLEL: 0.01}
"""Garbage that full collections leave, as a share of the old generation (MarkSweepDeadRatio)."""


@dataclass(frozen=True, slots=True)
class Model:
    """A program ready to be simulated: `work_s` seconds of its own running time, and log-sds of its parameters."""

    workload: Workload
    work_s: float
    waste: float
    preloaded: float
    """Bytes that were retained before the run starts."""
    rate_sigma: float
    share_sigma: float
    notes: tuple[str, ...] = ()
    timeline: Timeline | None = None
    logged_s: float = 0.0
    """Running time of the log."""

    def replayed(self, survival: Sequence[float] | None) -> Model:
        """With the log's timeline; `survival` has the factors of its stretches."""
        if self.timeline is None:
            return self
        work = self.workload
        total = sum(part.share for part in work.components)
        most = 0.95 / total if total else 1.0
        found = phases(self.timeline, self.logged_s, work.rate, work.retained, survival)
        capped = tuple(replace(phase, survival=min(phase.survival, most)) for phase in found)
        return replace(self, workload=replace(work, phases=capped, build_s=0.0, burstiness=0.0))


def build_model(profile: WorkloadProfile, duration_s: float) -> Model:
    """The program of a profile. Raises InputError when its allocation is not known."""
    allocation = profile.allocation
    if allocation is None or allocation.rate <= 0:
        raise InputError(
            "cannot simulate: the profile does not say how fast the program allocates",
            where="allocation",
            hint="add 'allocation: {rate: 350 MB/s}', or give a GC log with heap sizes before and after collections",
        )
    work_s, rate = running_time(profile, duration_s)
    live = _live_set(profile)
    components, share_sigma, notes = _components(profile, rate, live)
    retained, build_s, preloaded = _retained(profile, live, components, rate, work_s)
    slots = min(SLOTS, max(1, round(work_s / _interval(profile, rate))))
    slot = work_s / slots
    large = allocation.large
    workload = Workload(
        rate=rate,
        components=components,
        retained=retained,
        build_s=build_s,
        growth=float(profile.lifetimes.growth),
        burstiness=allocation.burstiness * math.sqrt(min(1.0, _interval(profile, rate) / slot)),
        slot_s=slot,
        block=slots,
        large_share=float(large.share) if large else 0.0,
        large_size=int(large.size) if large else 0,
    )
    logged = profile.observed is not None
    return Model(
        workload=workload,
        work_s=work_s,
        waste=0.0 if logged else TLAB_WASTE,
        preloaded=preloaded,
        rate_sigma=LOG_RATE_SIGMA if logged else WRITTEN_RATE_SIGMA,
        share_sigma=share_sigma,
        notes=notes,
        timeline=profile.timeline,
        logged_s=running_time(profile, float(profile.observed.duration))[0] if profile.observed else work_s,
    )


def running_time(profile: WorkloadProfile, duration_s: float) -> tuple[float, float]:
    """Seconds for which the program itself runs in so long a time, and its rate in those seconds.

    Under the flags in use some of the time was pauses. The work of a run is what is left, whatever the flags.
    """
    assert profile.allocation is not None  # noqa: S101 - checked by build_model
    observed = profile.observed
    running = float(observed.throughput) if observed and observed.throughput else 1.0
    running = max(running, 0.01)
    return duration_s * running, float(profile.allocation.rate) / running


def _interval(profile: WorkloadProfile, rate: float) -> float:
    """Seconds between young collections under the flags in use, as far as known."""
    observed = profile.observed
    if observed and observed.young_count:
        return float(observed.duration) / observed.young_count
    if observed and observed.young_capacity:
        return max(float(observed.young_capacity) * 0.8 / rate, 1e-3)
    return 1.0


def _components(
    profile: WorkloadProfile, rate: float, retained: float
) -> tuple[tuple[Component, ...], float, tuple[str, ...]]:
    parts = profile.lifetimes.components
    if parts:
        fitted = tuple(Component(float(p.share), max(float(p.mean), 1e-6)) for p in parts if p.share > 0)
        return fitted, FITTED_SHARE_SIGMA, ()
    observed = profile.observed
    if observed and observed.survived_per_young:
        part = infer_component(observed, rate, _interval(profile, rate), retained)
        note = "lifetimes were inferred from what survived collections: the log has no usable age tables"
        return (part,), INFERRED_SHARE_SIGMA, (note,)
    note = "nothing is known of lifetimes: 4% of the bytes were taken to live 0.5 s and 1% 5 s"
    return TYPICAL, ASSUMED_SHARE_SIGMA, (note,)


def infer_component(observed: Observed, rate: float, interval_s: float, retained: float = 0.0) -> Component:
    """One component that explains what survives a young collection and what is promoted.

    With promotion at the second collection, survivors are x (1 + q) and promotion is x q, where x survives its first
    collection and q = exp(-interval / mean). Retained bytes pass through both as well and are taken off first.
    """
    survived = float(observed.survived_per_young or 0)
    promoted = float(observed.promotion or 0) * interval_s
    passing = min(retained / float(observed.duration) * interval_s, 0.8 * promoted, 0.4 * survived)
    survived, promoted = survived - 2 * passing, promoted - passing
    ratio = promoted / (survived - promoted) if promoted < survived else 0.95
    q = min(max(ratio, 0.02), 0.95)
    mean = -interval_s / math.log(q)
    share = survived / (1 + q) / (rate * mean * (1 - q))
    return Component(min(share, 0.95), mean)


def _live_set(profile: WorkloadProfile) -> float:
    """Bytes that live on, less the garbage that full collections leave behind."""
    live = float(profile.live or 0)
    observed = profile.observed
    if observed and observed.full_count and observed.old_capacity and observed.live:
        live -= _WOOD.get(observed.collector, 0.0) * float(observed.old_capacity)
    return max(0.0, live)


def _retained(
    profile: WorkloadProfile, live: float, components: tuple[Component, ...], rate: float, work_s: float
) -> tuple[float, float, float]:
    """(bytes retained by allocation, seconds that takes, bytes there from the start).

    The live set also holds what long-lived components keep alive; that part is not retained as well. What is retained
    was promoted, so building it up took as long as the promotion that was seen needs for it.
    """
    tenured_after = 2 * _interval(profile, rate)
    live -= sum(p.share * rate * p.mean_s * math.exp(-tenured_after / p.mean_s) for p in components)
    live = max(0.0, live)
    pace = BUILD_SHARE * rate
    if profile.observed and profile.observed.promotion:
        pace = min(pace, float(profile.observed.promotion))
    build_s = min(live / pace, work_s)
    allocated = pace * build_s
    return allocated, build_s, live - allocated


@dataclass(frozen=True, slots=True)
class Draw:
    """One plausible world: factors on what is not known for certain. The nominal world has 1 everywhere."""

    rate: float = 1.0
    shares: float = 1.0
    young_cost: float = 1.0
    full_cost: float = 1.0

    def applied(self, model: Model, lines: PhaseLines) -> tuple[Workload, PhaseLines]:
        """The program and the costs in this world."""
        work = model.workload
        total = sum(part.share for part in work.components)
        factor = min(self.shares, 1 / total) if total else 1.0
        components = tuple(replace(part, share=part.share * factor) for part in work.components)
        workload = replace(work, rate=work.rate * self.rate, components=components)
        return workload, lines.scaled(self.young_cost, self.full_cost)


def draw(stream: random.Random, model: Model, lines: PhaseLines) -> Draw:
    """A world at random, within the uncertainty of the model."""
    rate, shares, young, full = (stream.gauss(0.0, 1.0) for _ in range(4))
    return Draw(
        rate=math.exp(rate * model.rate_sigma),
        shares=math.exp(shares * model.share_sigma),
        young_cost=math.exp(young * lines.young.sigma),
        full_cost=math.exp(full * lines.full.sigma),
    )
