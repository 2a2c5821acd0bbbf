"""How right the inferred allocation rate and live set are: `python -m tests.benchmarks.analyze_inference FOLDER`.

FOLDER holds `generated.tsv` and `generated/NAME.log.gz`: logs of a load that says what it allocated (`app_allocated_MB`
in `app_wall_s`) and what it keeps alive: `liveMB` for good, a window of 8,000 younger arrays of 1.8 kB in the mean, and
what the JVM itself needs. Prints a row per log, then the median and the 90th percentile of the error by collector.
"""

from __future__ import annotations

import csv
import math
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.analyze import analyze_logs
from advisor.model.errors import AdvisorError

MIB = 1 << 20
WINDOW_MIB = 8000 * 1812 / MIB
JVM_MIB = 3.0
"""Objects of the class library and of the agent that recorded the run."""


@dataclass(frozen=True, slots=True)
class Row:
    """One log: what was inferred over what is true; None where the log does not tell."""

    name: str
    collector: str
    rate: float | None
    live: float | None


def rows(folder: Path) -> Iterator[Row]:
    """Every log whose load says what it allocated."""
    with (folder / "generated.tsv").open(encoding="utf-8", newline="") as stream:
        for record in csv.DictReader(stream, delimiter="\t"):
            found = _row(folder, record)
            if found is not None:
                yield found


def _row(folder: Path, record: dict[str, str]) -> Row | None:
    text = " ".join(value for value in record.values() if isinstance(value, str))
    allocated, wall = _number(record.get("app_allocated_MB")), _number(record.get("app_wall_s"))
    name = next((value for value in record.values() if isinstance(value, str) and value.endswith(".log")), "")
    path = folder / "generated" / f"{name or record.get('log', '')}.gz"
    if allocated is None or not wall or not path.exists():
        return None
    try:
        analysis = analyze_logs((str(path),))
    except AdvisorError:
        return None
    rate, live = analysis.allocation.rate_bytes_s, analysis.heap.live_bytes
    # A slow load ends before it has filled what it keeps.
    kept = None if re.search("leak|frag|humKB|meta|rateMBs", text) else re.search(r"liveMB=(\d+)", text)
    truth = float(kept[1]) + WINDOW_MIB + JVM_MIB if kept else None
    return Row(
        path.name,
        str(analysis.source.collector),
        rate / MIB / (allocated / wall) if rate is not None else None,
        live / MIB / truth if live is not None and truth else None,
    )


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _summary(ratios: Sequence[float]) -> str:
    errors = sorted(abs(math.log(ratio)) if ratio > 0 else math.inf for ratio in ratios)
    if not errors:
        return "-"
    middle, high = errors[len(errors) // 2], errors[min(len(errors) - 1, int(0.9 * len(errors)))]
    return f"{math.expm1(middle):.0%} / {math.expm1(high):.0%} ({len(errors)})"


def main(arguments: Sequence[str]) -> int:
    """Prints the tables."""
    if len(arguments) != 1:
        print(__doc__)  # noqa: T201 - a script prints
        return 2
    found = list(rows(Path(arguments[0])))
    for row in found:
        rate = "?" if row.rate is None else f"{row.rate:.2f}"
        live = "?" if row.live is None else f"{row.live:.2f}"
        print(f"{row.name:44} {row.collector:24} rate {rate:>6} live {live:>6}")  # noqa: T201 - a script prints
    print("| collector | allocation rate | live set |\n|---|---|---|")  # noqa: T201 - a script prints
    for collector in sorted({row.collector for row in found}):
        group = [row for row in found if row.collector == collector]
        rate = _summary([row.rate for row in group if row.rate is not None])
        live = _summary([row.live for row in group if row.live is not None])
        print(f"| {collector} | {rate} | {live} |")  # noqa: T201 - a script prints
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
