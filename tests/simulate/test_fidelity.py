"""The judge of predictions judges rightly: closed forms of its scores, kinds of change, and order of flag sets."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.fidelity.predictions import Figures, Pair, all_pairs, observed
from tests.benchmarks.fidelity.records import Run, change, load
from tests.benchmarks.fidelity.scores import error, scores

SETS = {
    "serial": (17, "-Xmx384m -XX:+UseSerialGC", 100.0),
    "again": (17, "-Xmx384m -XX:+UseSerialGC", 110.0),
    "young": (17, "-Xmx384m -Xmn192m -XX:+UseSerialGC", 80.0),
    "tenure": (17, "-Xmx384m -XX:MaxTenuringThreshold=1 -XX:+UseSerialGC", 120.0),
    "goal": (17, "-Xmx384m -XX:MaxGCPauseMillis=50 -XX:+UseSerialGC", 100.0),
    "both": (17, "-Xmx512m -XX:MaxTenuringThreshold=1 -XX:+UseSerialGC", 90.0),
    "newer": (21, "-Xmx384m -XX:+UseSerialGC", 95.0),
    "parallel": (17, "-Xmx384m -XX:+UseParallelGC", 70.0),
}


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, Run]:
    """One made-up program under eight flag sets."""
    records = [
        {
            "tag": f"p--{name}", "program": "p", "flag_set": name, "jdk": jdk, "flags": flags.split(), "cpus": 2,
            "exit_code": 0, "wall_s": 10.0, "cpu_s": 5.0,
            "pauses": {"count": 50, "total_ms": total, "p99_ms": total / 10, "max_ms": total / 5},
        }
        for name, (jdk, flags, total) in SETS.items()
    ]  # fmt: skip
    text = "\n".join(json.dumps(record) for record in records)
    (tmp_path / "runs.jsonl").write_text(text, encoding="utf-8")
    return {run.flag_set: run for run in load(tmp_path)}


def _pair(source: Run, real: Run, figures: Figures) -> Pair:
    return Pair(source, real, figures, observed(source), observed(source), {"pauses.total_ms": True})


def test_kinds_of_change(runs: dict[str, Run]) -> None:
    """The collector counts first, then the release, then what the differing flags are about."""
    kinds = {name: change(runs["serial"], run) for name, run in runs.items() if name != "serial"}
    assert kinds == {
        "again": "repetition", "young": "sizes", "tenure": "thresholds", "goal": "goals", "both": "several",
        "newer": "JDK", "parallel": "collector",
    }  # fmt: skip


def test_errors_are_logarithms_of_ratios() -> None:
    """Twice too much is as wrong as half."""
    assert error(20, 10) == pytest.approx(math.log(2))
    assert error(5, 10) == pytest.approx(math.log(2))
    assert error(0, 10) > math.log(1000)
    assert error(0, 0) == 0


def test_a_perfect_prediction_scores_perfectly(runs: dict[str, Run]) -> None:
    """The truth itself has no error, the right order and every verdict; the baselines have none of that."""
    source = runs["serial"]
    pairs = [_pair(source, real, observed(real)) for real in runs.values() if real is not source]
    found = scores(pairs, "model")
    assert found is not None
    assert (found.count, found.total, found.total_p90, found.cpu) == (0, 0, 0, 0)
    assert (found.p99_near, found.goals_right, found.order_total) == (1, 1, 1)
    unchanged = scores(pairs, "unchanged")
    assert unchanged is not None
    assert unchanged.order_total == 0
    assert unchanged.total == pytest.approx(math.log(100 / 90))


def test_the_wrong_way_round_is_minus_one(runs: dict[str, Run]) -> None:
    """Predictions in the opposite order of the truth."""
    source = runs["serial"]
    pairs = [
        _pair(source, real, replace(observed(real), total_ms=1000 - real.total_ms))
        for name, real in runs.items()
        if name in ("young", "tenure", "both")
    ]
    found = scores(pairs, "model")
    assert found is not None
    assert found.order_total == -1


@pytest.mark.parametrize(("factor", "right"), [(1.0, 1.0), (0.6, 0.5), (1.5, 0.5), (1.3, 1.0)])
def test_verdicts_on_pause_goals(runs: dict[str, Run], factor: float, right: float) -> None:
    """A goal at 0.7 of the real percentile is missed, one at 1.4 is met."""
    real = runs["young"]
    predicted = replace(observed(real), p99_ms=real.p99_ms * factor)
    found = scores([_pair(runs["serial"], real, predicted)], "model")
    assert found is not None
    assert found.goals_right == right


@pytest.mark.shared
def test_any_number_of_jobs_gives_the_same(shared: Path) -> None:
    """Predictions from real logs, in this process and in two others."""
    chosen = [run for run in load(shared / "truth", ("alloc-old",)) if run.flag_set in ("serial", "parallel", "cms")]
    alone, together = list(all_pairs(chosen, 1, 1)), list(all_pairs(chosen, 1, 2))
    assert len(alone) == 6
    assert alone == together
