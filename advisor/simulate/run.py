"""One simulated run of a program under one set of flags."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from advisor.simulate.kernel import Kernel, Streams, Trace
from advisor.simulate.mutator import Mutator, Workload
from advisor.simulate.protocol import Cause, CollectorModel, Pause

_WARM_UP = 40
"""Collections that are followed one by one before equal ones are taken together."""
_END = 1e-9


@dataclass(frozen=True, slots=True)
class Span:
    """How long to run, and in how much detail."""

    work_s: float
    max_collections: int
    explicit_every_s: float = math.inf
    """Running time between collections that the program asks for."""
    metadata_at_s: tuple[float, ...] = ()
    """When class metadata reaches a threshold, in running time."""


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
    failures: dict[str, int | None] = field(default_factory=dict)
    oom: bool = False
    steps: int = 0


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
    ) -> None:
        """`preloaded` bytes are retained before the program starts; in a thinned run, all that ever are."""
        expected = workload.rate * span.work_s / max(model.room(), 1.0)
        self._thinned = expected > span.max_collections
        if self._thinned:
            preloaded += workload.retained
            workload = replace(workload, retained=0.0, build_s=0.0)
        model.preload(preloaded)
        self._preloaded = preloaded
        self._live_at_end = preloaded + workload.live_after(span.work_s)
        self.model = model
        self.span = span
        self.mutator = Mutator(workload, streams.stream("bursts"))
        self.kernel = Kernel(trace)
        self.tally = Tally()
        self._last = 0.0
        self._next_explicit = span.explicit_every_s
        self._metadata = sorted(span.metadata_at_s, reverse=True)
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
        cut_short = done < 1 - 1e-6 and not self.model.oom
        tally.oom = self.model.oom or (cut_short and self._live_at_end > self.model.most_live())
        tally.share_done = done if cut_short else 1.0
        tally.wall_s = self.kernel.now / tally.share_done
        return tally

    def _mutate(self) -> None:
        mutator, model = self.mutator, self.model
        until = min(self.span.work_s, self._next_asked())
        before = model.filling.used + model.direct.used
        spent = mutator.fill(model.filling, model.direct, model.room(), until - mutator.now, model.direct_share)
        self.tally.allocated += model.filling.used + model.direct.used - before
        if mutator.now >= self.span.work_s - _END:
            self.kernel.after(spent, "end", self.kernel.stop)
        elif self._metadata and mutator.now >= self._metadata[-1] - _END:
            self._metadata.pop()
            self.kernel.after(spent, "metadata", lambda: self._collect(Cause.METADATA))
        elif mutator.now >= self._next_explicit - _END:
            self._next_explicit += self.span.explicit_every_s
            self.kernel.after(spent, "explicit", lambda: self._collect(Cause.EXPLICIT))
        else:
            self.kernel.after(spent, "exhausted", lambda: self._collect(Cause.ALLOCATION))

    def _next_asked(self) -> float:
        """When the next collection comes that eden does not cause."""
        return min(self._next_explicit, self._metadata[-1] if self._metadata else math.inf)

    def _collect(self, cause: Cause) -> None:
        tally, mutator = self.tally, self.mutator
        tally.peak_used = max(tally.peak_used, self.model.used())
        elapsed = mutator.now - self._last
        pauses = self.model.collect(cause, mutator.decay(elapsed), elapsed)
        self._last = mutator.now
        tally.steps += 1
        delay = self._stopped_for(pauses)
        if self.model.oom or tally.steps >= 2 * self.span.max_collections:
            self.kernel.after(delay, "end", self.kernel.stop)
            return
        if self._thinned and tally.steps >= _WARM_UP and len(pauses) == 1 and pauses[0].kind == "young":
            delay += self._repeat()
        self.kernel.after(delay, "run", self._mutate)

    def _stopped_for(self, pauses: Sequence[Pause]) -> float:
        self.tally.pauses.extend(pauses)
        return sum(pause.seconds * pause.weight for pause in pauses)

    def _repeat(self) -> float:
        """Takes equal collections together; returns the time they take."""
        each = max(self.model.allocated_per_repeat(), 1.0)
        interval = each / self.mutator.workload.rate
        remaining = (self.span.work_s - self.mutator.now) / interval
        stride = math.ceil(remaining / max(1, self.span.max_collections - self.tally.steps))
        until_asked = (self._next_asked() - self.mutator.now) / interval
        most = int(min(stride, remaining, until_asked)) - 1
        if most < 1:
            return 0.0
        count, pauses = self.model.repeat(most, interval, self._means)
        self.mutator.skip(count * interval)
        self._last = self.mutator.now
        self.tally.allocated += count * each
        return self._stopped_for(pauses) + count * interval
