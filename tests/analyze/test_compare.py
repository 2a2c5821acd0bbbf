"""`analyze --compare`: differences that matter are told, those that are chance are not."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from advisor.analyze.compare import MEASURES, compare
from advisor.cli.main import run
from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import Figure
from tests.analyze.logs import SAMPLES
from tests.analyze.script import Log

SAMPLE = str(SAMPLES / "orders-jdk21-serial.log.gz")


def _run(folder: Path, name: str, *, mean_ms: float, seed: int, full: bool = False) -> Analysis:
    chance = random.Random(seed)
    log = Log("Serial", heap=1024)
    for number in range(1, 200):
        log.young(number * 2.0, chance.uniform(0.5, 1.5) * mean_ms, before=600, after=200)
        if full and number % 20 == 0:
            log.pause(number * 2.0 + 1, "Full (Allocation Failure)", 8 * mean_ms, 700, 190)
    place = folder / name
    place.mkdir()
    return log.analysis(place)


def _figures(before: Analysis, after: Analysis) -> dict[str, Figure]:
    return {figure.name: figure for figure in compare(before, after).figures}


def test_a_log_equals_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyze", "--compare", "--format", "json", SAMPLE, SAMPLE]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "analyze-compare/1"
    assert {figure["verdict"] for figure in document["figures"]} <= {"same", "unknown"}
    assert all(figure["ratio"] in (1.0, None) for figure in document["figures"])
    assert document["gone"] == document["new"] == []
    assert run(["analyze", "--compare", SAMPLE, SAMPLE]) == 0
    assert capsys.readouterr().out.startswith("No figure differs")


def test_halved_pauses_are_better(tmp_path: Path) -> None:
    before, after = _run(tmp_path, "a", mean_ms=40, seed=1), _run(tmp_path, "b", mean_ms=20, seed=2)
    figures = _figures(before, after)
    assert figures["mean pause"].ratio == pytest.approx(0.5, rel=0.1)
    assert figures["mean pause"].verdict == figures["time stopped"].verdict == "better"
    assert figures["allocation"].verdict == "same"
    swapped = _figures(after, before)
    assert swapped["mean pause"].verdict == swapped["time stopped"].verdict == "worse"


def test_chance_is_not_told_as_a_difference(tmp_path: Path) -> None:
    """The same distribution of pauses with other random numbers."""
    runs = [_run(tmp_path, str(seed), mean_ms=30, seed=seed) for seed in range(4)]
    for other in runs[1:]:
        assert _figures(runs[0], other)["time stopped"].verdict == "same"
        assert _figures(runs[0], other)["mean pause"].verdict == "same"


def test_findings_that_went_and_came(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = _run(tmp_path, "good", mean_ms=20, seed=1), _run(tmp_path, "bad", mean_ms=20, seed=2, full=True)
    comparison = compare(good, bad)
    assert set(comparison.new) == {f.id for f in bad.diagnosis} - {f.id for f in good.diagnosis}
    assert set(compare(bad, good).gone) == set(comparison.new)
    logs = [str(tmp_path / name / "gc.log") for name in ("good", "bad")]
    assert run(["analyze", "--compare", *logs]) == 0
    printed = capsys.readouterr().out
    assert "Worse" in printed.splitlines()[0]
    assert all(len(line) <= 80 or str(tmp_path) in line for line in printed.splitlines())


def test_another_load_is_a_caution(tmp_path: Path) -> None:
    slow, fast = Log("Serial"), Log("Serial")
    for number in range(1, 100):
        slow.young(number * 4.0, before=600, after=200)
        fast.young(number * 1.0, before=600, after=200)
    analyses = []
    for name, log in (("slow", slow), ("fast", fast)):
        (tmp_path / name).mkdir()
        analyses.append(log.analysis(tmp_path / name))
    assert any("4.0" in caution for caution in compare(*analyses).cautions)


def test_every_measure_has_a_verdict(tmp_path: Path) -> None:
    analysis = _run(tmp_path, "a", mean_ms=20, seed=1)
    assert [figure.name for figure in compare(analysis, analysis).figures] == [measure.name for measure in MEASURES]
