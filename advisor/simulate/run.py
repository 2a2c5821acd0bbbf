"""One simulated run of a program under one set of flags."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from advisor.simulate.kernel import Action, Kernel, Streams, Trace
from advisor.simulate.machine import Processors
from advisor.simulate.moments import Moment, Observer, occupancy
from advisor.simulate.mutator import Mutator, Workload
from advisor.simulate.protocol import WAIT, Cause, CollectorModel, Pause

_WARM_UP = 40
"""Collections that are followed one by one before equal ones are taken together."""
_END = 1e-9
_STEPS_PER_COLLECTION = 20
"""Concurrent phases that may begin or end for each collection allowed: a bound on runs that go in circles."""


@dataclass(frozen=True, slots=True)
class Span:
    """How long to run, and in how much detail."""

    work_s: float
    max_collections: int
    explicit_every_s: float = math.inf
    """Running time between collections that the program asks for."""
    asked_at_s: tuple[tuple[float, Cause], ...] = ()
    """Single collections that eden does not cause, in running time."""


@dataclass(slots=True)
class Tally:
    """What happened. `share_done` is the part of the work that was followed; the rest is like it."""

    pauses: list[Pause] = field(default_factory=list)
    peak_used: float = 0.0
    allocated: float = 0.0
    preloaded: float = 0.0
    reclaimed: float = 0.0
    live_used: float = 0.0
    """Bytes in the heap at the end."""
    share_done: float = 1.0
    wall_s: float = 0.0
    committed: float = 0.0
    failures: dict[str, float | None] = field(default_factory=dict)
    oom: bool = False
    steps: int = 0
    collections: int = 0
    cycles: float = 0
    """Concurrent cycles."""
    young_at_s: list[float] = field(default_factory=list)
    """When the young collections that were followed happened, in running time."""
    fresh: list[float] = field(default_factory=list)
    """Bytes that survived their first collection in each of them."""
    full_at_s: list[float] = field(default_factory=list)
    """When full collections did."""
    concurrent_cpu_s: float = 0.0
    """Processor time of concurrent phases."""
    waited_s: float = 0.0
    """For how long the program waited for memory or was held back, pauses apart."""


@dataclass(frozen=True, slots=True)
class _Half:
    """Where a run stood when half of the collections allowed were used up."""

    at_s: float
    pauses: int
    cycles: float
    failures: dict[str, float]
    concurrent_cpu_s: float

    def let_the_rest_follow(self, tally: Tally, now_s: float, work_s: float) -> None:
        """Counts the second half of a run that was cut short for all of the work that is left.

        A program begins in another state than it goes on in, so the first half stands for itself alone. Everything is
        multiplied by the share that was followed, by which sums are divided later.
        """
        more = (work_s - self.at_s) / (now_s - self.at_s) if now_s > self.at_s else 1.0
        share = tally.share_done

        def whole(first: float, all_of_it: float) -> float:
            return share * (first + (all_of_it - first) * more)

        tally.pauses[: self.pauses] = [p._replace(weight=p.weight * share) for p in tally.pauses[: self.pauses]]
        tally.pauses[self.pauses :] = [p._replace(weight=p.weight * share * more) for p in tally.pauses[self.pauses :]]
        tally.cycles = whole(self.cycles, tally.cycles)
        tally.concurrent_cpu_s = whole(self.concurrent_cpu_s, tally.concurrent_cpu_s)
        tally.failures = {
            name: None if count is None else whole(self.failures.get(name, 0.0), count)
            for name, count in tally.failures.items()
        }


class Run:
    """Couples the program with a collector model on one clock."""

    def __init__(
        self,
        workload: Workload,
        model: CollectorModel,
        span: Span,
        streams: Streams,
        preloaded: float = 0.0,
        trace: Trace | None = None,
        processors: Processors = Processors(2),  # noqa: B008 - immutable
    ) -> None:
        """`preloaded` bytes are retained before the program starts; in a thinned run, all that ever are."""
        expected = workload.rate * span.work_s / max(model.room(), 1.0)
        self._thinned = expected > span.max_collections
        if self._thinned:
            preloaded += workload.retained
            even = tuple(replace(phase, retained=0.0) for phase in workload.phases)
            workload = replace(workload, retained=0.0, build_s=0.0, phases=even)
        model.preload(preloaded)
        self._preloaded = preloaded
        self._live_at_end = preloaded + workload.live_after(span.work_s)
        self.model = model
        self.span = span
        self.mutator = Mutator(workload, streams.stream("bursts"))
        self.kernel = Kernel(trace)
        self.tally = Tally()
        self._processors = processors
        self._half: _Half | None = None
        self.observe: Observer | None = None
        """Hears of every stop and of every step of a concurrent cycle."""
        self._last = 0.0
        self._next_explicit = span.explicit_every_s
        self._asked = sorted(span.asked_at_s, reverse=True)
        self._wall_since = 0.0
        self._means = tuple(part.mean_s for part in workload.components)

    def execute(self) -> Tally:
        """Runs to the end of the work, to an out-of-memory error, or until the detail allowed is used up."""
        self.kernel.after(0.0, "run", self._mutate)
        self.kernel.run()
        tally, done = self.tally, self.mutator.now / self.span.work_s
        tally.peak_used = max(tally.peak_used, self.model.used())
        tally.live_used = self.model.used()
        tally.reclaimed = self.model.reclaimed
        tally.preloaded = self._preloaded
        tally.committed = self.model.committed()
        tally.failures = dict(self.model.failures)
        tally.cycles = self.model.cycles
        cut_short = done < 1 - 1e-6 and not self.model.oom
        tally.oom = self.model.oom or (cut_short and self._live_at_end > self.model.most_live())
        tally.share_done = done if cut_short else 1.0
        if cut_short and self._half is not None:
            self._half.let_the_rest_follow(tally, self.mutator.now, self.span.work_s)
        tally.wall_s = self.kernel.now / tally.share_done
        return tally

    def _mutate(self) -> None:
        mutator, model = self.mutator, self.model
        pace = model.pace()
        speed = self._processors.program_speed(model.busy_processors()) * pace
        due = mutator.now + model.due_s() * speed
        until = min(self.span.work_s, self._next_asked(), due)
        before = model.filling.used + model.direct.used
        spent = mutator.fill(model.filling, model.direct, model.room(), until - mutator.now, model.direct_share)
        self.tally.allocated += model.filling.used + model.direct.used - before
        self.tally.concurrent_cpu_s += spent / speed * model.busy_processors()
        self.tally.waited_s += spent / speed * (1 - pace)
        self._wall_since += spent / speed
        self.kernel.after(spent / speed, *self._next_step(due))

    def _next_step(self, due: float) -> tuple[str, Action]:
        """What stops the program now: the end, what it asks for, what the collector has due, or lack of room."""
        now = self.mutator.now
        if now >= self.span.work_s - _END:
            return "end", self.kernel.stop
        if self._asked and now >= self._asked[-1][0] - _END:
            _, cause = self._asked.pop()
            return cause.name.lower(), partial(self._collect, cause)
        if now >= self._next_explicit - _END:
            self._next_explicit += self.span.explicit_every_s
            return "explicit", partial(self._collect, Cause.EXPLICIT)
        if now >= due - _END:
            return "concurrent", self._act
        return "exhausted", partial(self._collect, Cause.ALLOCATION)

    def _next_asked(self) -> float:
        """When the next collection comes that eden does not cause."""
        return min(self._next_explicit, self._asked[-1][0] if self._asked else math.inf)

    def _pass_time(self) -> None:
        model, mutator = self.model, self.mutator
        self.tally.peak_used = max(self.tally.peak_used, model.used())
        elapsed = mutator.now - self._last
        model.pass_time(mutator.decay(elapsed), elapsed, self._wall_since)
        self._last, self._wall_since = mutator.now, 0.0
        self.tally.steps += 1

    def _act(self) -> None:
        self._pass_time()
        delay = self._stopped_for(self._watched(None, self.model.act))
        over = self.model.oom or self.tally.steps >= _STEPS_PER_COLLECTION * self.span.max_collections
        self.kernel.after(delay, *(("end", self.kernel.stop) if over else ("run", self._mutate)))

    def _collect(self, cause: Cause) -> None:
        tally = self.tally
        self._pass_time()
        fresh = sum(self.model.filling.live)
        pauses = self._watched(cause, lambda: self.model.collect(cause))
        tally.collections += 1
        if len(self.model.moved) > len(tally.young_at_s):
            tally.young_at_s.append(self.mutator.now)
            tally.fresh.append(fresh)
        if pauses and pauses[-1].kind == "full":
            tally.full_at_s.append(self.mutator.now)
        if tally.collections == self.span.max_collections:
            self._half = self._now()
        delay = self._stopped_for(pauses)
        if self.model.oom or tally.collections >= 2 * self.span.max_collections:
            self.kernel.after(delay, "end", self.kernel.stop)
            return
        if self._thinned and tally.collections >= _WARM_UP and len(pauses) == 1 and pauses[0].kind == "young":
            delay += self._repeat()
        self.kernel.after(delay, "run", self._mutate)

    def _watched(self, cause: Cause | None, happen: Callable[[], Sequence[Pause]]) -> Sequence[Pause]:
        """Lets something happen, and tells the observer what the heap was before and after."""
        if self.observe is None:
            return happen()
        before = occupancy(self.model)
        pauses = happen()
        self.observe(Moment(self.kernel.now, cause, tuple(pauses), before, occupancy(self.model)))
        return pauses

    def _now(self) -> _Half:
        tally, failures = self.tally, {name: float(count or 0) for name, count in self.model.failures.items()}
        return _Half(self.mutator.now, len(tally.pauses), self.model.cycles, failures, tally.concurrent_cpu_s)

    def _stopped_for(self, pauses: Sequence[Pause]) -> float:
        """Notes the pauses; returns for how long the program does not run, waiting for memory included."""
        for pause in pauses:
            if pause.kind == WAIT:
                self.tally.waited_s += pause.seconds
                self.tally.concurrent_cpu_s += pause.seconds * pause.threads
            else:
                self.tally.pauses.append(pause)
        return sum(pause.seconds * pause.weight for pause in pauses)

    def _repeat(self) -> float:
        """Takes equal collections together; returns the time they take."""
        each = max(self.model.allocated_per_repeat(), 1.0)
        interval = each / max(self.mutator.pace, 1e-3 * self.mutator.workload.rate)
        remaining = (self.span.work_s - self.mutator.now) / interval
        stride = math.ceil(remaining / max(1, self.span.max_collections - self.tally.collections))
        until_asked = (self._next_asked() - self.mutator.now) / interval
        most = int(min(stride, remaining, until_asked)) - 1
        if most < 1:
            return 0.0
        count, pauses = self.model.repeat(most, interval, self._means)
        self.mutator.skip(count * interval)
        self._last = self.mutator.now
        self.tally.allocated += count * each
        return self._stopped_for(pauses) + count * interval
