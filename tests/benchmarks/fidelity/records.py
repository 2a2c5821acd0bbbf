"""Real runs: what a folder of them holds, and how two of them differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import Effective, effective
from advisor.model.machine import Machine
from advisor.model.quantities import Bytes
from advisor.simulate.measured import kind_of_change

_MEMORY = Bytes(23 << 30)


@dataclass(frozen=True, slots=True)
class Run:
    """One real run. Times of pauses in milliseconds."""

    tag: str
    program: str
    flag_set: str
    jdk: int
    flags: tuple[str, ...]
    cpus: int
    log: Path
    wall_s: float
    cpu_s: float
    count: int
    total_ms: float
    p99_ms: float
    max_ms: float
    target: Effective

    @property
    def collector(self) -> str:
        """The collector in use."""
        return str(self.target.collector)

    def like(self, other: Run) -> bool:
        """Same collector and release."""
        return self.collector == other.collector and self.jdk == other.jdk

    def repeats(self, other: Run) -> bool:
        """The very same settings."""
        return self.jdk == other.jdk and self.flags == other.flags


def load(folder: Path, programs: Sequence[str] = ()) -> list[Run]:
    """The runs of a folder (`runs.jsonl`, `TAG.log.gz`) that ended well and collected at all, in the file's order."""
    lines = (folder / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines if line.strip()]
    usable = [r for r in records if r["exit_code"] == 0 and r.get("pauses", {}).get("total_ms") and r.get("cpu_s")]
    return [_run(folder, record) for record in usable if not programs or record["program"] in programs]


def _run(folder: Path, record: dict[str, Any]) -> Run:
    pauses, flags = record["pauses"], tuple(record["flags"])
    machine = Machine(cpus=record["cpus"], memory=_MEMORY)
    return Run(
        record["tag"],
        record["program"],
        record["flag_set"],
        record["jdk"],
        flags,
        record["cpus"],
        folder / f"{record['tag']}.log.gz",
        record["wall_s"],
        record["cpu_s"],
        pauses["count"],
        pauses["total_ms"],
        pauses["p99_ms"],
        pauses["max_ms"],
        effective(record["jdk"], machine, parse_words(flags)),
    )


def change(before: Run, after: Run) -> str:
    """The kind of change between two runs."""
    flags = parse_words(before.flags), parse_words(after.flags)
    return kind_of_change(before.collector == after.collector, before.jdk == after.jdk, *flags)
