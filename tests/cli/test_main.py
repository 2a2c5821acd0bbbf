"""The entry point: quick help, one message per failure, exit codes, JSON errors."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from advisor.cli.main import COMMANDS, run
from tests.conftest import ROOT


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_listed_command_exists_under_its_name(name: str) -> None:
    (entry,) = [command for command in COMMANDS if command.name == name]
    loaded = importlib.import_module(entry.module).command
    assert isinstance(loaded, click.Command)
    assert loaded.name == name
    assert loaded.help


def test_every_command_module_is_listed() -> None:
    helpers = {"__init__", "main", "options", "inputs", "progress", "schemas"}
    modules = {path.stem for path in (ROOT / "advisor" / "cli").glob("*.py")} - helpers
    assert modules == {command.name for command in COMMANDS}


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert "Usage: jvm-advisor " + name in capsys.readouterr().out


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys; from advisor.cli.main import run; run(['--help']); "
        "heavy = {'pydantic', 'yaml', 'numpy', 'scipy', 'skopt', 'sklearn'} & set(sys.modules); "
        "print('HEAVY', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("HEAVY []\n")


def test_recommending_from_a_profile_loads_no_heavy_library() -> None:
    profile = sorted((ROOT / "configs").glob("*.yaml"))[0]
    program = (
        f"import sys; from advisor.cli.main import run; run(['recommend', {str(profile)!r}]); "
        "heavy = {'numpy', 'scipy', 'skopt', 'sklearn'} & set(sys.modules); print('HEAVY', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("HEAVY []\n")


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recomend"]) == 2
    assert "No such command" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["recommend", "--format", "json", "missing.log"], ["analyze", "--format=json", "missing.log"]]
)
def test_a_failure_in_json_mode_is_one_json_document(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "error/1"
    assert "missing.log" in document["where"]


BAD_INPUT = {
    "empty.log": b"",
    "binary.log": bytes(range(256)) * 64,
    "foreign.log": b"2026-01-01 12:00:00 INFO Started server on port 8080\n" * 50,
    "empty.yaml": b"",
    "wrong-type.yaml": b"jdk: 17\nmachine: [1, 2]\n",
    "unknown-key.yaml": b"jdk: 17\nmachine: {cpus: 2, memory: 2g}\nalocation: {rate: 1 MB/s}\n",
    "negative.yaml": b"jdk: 17\nmachine: {cpus: 2, memory: -2g}\n",
    "live-over-memory.yaml": b"jdk: 17\nmachine: {cpus: 2, memory: 2g}\nlifetimes: {retained: 3g}\n",
}


@pytest.mark.parametrize("command", ["recommend", "simulate", "optimize"])
@pytest.mark.parametrize("name", sorted(BAD_INPUT))
def test_bad_input_is_one_clear_message(
    tmp_path: Path, command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(BAD_INPUT[name])
    extra = ["--flags", "-Xmx1g"] if command == "simulate" else []
    assert run([command, str(path), *extra]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(path) in captured.err
    assert "Traceback" not in captured.err
    assert "internal error" not in captured.err


def test_output_goes_to_the_file_and_nowhere_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = sorted((ROOT / "configs").glob("*.yaml"))[0]
    target = tmp_path / "result.json"
    assert run(["recommend", str(profile), "--format", "json", "--output", str(target)]) in (0, 1)
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text(encoding="utf-8"))["schema"] == "recommend/1"
    assert list(tmp_path.iterdir()) == [target]


def test_an_output_that_cannot_be_written_is_an_input_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = sorted((ROOT / "configs").glob("*.yaml"))[0]
    assert run(["recommend", str(profile), "--output", str(tmp_path / "no" / "such" / "folder.txt")]) == 2
    assert "cannot write" in capsys.readouterr().err
