"""Simulating one set of flags, or many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.jvm.footprint import resident
from advisor.model.errors import UsageError
from advisor.model.flags import FlagSet
from advisor.model.machine import Collector
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Duration
from advisor.model.series import Timeline
from advisor.simulate.assemble import assemble, model_of
from advisor.simulate.calibrate import build_model
from advisor.simulate.fit import correction
from advisor.simulate.kernel import Streams
from advisor.simulate.moments import Moment, timeline
from advisor.simulate.processor import program_cpu
from advisor.simulate.summary import outcome
from advisor.simulate.trace import TraceWriter
from advisor.simulate.trace_concurrent import (
    GenerationalShenandoahWriter,
    GenerationalZgcWriter,
    ShenandoahWriter,
    ZgcWriter,
)
from advisor.simulate.trust import model_error

Flags = FlagSet | Sequence[str]
TRACED_COLLECTIONS = 100_000
"""Most collections of a run that is written down one by one."""


_WRITERS: Mapping[Collector, type[TraceWriter]] = {
    Collector.ZGC: ZgcWriter,
    Collector.ZGC_GENERATIONAL: GenerationalZgcWriter,
    Collector.SHENANDOAH: ShenandoahWriter,
    Collector.SHENANDOAH_GENERATIONAL: GenerationalShenandoahWriter,
}


@dataclass(frozen=True, slots=True)
class Traced:
    """A run that was followed collection by collection."""

    outcome: Outcome
    log: tuple[str, ...]
    """What `-Xlog:gc*` would have written, line by line."""
    timeline: Timeline | None


def simulate(
    profile: WorkloadProfile,
    flags: Flags,
    *,
    seed: int = 0,
    replicates: int = 8,
    duration: Duration | None = None,
    max_collections: int = 2000,
) -> Outcome:
    """The predicted outcome of a program under a set of flags, with 90 % intervals over the replicates.

    The first replicate is nominal and gives the figures; the others vary bursts, residuals and what is uncertain of the
    model. The same seed gives the same program whatever the flags. Runs that need more than `max_collections` are
    thinned: equal young collections are taken together.
    Raises NotModelledError for a collector or release without a model, InputError where the profile lacks allocation,
    UsageError when `replicates` or `max_collections` are not positive.
    """
    if replicates < 1 or max_collections < 1:
        raise UsageError("replicates and max_collections must be at least 1")
    question = _Question(profile, flags, duration, max_collections, seed)
    return question.outcome(range(replicates))


def simulate_worlds(
    profile: WorkloadProfile, flags: Flags, worlds: Sequence[int], *, seed: int = 0, max_collections: int = 2000
) -> list[Outcome]:
    """The outcomes of single replicates, without intervals.

    World 0 is nominal; in the others all that is uncertain varies. A world is the same whatever the flags. Raises as
    `simulate` does.
    """
    question = _Question(profile, flags, None, max_collections, seed)
    return [question.outcome((index,)) for index in worlds]


def traced(profile: WorkloadProfile, flags: Flags, *, seed: int = 0, duration: Duration | None = None) -> Traced:
    """The nominal run with its log; nothing is thinned. Raises as `simulate` does."""
    return _Question(profile, flags, duration, TRACED_COLLECTIONS, seed).traced()


class _Question:
    """What all replicates of a prediction share."""

    def __init__(
        self, profile: WorkloadProfile, flags: Flags, duration: Duration | None, max_collections: int, seed: int
    ) -> None:
        target = effective(profile.jdk, profile.machine, as_flag_set(flags))
        model_of(target)
        model = build_model(profile, float(duration if duration is not None else profile.duration))
        known = correction(profile)
        self._assembly = assemble(profile, target, known.applied(model), known.costs, max_collections, known.track)
        self._processor = program_cpu(profile, target.collector)
        self._streams = Streams(seed)
        self._work_s = model.work_s
        self._machine = profile.machine
        self._rss = partial(resident, profile, target)
        self._model_error = model_error(profile, target)

    def outcome(self, replicates: Sequence[int]) -> Outcome:
        """The outcome of the first replicate, with intervals over all."""
        tallies = [self._assembly.run(index, self._streams)[0] for index in replicates]
        busy_s = [self._program_cpu_s(index) for index in replicates]
        return outcome(tallies, self._work_s, self._rss, busy_s, self._model_error)

    def traced(self) -> Traced:
        """The nominal run alone, collection by collection."""
        moments: list[Moment] = []
        tally, _ = self._assembly.run(0, self._streams, moments.append)
        writer = _writer(self._assembly.target.collector)(
            self._assembly.target, self._machine, self._assembly.lines.workers
        )
        found = outcome([tally], self._work_s, self._rss, [self._program_cpu_s(0)])
        return Traced(found, tuple(writer.lines(moments)), timeline(moments))

    def _program_cpu_s(self, index: int) -> float:
        stream = self._streams.stream(f"processor {index}") if index else None
        return self._processor.draw(stream) * self._work_s


def _writer(collector: Collector) -> type[TraceWriter]:
    return _WRITERS.get(collector, TraceWriter)


def as_flag_set(flags: Flags) -> FlagSet:
    """Words as a flag set."""
    return flags if isinstance(flags, FlagSet) else parse_words(tuple(flags))


def _simulate_one(
    profile: WorkloadProfile, seed: int, replicates: int, max_collections: int, words: tuple[str, ...]
) -> Outcome:
    return simulate(profile, words, seed=seed, replicates=replicates, max_collections=max_collections)


def simulate_many(
    profile: WorkloadProfile,
    flag_sets: Sequence[Flags],
    *,
    seed: int = 0,
    replicates: int = 8,
    jobs: int = 1,
    max_collections: int = 2000,
) -> list[Outcome]:
    """The outcomes of many sets of flags for one and the same program, in order; the same for any number of jobs."""
    one = partial(_simulate_one, profile, seed, replicates, max_collections)
    sets = [as_flag_set(flags).words() for flags in flag_sets]
    if jobs <= 1 or len(sets) < 2:
        return [one(words) for words in sets]
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=jobs) as pool:
        return list(pool.map(one, sets, chunksize=max(1, len(sets) // (jobs * 4))))
