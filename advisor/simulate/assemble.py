"""Putting a run together: program, collector model, costs and random streams of one replicate."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import Effective, effective
from advisor.model.errors import NotModelledError
from advisor.model.machine import Collector
from advisor.model.profile import Costs, WorkloadProfile
from advisor.simulate.calibrate import Draw, Model, draw
from advisor.simulate.collectors import COLLECTORS
from advisor.simulate.cost import (
    COLD,
    SHORT_SIGMA,
    SHORT_SPREAD,
    WORK_SPREAD,
    PhaseLines,
    Residuals,
    Stopwatch,
    phase_lines,
)
from advisor.simulate.kernel import Streams
from advisor.simulate.machine import Processors
from advisor.simulate.moments import Observer
from advisor.simulate.protocol import Cause, CollectorModel, Setting
from advisor.simulate.run import Run, Span, Tally
from advisor.simulate.timeline import Track

LOADING_S = 30.0
REPLAY_SPREAD = 0.1
"""Log-sd of the residuals of a run around those of another run at the same time."""
WIDE_POINTERS, WIDE_POINTERS_SIGMA = 1.25, 0.18
"""What a program allocates and keeps without compressed references, compared with them: 1.0 for buffers, 1.2-1.5 for
data full of references; 1.05-1.7 in real runs of seven programs."""
OTHER_FLAGS_SIGMA, PER_OCTAVE_SIGMA = 0.15, 0.2


def model_of(target: Effective) -> type[CollectorModel]:
    """The model of the collector in effect. Raises NotModelledError, naming what can be simulated."""
    for model in COLLECTORS:
        if model.collector == target.collector and target.jdk in model.jdks:
            return model
    known = ", ".join(model.collector for model in COLLECTORS)
    raise NotModelledError(
        f"the simulator has no model of {target.collector} on JDK {target.jdk}",
        where="flags",
        hint=f"collectors that can be simulated: {known}",
    )


@dataclass(frozen=True, slots=True)
class Assembly:
    """Everything that the replicates of one simulation share."""

    target: Effective
    factory: type[CollectorModel]
    model: Model
    lines: PhaseLines
    span: Span
    processors: Processors
    track: Track | None = None
    """How much longer than usual young collections took in the log, from time to time."""
    program_busy: float = 1.0
    """Processors that the program keeps busy."""

    def run(self, index: int, streams: Streams, observe: Observer | None = None) -> tuple[Tally, CollectorModel]:
        """One replicate; number 0 is nominal: nothing is varied and residuals cover their distribution evenly."""
        own = streams.spawn(f"replicate {index}")
        world = draw(own.stream("world"), self.model, self.lines) if index else Draw()
        workload, costs = world.applied(self.model, self.lines)
        residuals = (
            Residuals(own.stream(f"{name} residuals"), spread, even=index == 0)
            for name, spread in zip(("young", "full"), self._spreads(costs, index), strict=True)
        )
        if index:
            costs = replace(costs, short=math.exp(own.stream("short").gauss(0.0, SHORT_SIGMA)))
        short, work = (
            Residuals(own.stream(f"{name} residuals"), spread, even=index == 0)
            for name, spread in (("short", SHORT_SPREAD), ("work", WORK_SPREAD))
        )
        cold = 0.0 if self.track else COLD
        watch = Stopwatch(costs, *residuals, cold=cold, track=self.track, short=short, work=work)
        width = len(workload.components) + 1
        setting = Setting(
            self.target,
            watch,
            width,
            workload.large_share,
            workload.large_size,
            waste=self.model.waste,
            processors=self.processors.count,
            program_busy=self.program_busy,
        )
        collector = self.factory(setting)
        run = Run(workload, collector, self.span, own, self.model.preloaded, processors=self.processors)
        run.observe = observe
        watch.follow(lambda: run.mutator.now)
        return run.execute(), collector

    def _spreads(self, costs: PhaseLines, index: int) -> tuple[float, float]:
        """Of young and full residuals. Those that are replayed need not be drawn in the nominal run.

        Others meet them not quite the same.
        """
        if self.track is None:
            return costs.young.spread, costs.full.spread
        return (REPLAY_SPREAD, costs.full.spread) if index else (0.0, 0.0)


def assemble(
    profile: WorkloadProfile,
    target: Effective,
    model: Model,
    costs: Costs | None,
    max_collections: int,
    track: Track | None = None,
) -> Assembly:
    """The assembly for one set of flags. Raises NotModelledError where there is no model of its collector."""
    factory = model_of(target)
    model = _in_other_pointers(profile, target, model)
    workers = 1 if target.collector is Collector.SERIAL else max(1, target.parallel_gc_threads)
    processors = Processors(profile.machine.cpus)
    lines = phase_lines(costs, target.collector, workers, processors)
    lines = lines.widened(_extrapolation(profile, target))
    span = Span(model.work_s, max_collections, _explicit_interval(profile, target), _asked(profile, target, model))
    return Assembly(target, factory, model, lines, span, processors, track, _program_busy(profile))


def _program_busy(profile: WorkloadProfile) -> float:
    """Processors that the process kept busy in the log, or one of them where that is not known."""
    observed = profile.observed
    if observed is None or observed.cpu is None:
        return 1.0
    return min(float(observed.cpu) / float(observed.duration), float(profile.machine.cpus))


def _asked(profile: WorkloadProfile, target: Effective, model: Model) -> tuple[tuple[float, Cause], ...]:
    """Collections that the program asks for and that class metadata causes: at the log's times where it has them."""
    found: list[tuple[float, Cause]] = []
    observed, timeline = profile.observed, profile.timeline
    if timeline and target.value("DisableExplicitGC") is not True:
        found += [(asked.at_s, Cause.EXPLICIT) for asked in timeline.asked if asked.why == "explicit"]
    told = timeline is not None and observed is not None and observed.collector is not Collector.CMS
    if timeline and told and target.value("MetaspaceSize") == _in_use(profile).value("MetaspaceSize"):
        found += [(asked.at_s, Cause.METADATA) for asked in timeline.asked if asked.why == "metadata"]
    else:
        found += [(at_s, Cause.METADATA) for at_s in _metadata_times(profile, target, model.work_s)]
    return tuple(entry for entry in found if entry[0] < model.work_s)


