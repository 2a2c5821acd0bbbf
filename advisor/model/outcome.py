"""What happens, observed or predicted: pauses, throughput, footprint, failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import Field

from advisor.model.base import Result
from advisor.model.series import Timeline

PauseKind = Literal["young", "mixed", "full", "initial-mark", "remark", "cleanup", "other"]


class KindTotals(Result):
    """The pauses of one kind."""

    count: int
    total_ms: float
    max_ms: float


class Pauses(Result):
    """Stop-the-world pauses, outermost ones only. `count` is null where the log cannot tell."""

    count: int | None = 0
    total_ms: float = 0.0
    mean_ms: float = 0.0
    p50_ms: float = 0.0
    p90_ms: float = 0.0
    p99_ms: float = 0.0
    p99_9_ms: float = 0.0
    max_ms: float = 0.0
    by_kind: Mapping[str, KindTotals] = Field(default_factory=dict)

    @classmethod
    def of(cls, pauses: Iterable[tuple[str, float]]) -> Pauses:
        """Summarises (kind, milliseconds) pairs; percentiles by `percentile`."""
        pairs = list(pauses)
        lengths = sorted(ms for _, ms in pairs)
        if not lengths:
            return cls()
        kinds: dict[str, list[float]] = {}
        for kind, ms in pairs:
            kinds.setdefault(kind, []).append(ms)
        total = sum(lengths)
        return cls(
            count=len(lengths),
            total_ms=round(total, 3),
            mean_ms=round(total / len(lengths), 3),
            p50_ms=round(percentile(lengths, 0.50), 3),
            p90_ms=round(percentile(lengths, 0.90), 3),
            p99_ms=round(percentile(lengths, 0.99), 3),
            p99_9_ms=round(percentile(lengths, 0.999), 3),
            max_ms=round(lengths[-1], 3),
            by_kind={
                kind: KindTotals(count=len(ms), total_ms=round(sum(ms), 3), max_ms=round(max(ms), 3))
                for kind, ms in sorted(kinds.items())
            },
        )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The element at rank floor(share * n) of sorted values: an observed value, never an interpolated one."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Outcome(Result):
    """One run of a program under one set of flags. Intervals hold 90 % of the simulated runs."""

    duration_s: float
    pauses: Pauses
    throughput: float
    """Share of the time in which the program was not stopped."""
    gc_cpu_s: float
    cpu_s: float | None = None
    """Processor time of the whole process, collections included; null where nothing tells how busy the program is."""
    wall_s: float
    heap_peak_bytes: int
    rss_bytes: int
    cycles: Mapping[str, int | None]
    failures: Mapping[str, int | None]
    oom: bool = False
    intervals: Mapping[str, tuple[float, float]] = Field(default_factory=dict)

    def goal_value(self, name: str) -> float | None:
        """The value a goal of that name is held against (seconds, bytes or a share), or None if unknown."""
        if self.pauses.count is None and name.endswith("_pause"):
            return None
        values: dict[str, float] = {
            "p50_pause": self.pauses.p50_ms / 1000,
            "p99_pause": self.pauses.p99_ms / 1000,
            "p99_9_pause": self.pauses.p99_9_ms / 1000,
            "max_pause": self.pauses.max_ms / 1000,
            "mean_pause": self.pauses.mean_ms / 1000,
            "throughput": self.throughput,
            "gc_cpu": self.gc_cpu_s,
            "wall": self.wall_s,
            "heap": float(self.heap_peak_bytes),
            "rss": float(self.rss_bytes),
        }
        return values[name]


class Spread(Result):
    """Sizes of |ln(predicted / real)|: half of the predictions were nearer than the median, nine of ten than p90."""

    median: float
    p90: float


class MeasuredError(Result):
    """How far predictions of this kind were off on real runs of other programs."""

    calibrated_on: str
    """The collector of the log; `any` stands for all of them."""
    predicted: str
    change: str
    """What differed: sizes, goals, thresholds, several, JDK, collector, or nothing (repetition)."""
    pairs: int
    programs: int
    errors: Mapping[str, Spread]
    """By name of the figure, as in an outcome's intervals."""


class Confidence(Result):
    """How far a prediction can be trusted, and why."""

    level: Literal["high", "medium", "low"]
    self_check: str | None = None
    """What the model gave for the flags of the log itself, against the log; null where nothing could be checked."""
    notes: tuple[str, ...] = ()


class Alternative(Result):
    """One more set of flags beside the new one, for the same program."""

    flags: tuple[str, ...]
    collector: str
    outcome: Outcome


class Simulation(Result):
    """`simulate/1`: the predicted outcome of a flag set, and of the flags in use."""

    schema_: Literal["simulate/1"] = Field("simulate/1", alias="schema")
    flags: tuple[str, ...]
    jdk: int
    collector: str
    baseline_flags: tuple[str, ...] = ()
    baseline: Outcome | None
    outcome: Outcome
    confidence: Confidence
    measured_error: MeasuredError | None = None
    """Null where no log is behind the prediction, or nothing was measured."""
    seed: int = 0
    comparisons: tuple[Alternative, ...] = ()
    timeline: Timeline | None = None
    """The nominal run under the new flags, stop by stop."""
