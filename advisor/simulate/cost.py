"""What collections cost: a fixed part and a part per byte, shared among the GC threads, times a residual.

Costs calibrated on a log hold for its collector and number of threads; for another collector they are carried over by
the ratios measured between collectors on the same work, and are less certain.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

from advisor.model.machine import Collector
from advisor.model.profile import Costs, PhaseCost
from advisor.model.quantities import MIB
from advisor.simulate.kernel import stratified
from advisor.simulate.machine import Processors
from advisor.simulate.timeline import Track

_NORMAL = NormalDist()
_STRATA = 64
_GROUP_STRATA = 5
_EDGE = 1e-9

YOUNG_PRIOR = (0.7e-3, 0.45e-3 / MIB)
"""Seconds fixed and per byte copied by one Serial thread: 0.2-1 ms/MB were seen, by object size."""
FULL_PRIOR = (3e-3, 1.0e-3 / MIB)
"""Seconds fixed and per live byte of a mark-compact by one thread: 0.2-4 ms/MB, by object size."""
PRIOR_SIGMA = 0.7
TRANSFER_SIGMA, FAR_TRANSFER_SIGMA = 0.35, 0.55
"""Spread of the true ratio between collectors around the tables below; the second between collectors that work so
differently that the log could not be simulated itself."""
CALIBRATED_SIGMA = 0.1
"""How well a log tells the costs of its own collector: two runs with the same flags differ by as much."""
COLD, COLD_FADES, _COLD_LEAST = 1.0, 0.72, 0.01
"""The first young collection takes twice as long as later ones per byte (1.7-3 times in seven programs), the next 1.7
times and so on: memory is touched for the first time, code is cold."""
DEFAULT_SPREAD = 0.3
"""Residual spread of pauses where no log tells: 0.2-0.5 on small shared machines."""

_YOUNG_WORKER: Mapping[Collector, float] = {
    Collector.SERIAL: 1.0,
    Collector.PARALLEL: 1.15,
    Collector.CMS: 2.05,
    Collector.G1: 1.0,
}
"""Cost of copying a byte by one worker, Serial = 1: parallel workers pay for atomic forwarding and local buffers, and
prefetch better. Fitted together with `_FIXED_S` on young pauses of seven programs under each collector with two
workers; left out, a program's total is 9-23 % off in the median, single ones by up to a factor of 1.7."""
_FULL_WORKER: Mapping[Collector, float] = {
    Collector.SERIAL: 1.0,
    Collector.PARALLEL: 1.0,
    Collector.CMS: 1.0,
    Collector.G1: 1.1,
}
_FIXED_S: Mapping[Collector, float] = {
    Collector.SERIAL: 0.0,
    Collector.PARALLEL: 0.5e-3,
    Collector.CMS: 0.4e-3,
    Collector.G1: 1.6e-3,
}
"""Seconds of a young pause beyond Serial's that do not depend on bytes: starting and joining workers, regions."""
_LEAST_FIXED = 0.3
"""Share of the fixed part that is left at least under another collector."""
FULL_OVER_YOUNG = 1.9
"""Time that one thread needs for a live byte in a full collection over that for copying one, where no full collection
was seen: 0.8-6 in seven programs, this is their geometric mean."""
CONCURRENT: Mapping[str, tuple[float, float]] = {
    "initial-mark": (1e-3, 0.02),
    "remark": (2e-3, 0.15),
    "mark": (1e-3, 0.5),
    "sweep": (1e-3, 0.4),
    "rebuild": (0.5e-3, 0.3),
    "cleanup": (0.15e-3, 0.0),
    "zgc-mark": (2.5e-3, 0.7),
    "zgc-remembered": (0.0, 0.15),
    "zgc-select": (3e-3, 0.0),
    "zgc-relocate": (1e-3, 1.3),
    "zgc-old-mark": (3e-3, 0.5),
    "zgc-old-relocate": (1e-3, 1.0),
    "zgc-remap": (15e-3, 0.0),
    "shenandoah-mark": (5e-3, 0.3),
    "shenandoah-evacuate": (0.5e-3, 0.5),
    "shenandoah-update": (1e-3, 0.05),
}
"""Phases of concurrent cycles: seconds fixed, and per byte as a share of what one thread needs to copy a byte of the
same program. The bytes are live ones for marking, used ones for sweeping, those of the young generation for the
pauses. From real runs of seven programs; single programs differ by a factor of 2-3."""
CONCURRENT_SIGMA = 0.7
WORK_SPREAD = 0.35
"""Log-sd of the phases of cycles from one cycle to the next: 0.15-0.6 in real logs of seven programs."""
SHORT_SPREAD, SHORT_SIGMA = 0.45, 0.6
"""Log-sd of pauses that do no work in proportion to anything: 0.3-0.8 in real logs of ZGC and Shenandoah; and of their
level, which differs from program to program by a factor of two either way."""
_ALIKE = frozenset({Collector.SERIAL, Collector.PARALLEL})
_OTHER = 1.5
"""For collectors in none of the tables."""


