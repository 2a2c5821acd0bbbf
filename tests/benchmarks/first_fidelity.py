"""How near predictions come to real runs: `python -m tests.benchmarks.first_fidelity FOLDER [FLAG-SET [PROGRAM ...]]`.

FOLDER holds `runs.jsonl` and `TAG.log.gz`, one real run each. The model of a program is calibrated on its run under one
flag set alone (`serial` unless another is named); its other runs are predicted and compared with what really happened.
Ratios are predicted over observed; `serial-again` repeats `serial` and shows the noise of the measurement itself.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.analyze import LogTarget, analyze_logs
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.simulate import simulate

PREDICTED = (
    "serial", "serial-again", "serial-young", "serial-tenure1", "serial-big", "parallel", "parallel-young",
    "cms", "cms-50",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One real run and its prediction."""

    program: str
    flag_set: str
    young: tuple[int, int]
    """Predicted, observed; mixed collections too."""
    full: tuple[int, int]
    total_ratio: float
    p99_ratio: float
    rss_ratio: float
    within: bool
    """The observed total pause lies in the predicted 90 % interval."""


def runs(folder: Path) -> dict[str, dict[str, Any]]:
    """The records by tag."""
    lines = (folder / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    records = (json.loads(line) for line in lines if line.strip())
    return {record["tag"]: record for record in records}


def calibrated(folder: Path, record: dict[str, Any]) -> WorkloadProfile:
    """The profile that the log of a run reveals."""
    target = LogTarget(jdk=record["jdk"], cpus=record["cpus"], flags=tuple(record["flags"]))
    analysis = analyze_logs((str(folder / f"{record['tag']}.log.gz"),), target)
    return WorkloadProfile.model_validate(analysis.profile)


def rows(folder: Path, calibrated_on: str, programs: Sequence[str]) -> Iterator[Row]:
    """Every prediction for the programs, or for all."""
    known = runs(folder)
    for program in programs or sorted({record["program"] for record in known.values()}):
        base = known.get(f"{program}--{calibrated_on}")
        if base is None:
            continue
        profile = calibrated(folder, base)
        for flag_set in PREDICTED:
            record = known.get(f"{program}--{flag_set}")
            if record is not None and record["exit_code"] == 0:
                target = profile.model_copy(update={"jdk": record["jdk"]})
                yield _row(record, simulate(target, record["flags"], seed=1))


def _row(record: dict[str, Any], outcome: Outcome) -> Row:
    seen = record["pauses"]
    low, high = outcome.intervals["pauses.total_ms"]
    return Row(
        record["program"],
        record["flag_set"],
        (_count(outcome, "young") + _count(outcome, "mixed"), seen["kinds"].get("Young", [0])[0]),
        (_count(outcome, "full"), seen["kinds"].get("Full", [0])[0]),
        outcome.pauses.total_ms / seen["total_ms"],
        outcome.pauses.p99_ms / seen["p99_ms"],
        outcome.rss_bytes / record["rss_bytes"],
        low <= seen["total_ms"] <= high,
    )


def _count(outcome: Outcome, kind: str) -> int:
    return outcome.pauses.by_kind[kind].count if kind in outcome.pauses.by_kind else 0


def _error(ratios: Sequence[float]) -> float:
    """Median size of the error, as a share."""
    sizes = sorted(abs(math.log(ratio)) if ratio > 0 else math.inf for ratio in ratios)
    return math.expm1(sizes[len(sizes) // 2])


def table(found: Sequence[Row]) -> Iterator[str]:
    """Lines of a Markdown table, and the medians by flag set."""
    yield "| program | flags | young predicted / observed | full | total pause | p99 | RSS | in interval |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in found:
        yield (
            f"| {row.program} | {row.flag_set} | {row.young[0]} / {row.young[1]} | {row.full[0]} / {row.full[1]} "
            f"| {row.total_ratio:.2f} | {row.p99_ratio:.2f} | {row.rss_ratio:.2f} | {'yes' if row.within else 'no'} |"
        )
    yield ""
    yield "| flags | young count | total pause | p99 | RSS | in interval |"
    yield "|---|---|---|---|---|---|"
    for flag_set in PREDICTED:
        group = [row for row in found if row.flag_set == flag_set]
        if group:
            yield _medians(flag_set, group)


def _medians(flag_set: str, group: Sequence[Row]) -> str:
    counts = _error([row.young[0] / max(row.young[1], 1) for row in group])
    totals, tails = _error([row.total_ratio for row in group]), _error([row.p99_ratio for row in group])
    memory = _error([row.rss_ratio for row in group])
    inside = sum(row.within for row in group)
    return f"| {flag_set} | {counts:.0%} | {totals:.0%} | {tails:.0%} | {memory:.0%} | {inside} of {len(group)} |"


def main(arguments: Sequence[str]) -> int:
    """Prints the tables."""
    if not arguments:
        print(__doc__)  # noqa: T201 - a script prints
        return 2
    calibrated_on = arguments[1] if len(arguments) > 1 else "serial"
    for line in table(list(rows(Path(arguments[0]), calibrated_on, arguments[2:]))):
        print(line)  # noqa: T201 - a script prints
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
