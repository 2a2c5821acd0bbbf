"""A heap that may grow to the whole memory of its container: the kernel kills the process before the JVM collects."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.lint.case import Case, Problem
from advisor.model.finding import FindingConfidence
from advisor.model.quantities import Bytes


class HeapVsContainer:
    """Holds where the largest heap is at or above the memory limit of the same container."""

    id = "heap-vs-container"

    def problems(self, case: Case) -> Iterator[Problem]:
        """At most one, at the option that sets the heap."""
        limit = case.launch.limits.memory_bytes
        found = self._heap(case, limit) if limit else None
        if limit is None or found is None or found[1] < limit:
            return
        name, heap = found
        word = next((w for w in reversed(case.words) if w.known and case.sets(w, name)), None)
        if word is not None:
            place = case.launch.name
            told = f"the heap may grow to {Bytes(heap).human()}, but {place} gets {Bytes(limit).human()} in all"
            confidence: FindingConfidence = "medium" if case.launch.is_open() else "high"
            yield Problem(self.id, "warning", confidence, word, name, told)

    def _heap(self, case: Case, limit: int) -> tuple[str, int] | None:
        """The flag that sets the largest heap, and the heap in bytes. -Xmx wins over a percentage (arguments.cpp)."""
        heap = case.values.get("MaxHeapSize")
        if heap is not None:
            return "MaxHeapSize", int(heap)
        share = case.values.get("MaxRAMPercentage")
        return None if share is None else ("MaxRAMPercentage", int(limit * float(share) / 100))
