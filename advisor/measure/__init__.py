"""COMMAND + FLAG SETS -> EVIDENCE: real runs, interleaved, until the differences are decided or the budget is spent."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from advisor.measure.compare import FIGURES, compared, noise
from advisor.measure.launch import VARIABLE, Program, Watch, program, run_once
from advisor.model.errors import UsageError
from advisor.model.measurement import Arm, Comparison, MeasuredRun, Measurement

__all__ = ["AGAIN", "Plan", "measure"]

AGAIN = "again"
"""Name of the arm that repeats the baseline."""
DECIDING = ("wall_s", "cpu_s", "rss_bytes", "pauses.total_ms", "pauses.p99_ms")
"""What must be decided before the budget is spent for the runs to stop; the longest pause hardly ever is."""
_LEAST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, and when to stop."""

    arms: Sequence[tuple[str, tuple[str, ...]]]
    """(name, flags); the first is the baseline."""
    max_runs: int = 10
    """Of each arm."""
    budget_s: float = math.inf
    timeout_s: float = 3600.0
    warm_up: int = 1
    repeat_baseline: bool = True
    metrics: Mapping[str, str] = field(default_factory=dict)
    """Name -> expression whose first group is the figure."""
    larger_is_better: frozenset[str] = frozenset()
    seed: int = 0


def measure(
    command: Sequence[str],
    plan: Plan,
    *,
    java: Path | None = None,
    progress: Callable[[str, MeasuredRun], None] | None = None,
) -> Measurement:
    """Runs a command under every arm of a plan, in a random order that the seed fixes.

    Interrupted, it answers with the runs there are. Raises UsageError for a plan that cannot be, InputError where the
    command or its java cannot be started.
    """
    subject = program(command, java)
    experiment = _Experiment(subject, plan, _patterns(plan.metrics))
    try:
        stopped = experiment.go(progress)
    except KeyboardInterrupt:
        if not experiment.rounds:
            raise
        stopped = "interrupted"
    return experiment.result(stopped)


def _patterns(metrics: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    found = {}
    for name, text in metrics.items():
        try:
            pattern = re.compile(text)
        except re.error as error:
            raise UsageError(f"{text!r} is no expression: {error}", where="--metric") from error
        if pattern.groups < 1:
            raise UsageError(f"{text!r} has no group for the figure", where="--metric", hint="'p99=([0-9.]+) ms'")
        found[name] = pattern
    return found


class _Experiment:
    def __init__(self, subject: Program, plan: Plan, metrics: Mapping[str, re.Pattern[str]]) -> None:
        names = [name for name, _ in plan.arms]
        if not names or len(set(names)) != len(names) or AGAIN in names:
            raise UsageError("arms need names that differ", where="--arm", hint=f"--arm 'base: -Xmx1g'; not {AGAIN!r}")
        self.subject, self.plan = subject, plan
        self.arms = dict(plan.arms)
        if plan.repeat_baseline and len(names) > 1:
            self.arms[AGAIN] = plan.arms[0][1]
        self.runs: dict[str, list[MeasuredRun]] = {name: [] for name in self.arms}
        self.rounds = 0
        self._watch = Watch(plan.timeout_s, metrics)
        self._metrics = (*FIGURES, *metrics)

    def go(self, progress: Callable[[str, MeasuredRun], None] | None) -> str:
        """Runs round after round; why it stopped."""
        started, stream = time.monotonic(), random.Random(f"order {self.plan.seed}")  # noqa: S311 - an order
        for _ in range(self.plan.warm_up):
            run_once(self.subject, self.plan.arms[0][1], self._watch)
        longest_s = 0.0
        while self.rounds < self.plan.max_runs:
            began = time.monotonic()
            order = list(self.arms)
            stream.shuffle(order)
            for name in order:
                run = run_once(self.subject, self.arms[name], self._watch)
                self.runs[name].append(run)
                if progress is not None:
                    progress(name, run)
            self.rounds += 1
            longest_s = max(longest_s, time.monotonic() - began)
            if self.rounds >= _LEAST_ROUNDS and self._is_decided():
                return "decided"
            if time.monotonic() - started + longest_s > self.plan.budget_s:
                return "budget spent"
        return "all runs made"

    def _arm(self, name: str) -> Arm:
        return Arm(name=name, flags=self.arms[name], runs=tuple(self.runs[name]))

    def _margins(self) -> dict[str, float]:
        base = self._arm(self.plan.arms[0][0])
        again = self._arm(AGAIN) if AGAIN in self.arms else None
        return {metric: noise(base, again, metric) for metric in self._metrics}

    def comparisons(self) -> list[Comparison]:
        """Every arm but the repetition against the baseline, in every metric."""
        base, margins = self._arm(self.plan.arms[0][0]), self._margins()
        return [
            compared(
                base,
                self._arm(name),
                metric,
                margin=margins[metric],
                larger_is_better=metric in self.plan.larger_is_better,
                seed=self.plan.seed,
            )
            for name, _ in self.plan.arms[1:]
            for metric in self._metrics
        ]

    def _is_decided(self) -> bool:
        deciding = (*DECIDING, *self._watch.metrics)
        asked = [c for c in self.comparisons() if c.metric in deciding and c.ratio is not None]
        return bool(asked) and all(comparison.verdict != "undecided" for comparison in asked)

    def result(self, stopped: str) -> Measurement:
        """What is known now."""
        margins = self._margins() if AGAIN in self.arms else {}
        return Measurement(
            command=self.subject.words,
            java=str(self.subject.java),
            jdk=self.subject.jdk,
            arms=tuple(self._arm(name) for name in self.arms),
            comparisons=tuple(self.comparisons()),
            noise={metric: round(math.exp(margin), 4) for metric, margin in margins.items()},
            stopped=stopped,
            seed=self.plan.seed,
            warnings=tuple(self._warnings()),
        )

    def _warnings(self) -> Iterator[str]:
        if self.subject.place is None:
            yield (
                f"the command does not name java itself: flags are given in {VARIABLE}, which options that the "
                "command gives its java override"
            )
        for name, runs in self.runs.items():
            failed = [run for run in runs if run.exit_code]
            if failed:
                how = "timed out" if all(run.timed_out for run in failed) else "failed"
                yield f"{name}: {len(failed)} of {len(runs)} runs {how}; they are counted and not compared"
        for name in self._watch.metrics:
            if not any(name in run.metrics for runs in self.runs.values() for run in runs):
                yield f"the program never printed {name!r}"
