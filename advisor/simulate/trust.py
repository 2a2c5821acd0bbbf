"""What the replicates do not vary: how far the model itself is off, by what changed between the log and the prediction.

Log-sds, so chosen that 90 % intervals held what happened in nine of ten pairs of 126 real runs of seven programs
(`docs/fidelity.md`). They are rounded, and of whole classes of changes; none belongs to a single program.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import Effective, effective
from advisor.model.machine import Collector
from advisor.model.profile import WorkloadProfile

Sigmas = Mapping[str, float]
"""By name of the figure, as in an outcome's intervals."""


def _sigmas(count: float, total: float, tail: float, cpu: float) -> Sigmas:
    return {
        "pauses.count": count,
        "pauses.total_ms": total,
        "pauses.p99_ms": tail,
        "pauses.max_ms": tail,
        "throughput": total,
        "cpu_s": cpu,
    }


NOTHING: Sigmas = {}
AGAIN = _sigmas(0.05, 0.12, 0.30, 0.05)
"""The very same flags."""
OTHER_FLAGS = _sigmas(0.12, 0.14, 0.40, 0.10)
"""Same collector and release."""
OTHER_COLLECTOR = _sigmas(0.15, 0.22, 0.40, 0.15)
"""Or another release."""
CONCURRENT_LOG = _sigmas(0.35, 0.50, 0.55, 0.40)
"""Calibrated on a log of ZGC or Shenandoah, which tells little of what survives."""
_CONCURRENT = frozenset(
    {Collector.ZGC, Collector.ZGC_GENERATIONAL, Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL}
)


def model_error(profile: WorkloadProfile, target: Effective) -> Sigmas:
    """How far the model itself is off for these flags; nothing for a profile without a log behind it."""
    observed = profile.observed
    if observed is None:
        return NOTHING
    if observed.collector != target.collector:
        return CONCURRENT_LOG if observed.collector in _CONCURRENT else OTHER_COLLECTOR
    if observed.jdk not in (None, profile.jdk):
        return OTHER_COLLECTOR
    in_use = effective(profile.jdk, profile.machine, parse_words(profile.flags))
    return AGAIN if in_use.flags == target.flags else OTHER_FLAGS
