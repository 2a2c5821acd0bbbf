"""Predictions of runs from other runs of the same program, by the model and by the two baselines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from advisor.analyze import LogTarget, analyze_logs
from advisor.model.errors import NotModelledError
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Duration
from advisor.simulate import simulate
from tests.benchmarks.fidelity.records import Run, change

COVERED = ("pauses.count", "pauses.total_ms", "pauses.p99_ms", "pauses.max_ms", "cpu_s")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is predicted of a run, or was observed."""

    count: float
    total_ms: float
    p99_ms: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A run that was predicted from the log of another one, `source`."""

    source: Run
    real: Run
    model: Figures | None
    """None where the model does not know the collector."""
    unchanged: Figures
    scaled: Figures
    covered: Mapping[str, bool]
    """Whether the 90 % intervals hold the real figure."""

    @property
    def kind(self) -> str:
        """The kind of change."""
        return change(self.source, self.real)

    @property
    def alike(self) -> bool:
        """Same collector and release."""
        return self.source.like(self.real)

    def figures(self, method: str) -> Figures | None:
        """By `model`, `unchanged` or `scaled`."""
        found: Figures | None = getattr(self, method)
        return found


def observed(run: Run) -> Figures:
    """What really happened."""
    return Figures(run.count, run.total_ms, run.p99_ms, run.cpu_s)


def calibrated(source: Run) -> WorkloadProfile:
    """The profile that the log reveals, with the one figure that no GC log holds: the processor time of the process."""
    target = LogTarget(jdk=source.jdk, cpus=source.cpus, flags=source.flags)
    analysis = analyze_logs((str(source.log),), target)
    profile = WorkloadProfile.model_validate(analysis.profile)
    if profile.observed is None:
        return profile
    known = profile.observed.model_copy(update={"cpu": Duration(source.cpu_s)})
    return profile.model_copy(update={"observed": known})


def predictions(source: Run, others: Sequence[Run], seed: int) -> list[Pair]:
    """Each of the other runs, predicted from the log of this one."""
    profile = calibrated(source)
    return [_pair(profile, source, real, seed) for real in others]


def _pair(profile: WorkloadProfile, source: Run, real: Run, seed: int) -> Pair:
    target = profile.model_copy(update={"jdk": real.jdk})
    try:
        outcome = simulate(target, real.flags, seed=seed)
    except NotModelledError:
        return Pair(source, real, None, observed(source), _scaled(source, real), {})
    pauses = outcome.pauses
    model = Figures(pauses.count or 0, pauses.total_ms, pauses.p99_ms, outcome.cpu_s or 0.0)
    return Pair(source, real, model, observed(source), _scaled(source, real), _coverage(outcome, real))


def _coverage(outcome: Outcome, real: Run) -> Mapping[str, bool]:
    truth = dict(zip(COVERED, (real.count, real.total_ms, real.p99_ms, real.max_ms, real.cpu_s), strict=True))
    bounds = outcome.intervals
    return {name: bounds[name][0] <= truth[name] <= bounds[name][1] for name in COVERED}


def _scaled(source: Run, real: Run) -> Figures:
    """Naive scaling: collections come inversely with the size of eden, and each takes longer with its square root."""
    ratio = max(real.target.layout.eden, 1) / max(source.target.layout.eden, 1)
    root = math.sqrt(ratio)
    longer_s = (source.total_ms / root - source.total_ms) / 1000
    cpu_s = max(source.cpu_s + longer_s, source.cpu_s / 2)
    return Figures(source.count / ratio, source.total_ms / root, source.p99_ms * root, cpu_s)


def _any(_source: Run, _real: Run) -> bool:
    return True


def all_pairs(runs: Sequence[Run], seed: int, jobs: int, wanted: Callable[[Run, Run], bool] = _any) -> Iterator[Pair]:
    """Every ordered pair of runs of a program, in the order of the runs; the same for any number of jobs."""
    work: list[tuple[Run, list[Run]]] = []
    for source in runs:
        others = [r for r in runs if r.program == source.program and r.tag != source.tag and wanted(source, r)]
        if others:
            work.append((source, others))
    one = partial(_task, seed)
    if jobs <= 1:
        for task in work:
            yield from one(task)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=jobs) as pool:
        for pairs in pool.map(one, work):
            yield from pairs


def _task(seed: int, task: tuple[Run, list[Run]]) -> list[Pair]:
    return predictions(*task, seed)
