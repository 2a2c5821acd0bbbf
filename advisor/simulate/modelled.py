"""Which collectors have a model, for callers that want to know before they load it."""

from __future__ import annotations

from advisor.model.machine import Collector

MODELLED = frozenset(
    {
        Collector.SERIAL,
        Collector.PARALLEL,
        Collector.CMS,
        Collector.G1,
        Collector.ZGC,
        Collector.ZGC_GENERATIONAL,
        Collector.SHENANDOAH,
        Collector.SHENANDOAH_GENERATIONAL,
    }
)
"""The collectors of `collectors.COLLECTORS`."""


def supports(collector: Collector) -> bool:
    """Whether there is a model of the collector."""
    return collector in MODELLED
