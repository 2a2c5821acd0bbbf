"""Where the memory limit goes, and whether it is enough."""

from __future__ import annotations

from dataclasses import asdict

from advisor.jvm.ergonomics import Effective
from advisor.jvm.footprint import beside_heap
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Bytes
from advisor.model.recommendation import MemoryBudget


def budget(profile: WorkloadProfile, result: Effective, heap_bytes: int | None = None) -> MemoryBudget:
    """Heap, the parts beside it, and the head-room that is left; a head-room below zero is shown as zero."""
    heap = result.layout.max_heap if heap_bytes is None else heap_bytes
    parts = {"heap": heap, **asdict(beside_heap(profile, result))}
    limit = int(profile.machine.memory)
    return MemoryBudget(limit_bytes=limit, parts=parts, headroom_bytes=max(0, limit - sum(parts.values())))


def shortfall(profile: WorkloadProfile, result: Effective) -> str | None:
    """Why the memory cannot hold this JVM, with the numbers; None where it can."""
    heap = result.layout.max_heap
    live = profile.live
    if live is not None and heap < live:
        return (
            f"a heap of {Bytes(heap).human()} cannot hold the live set of {live.human()}: "
            f"raise the memory limit of {profile.machine.memory.human()} or keep less alive"
        )
    needed = heap + sum(asdict(beside_heap(profile, result)).values())
    if needed > profile.machine.memory:
        return (
            f"heap and what a JVM needs beside it take {Bytes(needed).human()} of {profile.machine.memory.human()}: "
            "raise the memory limit, or tell what the program really uses (metaspace, code_cache, threads)"
        )
    return None
