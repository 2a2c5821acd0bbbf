"""The options that choose a collector, release by release."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.model.machine import Collector

_UNLOCK = "-XX:+UnlockExperimentalVMOptions"
_FLAGS: Mapping[Collector, tuple[str, ...]] = {
    Collector.SERIAL: ("-XX:+UseSerialGC",),
    Collector.PARALLEL: ("-XX:+UseParallelGC",),
    Collector.CMS: ("-XX:+UseConcMarkSweepGC",),
    Collector.G1: ("-XX:+UseG1GC",),
    Collector.ZGC: ("-XX:+UseZGC",),
    Collector.ZGC_GENERATIONAL: ("-XX:+UseZGC", "-XX:+ZGenerational"),
    Collector.EPSILON: (_UNLOCK, "-XX:+UseEpsilonGC"),
    Collector.SHENANDOAH: ("-XX:+UseShenandoahGC",),
    Collector.SHENANDOAH_GENERATIONAL: ("-XX:+UseShenandoahGC", "-XX:ShenandoahGCMode=generational"),
}
_EXPERIMENTAL: Mapping[Collector, int] = {Collector.ZGC: 15, Collector.SHENANDOAH: 15}
"""The release in which a collector stopped being experimental (JEP 377, JEP 379)."""
_ONLY_MODE = 24
"""From here on ZGC is generational without being asked (JEP 490)."""


def selecting(collector: Collector, jdk: int) -> tuple[str, ...]:
    """The words with which `java` of a release uses a collector, whether or not that release has it."""
    words = [word for word in _FLAGS[collector] if not (jdk >= _ONLY_MODE and word == "-XX:+ZGenerational")]
    if jdk < _EXPERIMENTAL.get(collector, 0):
        words.insert(0, _UNLOCK)
    return tuple(words)
