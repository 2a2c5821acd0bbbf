"""Processor time of the whole process: the program, its compiler threads, and collections."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from advisor.model.errors import NotModelledError
from advisor.model.machine import Collector
from advisor.model.profile import Observed, WorkloadProfile
from advisor.simulate.assemble import assemble
from advisor.simulate.calibrate import build_model
from advisor.simulate.fit import COLLECTIONS, correction, target_of_log
from advisor.simulate.kernel import Streams
from advisor.simulate.summary import collection_cpu_s

BARRIERS: Mapping[Collector, float] = {
    Collector.SERIAL: 1.0,
    Collector.PARALLEL: 1.0,
    Collector.CMS: 1.01,
    Collector.G1: 1.03,
    Collector.ZGC: 1.05,
    Collector.ZGC_GENERATIONAL: 1.08,
    Collector.SHENANDOAH: 1.07,
    Collector.SHENANDOAH_GENERATIONAL: 1.08,
}
"""What barriers cost the program, Serial = 1: published measurements range over 1.00-1.12 for G1, 1.03-1.12 for ZGC and
1.05-1.10 for Shenandoah, by how much a program writes and loads references."""
ASSUMED, ASSUMED_SIGMA = 1.0, 0.7
"""Processors that a program keeps busy where nothing tells: 0.15-1.9 of two for seven real programs."""
KNOWN_SIGMA, BARRIER_SIGMA, RELEASE_SIGMA = 0.02, 0.04, 0.08
"""Log-sd of a program's processor time from run to run, of the barriers' part, and between releases (two real programs
of seven took a fifth less on another release)."""


@dataclass(frozen=True, slots=True)
class ProgramCpu:
    """Processor time of the program itself per second of its own running time, under some collector."""

    per_work_s: float
    sigma: float

    def draw(self, stream: random.Random | None) -> float:
        """One plausible value; the nominal one without a stream."""
        return self.per_work_s * (math.exp(stream.gauss(0.0, self.sigma)) if stream else 1.0)


def program_cpu(profile: WorkloadProfile, collector: Collector) -> ProgramCpu:
    """What a known processor time of the whole process leaves for the program, or else an assumption."""
    observed = profile.observed
    if observed is None or observed.cpu is None:
        return ProgramCpu(ASSUMED * BARRIERS.get(collector, 1.0), ASSUMED_SIGMA)
    own_s = max(float(observed.cpu) - _collections_s(profile), 0.05 * float(observed.cpu))
    work_s = build_model(profile, float(observed.duration)).work_s
    tax = BARRIERS.get(collector, 1.0) / BARRIERS.get(observed.collector, 1.0)
    sigma = math.hypot(KNOWN_SIGMA, BARRIER_SIGMA if observed.collector != collector else 0.0)
    if observed.jdk not in (None, profile.jdk):
        sigma = math.hypot(sigma, RELEASE_SIGMA)
    return ProgramCpu(own_s / work_s * tax, sigma)


@lru_cache(maxsize=64)
def _collections_s(profile: WorkloadProfile) -> float:
    """Processor time of collections during the log: as the model has it, else of all GC threads during pauses."""
    observed = profile.observed
    assert observed is not None  # noqa: S101 - checked by program_cpu
    known = correction(profile)
    try:
        target = target_of_log(profile)
        model = known.applied(build_model(profile, float(observed.duration)))
        assembly = assemble(profile, target, model, known.costs, COLLECTIONS, known.track)
        return collection_cpu_s(assembly.run(0, Streams(0))[0])
    except NotModelledError:
        return _of_pauses_s(profile, observed)


def _of_pauses_s(profile: WorkloadProfile, observed: Observed) -> float:
    threads = min(profile.costs.gc_threads if profile.costs else profile.machine.cpus, profile.machine.cpus)
    return (1 - float(observed.throughput or 1.0)) * float(observed.duration) * threads
