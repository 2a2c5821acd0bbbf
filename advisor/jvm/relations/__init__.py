"""What a JVM has against options together: one statement per constraint, in tables."""

from __future__ import annotations

from advisor.jvm.relations import collectors, compilers, heap, memory, values
from advisor.jvm.relations.base import SELECTORS, Relation, Together

RELATIONS: tuple[Relation, ...] = (
    *heap.RELATIONS,
    *collectors.RELATIONS,
    *compilers.RELATIONS,
    *memory.RELATIONS,
    *values.RELATIONS,
)

__all__ = ["RELATIONS", "SELECTORS", "Relation", "Together"]
