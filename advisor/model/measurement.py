"""`measure/1`: real runs of a program under several sets of flags, and what can be said of their differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from advisor.model.base import Result
from advisor.model.outcome import Pauses

Verdict = Literal["better", "worse", "same", "undecided"]


class MeasuredRun(Result):
    """One run of the program."""

    wall_s: float
    cpu_s: float
    """User and system time of the program and its children."""
    rss_bytes: int
    """Most memory that one process of it had."""
    pauses: Pauses
    exit_code: int
    """Negative: ended by that signal, a time-out too."""
    timed_out: bool = False
    metrics: Mapping[str, float] = Field(default_factory=dict)
    """What the program printed of itself."""


class Arm(Result):
    """A set of flags with its runs."""

    name: str
    flags: tuple[str, ...]
    runs: tuple[MeasuredRun, ...] = ()


class Comparison(Result):
    """One metric of one arm against the baseline. `ratio` is candidate over baseline, `interval` of 95 %."""

    metric: str
    baseline: str
    candidate: str
    ratio: float | None
    interval: tuple[float, float] | None
    verdict: Verdict


class Measurement(Result):
    """The whole experiment."""

    schema_: Literal["measure/1"] = Field("measure/1", alias="schema")
    command: tuple[str, ...]
    java: str
    jdk: int
    arms: tuple[Arm, ...]
    comparisons: tuple[Comparison, ...]
    noise: Mapping[str, float] = Field(default_factory=dict)
    """By metric: how far two groups of runs with the very same flags were apart, as a ratio above 1."""
    stopped: str
    """Why no more runs were made."""
    seed: int
    warnings: tuple[str, ...] = ()