@dataclass(frozen=True, slots=True)
class Line:
    """Seconds of a phase: `fixed` plus `per_byte` times the bytes; `spread` is the log-sd of the residual."""

    fixed: float
    per_byte: float
    spread: float
    sigma: float
    """Log-sd of what is not known about the whole line."""

    def seconds(self, size: float) -> float:
        """The time without residual."""
        return self.fixed + self.per_byte * size

    def scaled(self, factor: float) -> Line:
        """The same phase on other hardware or by another algorithm."""
        return Line(self.fixed * factor, self.per_byte * factor, self.spread, self.sigma)


@dataclass(frozen=True, slots=True)
class PhaseLines:
    """Cost of the two stop-the-world collections of a generational collector, and of the phases of its cycles."""

    young: Line
    full: Line
    workers: int
    thread_per_byte: float = YOUNG_PRIOR[1]
    """Seconds that one thread working alone needs to copy a byte."""
    short: float = 1.0
    """Factor on pauses whose length is given by the collector, not by bytes."""

    def scaled(self, young: float, full: float) -> PhaseLines:
        """Both phases made dearer or cheaper."""
        return replace(
            self,
            young=self.young.scaled(young),
            full=self.full.scaled(full),
            thread_per_byte=self.thread_per_byte * young,
        )

    def concurrent(self, phase: str, size: float) -> float:
        """Seconds of one thread for a phase of a concurrent cycle."""
        fixed, share = CONCURRENT[phase]
        return fixed + share * self.thread_per_byte * size

    def widened(self, sigma: float) -> PhaseLines:
        """Both phases known less well: an independent uncertainty is added."""
        young = replace(self.young, sigma=math.hypot(self.young.sigma, sigma))
        full = replace(self.full, sigma=math.hypot(self.full.sigma, sigma))
        return replace(self, young=young, full=full)


def phase_lines(costs: Costs | None, collector: Collector, workers: int, machine: Processors) -> PhaseLines:
    """Costs of `collector` with so many GC threads, from what a log gave or else from priors."""
    young = _line(costs, "young", collector, workers, machine)
    alone = young.per_byte * machine.speed_up(workers) / _YOUNG_WORKER.get(collector, _OTHER)
    if costs is not None and costs.full is None and costs.young is not None:
        per_byte = FULL_OVER_YOUNG * alone * _FULL_WORKER.get(collector, _OTHER) / machine.speed_up(workers)
        full = Line(FULL_PRIOR[0], per_byte, DEFAULT_SPREAD, PRIOR_SIGMA)
    else:
        full = _line(costs, "full", collector, workers, machine)
    return PhaseLines(young, full, workers, alone)


def _line(costs: Costs | None, phase: str, collector: Collector, workers: int, machine: Processors) -> Line:
    worker = _YOUNG_WORKER if phase == "young" else _FULL_WORKER
    known: PhaseCost | None = getattr(costs, phase) if costs else None
    here = worker.get(collector, _OTHER) / machine.speed_up(workers)
    if known is None or costs is None:
        fixed, per_byte = YOUNG_PRIOR if phase == "young" else FULL_PRIOR
        more = _FIXED_S.get(collector, 0.0) if phase == "young" else 0.0
        return Line(fixed + more, per_byte * here, DEFAULT_SPREAD, PRIOR_SIGMA)
    there = worker.get(costs.collector, _OTHER) / machine.speed_up(_threads(costs, phase))
    same = costs.collector == collector and costs.gc_threads == workers
    near = {costs.collector, collector} <= _ALIKE
    sigma = CALIBRATED_SIGMA if same else TRANSFER_SIGMA if near else FAR_TRANSFER_SIGMA
    fixed = float(known.fixed)
    if phase == "young":
        more = _FIXED_S.get(collector, 0.0) - _FIXED_S.get(costs.collector, 0.0)
        fixed = max(fixed + more, _LEAST_FIXED * fixed)
    return Line(fixed, float(known.per_mb) / MIB * here / there, known.spread, sigma)


