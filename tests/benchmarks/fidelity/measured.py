"""Pairs -> the rows that predictions show: errors by the two collectors and the kind of change."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from advisor.simulate.measured import ANY
from tests.benchmarks.fidelity.predictions import Figures, Pair, observed
from tests.benchmarks.fidelity.scores import error

LEAST_PAIRS = 5
_FIGURES = {"pauses.count": "count", "pauses.total_ms": "total_ms", "pauses.p99_ms": "p99_ms", "cpu_s": "cpu_s"}


def write(pairs: Sequence[Pair], path: Path, command: str) -> None:
    """Writes the rows, one a line."""
    groups: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.model is not None:
            groups[pair.source.collector, pair.real.collector, pair.kind].append(pair)
            groups[ANY, ANY, pair.kind].append(pair)
    rows = [_row(key, group) for key, group in sorted(groups.items()) if len(group) >= LEAST_PAIRS]
    lines = ",\n".join(json.dumps(row) for row in rows)
    path.write_text(f'{{"made_by": {json.dumps(command)}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")


def _row(key: tuple[str, str, str], group: Sequence[Pair]) -> dict[str, Any]:
    return {
        "from": key[0],
        "to": key[1],
        "change": key[2],
        "pairs": len(group),
        "programs": len({pair.real.program for pair in group}),
        "errors": {name: _spread(group, attribute) for name, attribute in _FIGURES.items()},
    }


def _spread(group: Sequence[Pair], attribute: str) -> dict[str, float]:
    errors = sorted(_error(pair, pair.model, attribute) for pair in group if pair.model is not None)
    pick = (errors[len(errors) // 2], errors[min(len(errors) - 1, int(0.9 * len(errors)))])
    return {"median": round(pick[0], 3), "p90": round(pick[1], 3)}


def _error(pair: Pair, figures: Figures, attribute: str) -> float:
    return error(getattr(figures, attribute), getattr(observed(pair.real), attribute))
