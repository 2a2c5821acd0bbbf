"""`analyze --fleet`: one row for each log, the same in any number of processes, failures among them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from advisor.analyze import LogTarget, analyze_logs
from advisor.analyze.fleet import analyze_fleet
from advisor.cli.main import run
from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import FailedLog
from advisor.model.errors import UsageError
from tests.analyze.logs import SAMPLES

LOGS = sorted(str(path) for path in SAMPLES.glob("*.log.gz"))


def test_each_log_is_analysed_as_by_itself() -> None:
    fleet = analyze_fleet(LOGS, LogTarget(), workers=2)
    assert fleet.logs == tuple(analyze_logs((log,)) for log in LOGS)


def test_the_number_of_processes_changes_nothing() -> None:
    assert analyze_fleet(LOGS, LogTarget(), 1) == analyze_fleet(LOGS, LogTarget(), 2)


def test_a_folder_is_its_logs(tmp_path: Path) -> None:
    for log in LOGS[:2]:
        shutil.copy(log, tmp_path)
    (tmp_path / "notes.txt").write_text("no log\n", encoding="utf-8")
    fleet = analyze_fleet((str(tmp_path),), LogTarget(), 1)
    assert [Path(log.source.files[0]).name for log in fleet.logs if isinstance(log, Analysis)] == [
        Path(log).name for log in LOGS[:2]
    ]


def test_a_log_that_fails_is_a_row_in_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty, missing = tmp_path / "empty.log", str(tmp_path / "missing.log")
    empty.touch()
    fleet = analyze_fleet((str(empty), LOGS[0], missing), LogTarget(), 1)
    assert [type(log) for log in fleet.logs] == [FailedLog, Analysis, FailedLog]
    assert [log.where for log in fleet.logs if isinstance(log, FailedLog)] == [str(empty), missing]
    assert run(["analyze", "--fleet", str(empty), LOGS[0], missing]) == 1
    printed = capsys.readouterr().out
    assert "2 more could not be read" in printed.replace("\n", " ")
    assert run(["analyze", "--fleet", str(empty), missing]) == 2


def test_a_defect_on_one_log_costs_that_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(names: tuple[str, ...], target: LogTarget) -> Analysis:
        if names == (LOGS[1],):
            raise ZeroDivisionError("float division")
        return analyze_logs(names, target)

    monkeypatch.setattr("advisor.analyze.fleet.analyze_logs", broken)
    fleet = analyze_fleet(LOGS[:3], LogTarget(), 1)
    assert [type(log) for log in fleet.logs] == [Analysis, FailedLog, Analysis]
    failed = fleet.logs[1]
    assert isinstance(failed, FailedLog)
    assert "ZeroDivisionError" in failed.error


def test_rotated_parts_are_one_row(tmp_path: Path) -> None:
    parts = [tmp_path / "gc.log.0", tmp_path / "gc.log"]
    import gzip

    lines = gzip.decompress(Path(LOGS[-1]).read_bytes()).decode().splitlines(keepends=True)
    half = len(lines) // 2
    for part, text in zip(parts, (lines[:half], lines[half:]), strict=True):
        part.write_text("".join(text), encoding="utf-8")
    fleet = analyze_fleet([str(part) for part in parts] + [LOGS[0]], LogTarget(), 1)
    assert len(fleet.logs) == 2
    assert isinstance(fleet.logs[0], Analysis)
    assert len(fleet.logs[0].source.files) == 2


def test_json_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyze", "--fleet", "--format", "json", *LOGS]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "analyze-fleet/1"
    assert [log["schema"] for log in document["logs"]] == ["analyze/1"] * len(LOGS)
    assert run(["analyze", "--fleet", *LOGS]) == 0
    printed = capsys.readouterr().out
    assert all(len(line) <= 80 for line in printed.splitlines() if str(SAMPLES) not in line)
    for log in document["logs"]:
        assert f" {log['pauses']['count']} " in printed


def test_standard_input_is_one_log() -> None:
    with pytest.raises(UsageError):
        analyze_fleet(("-", LOGS[0]), LogTarget())


@pytest.mark.parametrize(
    "words",
    [["--fleet", "--compare"], ["--compare"], ["--fleet", "--format", "yaml"], ["--fleet", "--profile-out", "x"]],
)
def test_options_that_do_not_fit(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyze", *words, LOGS[0]]) == 2
    assert "Traceback" not in capsys.readouterr().err
