"""How far predictions of a kind were off on real runs: what `tests/benchmarks/fidelity` measured, looked up.

The rows are of `data/fidelity.json`, which the benchmark writes: by the two collectors and the kind of change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import Effective
from advisor.model.flags import FlagSet
from advisor.model.outcome import MeasuredError, Spread
from advisor.model.profile import WorkloadProfile

DATA = Path(__file__).parent / "data" / "fidelity.json"
GOALS = frozenset({"MaxGCPauseMillis", "GCTimeRatio", "MaxGCMinorPauseMillis", "GCPauseIntervalMillis"})
SIZES = frozenset(
    {
        "MaxHeapSize", "InitialHeapSize", "MinHeapSize", "NewSize", "MaxNewSize", "NewRatio", "SurvivorRatio",
        "G1HeapRegionSize", "G1NewSizePercent", "G1MaxNewSizePercent", "SoftMaxHeapSize", "InitialSurvivorRatio",
        "MinSurvivorRatio",
    }
)  # fmt: skip
KINDS = ("repetition", "sizes", "goals", "thresholds", "several", "JDK", "collector")
"""Kinds of change: the collector if that differs, else the release if that differs, else by the flags that differ."""
ANY = "any"
"""In place of a collector: all of them together."""


def kind_of_change(same_collector: bool, same_jdk: bool, before: FlagSet, after: FlagSet) -> str:
    """One of KINDS."""
    if not same_collector:
        return "collector"
    if not same_jdk:
        return "JDK"
    kinds = {_kind(name) for name, _ in _settings(before) ^ _settings(after)}
    if not kinds:
        return "repetition"
    return kinds.pop() if len(kinds) == 1 else "several"


def _settings(flags: FlagSet) -> set[tuple[str, str]]:
    return {(option.name, str(option.value)) for option in flags if option.sets_flag}


def _kind(name: str) -> str:
    return "sizes" if name in SIZES else "goals" if name in GOALS else "thresholds"


@lru_cache(maxsize=1)
def _rows() -> Mapping[tuple[str, str, str], Mapping[str, Any]]:
    if not DATA.is_file():
        return {}
    rows = json.loads(DATA.read_text(encoding="utf-8"))["rows"]
    return {(row["from"], row["to"], row["change"]): row for row in rows}


def measured_error(profile: WorkloadProfile, target: Effective, flags: FlagSet) -> MeasuredError | None:
    """The row for predicting these flags from the log behind a profile; None without a log, or without any row."""
    observed = profile.observed
    if observed is None:
        return None
    source, goal = str(observed.collector), str(target.collector)
    same_jdk = observed.jdk in (None, profile.jdk)
    change = kind_of_change(source == goal, same_jdk, parse_words(profile.flags), flags)
    for key in ((source, goal, change), (ANY, ANY, change)):
        if row := _rows().get(key):
            return _error(key, row)
    return None


def _error(key: tuple[str, str, str], row: Mapping[str, Any]) -> MeasuredError:
    return MeasuredError(
        calibrated_on=key[0],
        predicted=key[1],
        change=key[2],
        pairs=row["pairs"],
        programs=row["programs"],
        errors={name: Spread(**spread) for name, spread in row["errors"].items()},
    )