def _in_use(profile: WorkloadProfile) -> Effective:
    return effective(profile.jdk, profile.machine, parse_words(profile.flags))


def _in_other_pointers(profile: WorkloadProfile, target: Effective, model: Model) -> Model:
    """The program with references of twice or half the size, where compressed ones come or go with the flags."""
    compressed = target.value("UseCompressedOops")
    before = effective(profile.jdk, profile.machine, parse_words(profile.flags)).value("UseCompressedOops")
    if compressed == before or profile.observed is None:
        return model
    factor = 1 / WIDE_POINTERS if compressed else WIDE_POINTERS
    work = model.workload
    phases = tuple(replace(phase, retained=phase.retained * factor) for phase in work.phases)
    rate, retained, growth = (value * factor for value in (work.rate, work.retained, work.growth))
    work = replace(work, rate=rate, retained=retained, growth=growth, phases=phases)
    rate_sigma = math.hypot(model.rate_sigma, WIDE_POINTERS_SIGMA)
    return replace(model, workload=work, preloaded=model.preloaded * factor, rate_sigma=rate_sigma)


def _extrapolation(profile: WorkloadProfile, target: Effective) -> float:
    """Log-sd that other flags than those in use add to costs: the further eden moves, the more.

    Real runs of seven programs: 0.1 with the same eden, 0.2-0.3 with 1.5 to 2 times as much.
    """
    words = parse_words(profile.flags)
    if profile.observed is None:
        return 0.0
    if target.flags == effective(profile.jdk, profile.machine, words).flags:
        return 0.0
    before = effective(profile.jdk, profile.machine, words).layout.eden
    octaves = abs(math.log2(max(target.layout.eden, 1) / before)) if before > 0 else 2.0
    return OTHER_FLAGS_SIGMA + PER_OCTAVE_SIGMA * min(octaves, 2.0)


def _explicit_interval(profile: WorkloadProfile, target: Effective) -> float:
    hourly = 0.0 if profile.timeline else profile.references.explicit_gc_per_hour
    return 3600 / hourly if hourly and target.value("DisableExplicitGC") is not True else math.inf


def _metadata_times(profile: WorkloadProfile, target: Effective, work_s: float) -> tuple[float, ...]:
    """When class metadata passes MetaspaceSize, and each time the threshold that the collection before it set.

    After a collection the threshold is used / (1 - MinMetaspaceFreeRatio) (metaspace.cpp). Classes are loaded evenly
    over the start of a program: its first quarter, at most half a minute.
    """
    used, threshold = float(profile.metaspace.used or 0), target.value("MetaspaceSize")
    ratio = target.value("MinMetaspaceFreeRatio")
    if not isinstance(threshold, int) or not isinstance(ratio, int) or not 0 < ratio < 100:
        return ()
    times: list[float] = []
    level = float(max(threshold, 1 << 20))
    while level < used:
        times.append(level / used * min(work_s / 4, LOADING_S))
        level /= 1 - ratio / 100
    return tuple(times)
