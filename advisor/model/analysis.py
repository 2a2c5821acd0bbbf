"""`analyze/1`: what a GC log says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from advisor.model.base import Result
from advisor.model.outcome import Pauses
from advisor.model.series import Timeline


class Source(Result):
    """Where the figures come from."""

    files: tuple[str, ...]
    lines: int
    bytes: int
    format: Literal["unified", "jdk8"]
    jdk: int | None
    collector: str
    flags: tuple[str, ...] = ()
    cpus: int | None = None
    memory_bytes: int | None = None
    """As the JVM printed it: the container's limit, or the host's memory."""
    lines_skipped: int = 0
    """Lines that begin like one of a GC log and could not be used: damaged, cut, printed twice, or contradictory."""
    notes: tuple[str, ...] = ()
    """What was left out, put right or put in order while reading, one sentence each."""


class Volume(Result):
    """Bytes over the whole log. Null where the log cannot tell."""

    rate_bytes_s: float | None
    total_bytes: int | None


class Heap(Result):
    """Heap sizes over the whole log."""

    max_bytes: int | None
    peak_used_bytes: int
    live_bytes: int | None


class Diagnosis(Result):
    """One thing that is wrong or worth knowing."""

    id: str
    severity: Literal["error", "warning", "info"]
    message: str
    evidence: str
    """The figures behind it, with their times on the log's clock."""
    confidence: Literal["high", "medium", "low"] = "high"
    """How sure the log makes it: high is counted or printed, medium follows from several figures, low is a hint."""
    advice: str | None = None
    flags: tuple[str, ...] = ()
    """Options to try or to give up, where the advice is one of flags."""
    count: int | None = None
    first_s: float | None = None
    last_s: float | None = None
    worst_s: float | None = None
    """When it was seen first and last, and when it was worst: seconds on the log's clock."""
    weight: float = 0.0
    """For the order among findings of one severity: about the share of the running time at stake."""


class Analysis(Result):
    """The whole answer. `profile` is a workload profile in its YAML form."""

    schema_: Literal["analyze/1"] = Field("analyze/1", alias="schema")
    source: Source
    duration_s: float | None
    """Null for a log without time stamps, and with it the throughput."""
    pauses: Pauses
    throughput: float | None
    allocation: Volume
    promotion: Volume
    heap: Heap
    cycles: Mapping[str, int | None]
    failures: Mapping[str, int | None]
    diagnosis: tuple[Diagnosis, ...] = ()
    timeline: Timeline | None = None
    assumptions: tuple[str, ...] = ()
    """What the log does not say and the profile had to take for granted, one sentence each."""
    profile: Mapping[str, Any] = Field(default_factory=dict)
