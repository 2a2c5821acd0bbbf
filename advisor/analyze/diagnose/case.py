"""What the checks judge: the metrics of one log and what is known of the JVM behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

from advisor.analyze.incidents import REQUESTED, Incidents
from advisor.analyze.live import steady_live
from advisor.analyze.metrics import Metrics
from advisor.analyze.sightings import Sighting
from advisor.model.analysis import Diagnosis
from advisor.model.quantities import Bytes

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
CONCURRENT = frozenset(("zgc", "zgc-generational", "shenandoah", "shenandoah-generational"))
"""Collectors that copy while the program runs."""
WALL_CLOCK_S = 3.2e8
"""Ten years: a time stamp beyond that counts from 1970, not from the start of the JVM."""
GENERATIONAL = frozenset(("serial", "parallel", "cms", "g1"))


@dataclass(frozen=True)
class Case:
    """One log to judge. `logged_*` is what the JVM printed of itself and its machine."""

    metrics: Metrics
    collector: str
    form: str = "unified"
    logged_jdk: int | None = None
    logged_cpus: int | None = None
    logged_memory: int | None = None
    flags: tuple[str, ...] = field(default=())
    """Options that the log prints as they were given."""

    @property
    def seen(self) -> Incidents:
        """The sightings."""
        return self.metrics.incidents

    @cached_property
    def elapsed_s(self) -> float | None:
        """Seconds that the log covers; None without time stamps."""
        return self.metrics.elapsed_s or None

    @cached_property
    def stopped(self) -> float | None:
        """Share of the time in pauses."""
        if not self.elapsed_s or not self.metrics.pauses.total_ms:
            return None
        return min(1.0, self.metrics.pauses.total_ms / 1000 / self.elapsed_s)

    @cached_property
    def live(self) -> int | None:
        """Bytes that survive collections of old in the steady part."""
        return steady_live(self.metrics)

    @cached_property
    def heap_max(self) -> int | None:
        """The largest heap, bytes."""
        return self.metrics.heap_max

    @cached_property
    def cpus(self) -> int | None:
        """Processors that the JVM saw, as far as the log says: at least its parallel workers."""
        return self.logged_cpus or self.metrics.jvm.number("parallel_workers") or self.metrics.jvm.workers

    @cached_property
    def unwanted_full(self) -> Sighting:
        """Full collections that neither somebody asked for nor metadata caused, milliseconds."""
        return self.seen.full_causes.where(lambda cause: cause not in REQUESTED and not cause.startswith("Metadata GC"))

    def share(self, ms: float) -> float:
        """Milliseconds as a share of the log's time, at most 1; 0 where the time is unknown."""
        return min(1.0, ms / 1000 / self.elapsed_s) if self.elapsed_s else 0.0

    def has(self, *words: str) -> bool:
        """Whether an option that the log prints contains one of the words."""
        return any(word in flag for flag in self.flags for word in words)


_MS = {"ms": 1.0, "s": 1000.0}


def when(seen: Sighting, what: str = "", unit: str | None = None) -> str:
    """`12 times, first at 3.1 s, last at 90 s, worst 45 ms at 33 s`, as far as it is known."""
    parts = [what] if what else []
    if seen.first_s is not None:
        if seen.count == 1:
            parts.append(f"at {clock(seen.first_s)}")
        else:
            parts.append(f"first at {clock(seen.first_s)}, last at {clock(seen.last_s)}")
    if unit and seen.worst and not (seen.count == 1 and not what):
        at = f" at {clock(seen.worst_s)}" if seen.worst_s is not None and seen.count > 1 else ""
        parts.append(f"the longest {millis(seen.worst * _MS[unit])}{at}")
    return ", ".join(parts)


def clock(time_s: float | None) -> str:
    """A time on the log's clock: seconds, with hours beyond the first."""
    if time_s is None:
        return "?"
    if time_s > WALL_CLOCK_S:
        return f"{datetime.fromtimestamp(time_s, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"
    if abs(time_s) < 3600:
        return f"{time_s:.2f} s" if time_s < 100 else f"{time_s:.0f} s"
    minutes, seconds = divmod(round(time_s), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def millis(value: float) -> str:
    """Milliseconds, or seconds from a thousand on."""
    return f"{amount(value)} ms" if value < 999.5 else f"{value / 1000:.3g} s"


def logging(case: Case, unified: str, jdk8: str) -> str:
    """What to log with, in the words of the log's own JVM."""
    return unified if case.form == "unified" else jdk8


def amount(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def many(count: int, one: str, more: str | None = None) -> str:
    """`1 collection`, `2 collections`; `once`, `twice`, `3 times`."""
    if one == "time" and count < 3:
        return ("never", "once", "twice")[count]
    return f"{count} {one if count == 1 else more or one + 's'}"


def size(value: float) -> str:
    """Bytes as people write them."""
    return Bytes(round(value)).human()


def finding(  # noqa: PLR0913 - one for each part of a finding
    severity: Severity,
    message: str,
    evidence: str,
    advice: str,
    *,
    confidence: Confidence = "high",
    flags: tuple[str, ...] = (),
    seen: Sighting | None = None,
    weight: float = 0.0,
) -> Diagnosis:
    """A finding whose id the check fills in; `seen` gives its times."""
    return Diagnosis(
        id="",
        severity=severity,
        message=message,
        evidence=evidence,
        advice=advice,
        confidence=confidence,
        flags=flags,
        weight=round(weight, 4),
        count=seen.count if seen else None,
        first_s=_rounded(seen.first_s) if seen else None,
        last_s=_rounded(seen.last_s) if seen else None,
        worst_s=_rounded(seen.worst_s) if seen else None,
    )


def _rounded(time_s: float | None) -> float | None:
    return None if time_s is None else round(time_s, 3)
