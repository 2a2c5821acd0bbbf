"""All suggesters. A module of this folder that is missing from the tuple fails a test."""

from __future__ import annotations

from advisor.model.errors import UsageError
from advisor.optimize.suggest import SuggesterKind
from advisor.optimize.suggesters.skopt import EXTRA_TREES, GAUSSIAN_PROCESS
from advisor.optimize.suggesters.sobol import SOBOL

SUGGESTERS: tuple[SuggesterKind, ...] = (GAUSSIAN_PROCESS, EXTRA_TREES, SOBOL)


def suggester_kind(name: str) -> SuggesterKind:
    """The suggester of that name. Raises UsageError that names the known ones."""
    for kind in SUGGESTERS:
        if kind.name == name:
            return kind
    raise UsageError(f"unknown suggester {name!r}", hint=f"known: {', '.join(kind.name for kind in SUGGESTERS)}")