def _threads(costs: Costs, phase: str) -> int:
    """Threads that did the work: a full collection of CMS is single-threaded."""
    return 1 if phase == "full" and costs.collector is Collector.CMS else costs.gc_threads


class Residuals:
    """Factors of measured over predicted pauses: log-normal with mean 1."""

    __slots__ = ("_draws", "_spread")

    def __init__(self, stream: random.Random, spread: float, *, even: bool) -> None:
        """`even` draws cover the distribution evenly instead of at random: one run then stands for many."""
        self._spread = spread
        self._draws: Iterator[float] = stratified(stream, _NORMAL.inv_cdf, _STRATA) if even else _gaussian(stream)

    def next(self) -> float:
        """One factor."""
        return self._factor(next(self._draws))

    def group(self, count: int) -> list[tuple[float, float]]:
        """(factor, weight) pairs that stand for `count` pauses: even strata, and the longest one by itself."""
        strata = min(count, _GROUP_STRATA)
        place = min(max(_NORMAL.cdf(next(self._draws)), _EDGE), 1 - _EDGE)
        ranks = [(index + place) / strata for index in range(strata)]
        pairs = [(self._factor(_NORMAL.inv_cdf(rank)), count / strata) for rank in ranks]
        if count > strata:
            top = min(max(place ** (1 / count), ranks[-1]), 1 - _EDGE / count)
            pairs[-1] = (pairs[-1][0], count / strata - 1)
            pairs.append((self._factor(_NORMAL.inv_cdf(top)), 1.0))
        return pairs

    def _factor(self, deviation: float) -> float:
        return math.exp(self._spread * deviation - self._spread * self._spread / 2)


def _gaussian(stream: random.Random) -> Iterator[float]:
    while True:
        yield stream.gauss(0.0, 1.0)


class Stopwatch:
    """Times collections: the cost lines with their residuals, and the parameters of one simulated run."""

    __slots__ = ("_at", "_clock", "_cold", "_full", "_short", "_track", "_work", "_young", "lines")

    def __init__(
        self,
        lines: PhaseLines,
        young: Residuals,
        full: Residuals,
        *,
        cold: float = 0.0,
        track: Track | None = None,
        short: Residuals | None = None,
        work: Residuals | None = None,
    ) -> None:
        """`cold` is how much longer than usual the first young collection takes, as a share.

        A `track` of the log says instead how much longer than usual collections took at each time.
        """
        self._track = track
        self._clock: Callable[[], float] | None = None
        self._at = 0.0
        self.lines = lines
        self._short = short or young
        self._work = work or young
        self._young = young
        self._full = full
        self._cold = cold

    def follow(self, clock: Callable[[], float]) -> None:
        """Tells what time it is: seconds of the program's running time."""
        self._clock = clock

    def _replayed(self) -> float:
        """How much longer than usual collections took in the log since the last one was timed."""
        if self._track is None or self._clock is None:
            return 1.0
        before, self._at = self._at, self._clock()
        return self._track.mean(before, self._at)

    def young(self, size: float) -> float:
        """Seconds of a young collection that copies `size` bytes."""
        seconds = self.lines.young.seconds(size) * self._young.next() * (1 + self._cold) * self._replayed()
        self._cold = self._cold * COLD_FADES if self._cold > _COLD_LEAST else 0.0
        return seconds

    def young_group(self, size: float, count: int) -> list[tuple[float, float]]:
        """(seconds, weight) pairs that stand for `count` such collections."""
        seconds = self.lines.young.seconds(size) * self._replayed()
        return [(seconds * factor, weight) for factor, weight in self._young.group(count)]

    def phase(self, name: str, size: float) -> float:
        """Thread seconds of one phase of a concurrent cycle over so many bytes."""
        return self.lines.concurrent(name, size) * self._young.next()

    def work(self, name: str, size: float) -> float:
        """The same, for a cycle whose phases are not pauses of the same collector as well."""
        return self.lines.concurrent(name, size) * self._work.next()

    def short(self, median: float) -> float:
        """Seconds of a pause that takes so long at the median, whatever the heap holds."""
        return median * self.lines.short * self._short.next()

    def full(self, live: float) -> float:
        """Seconds of a full collection with so many live bytes."""
        return self.lines.full.seconds(live) * self._full.next()
