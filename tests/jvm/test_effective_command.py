"""`jvm-advisor effective`: the contract, the exit codes, and what a person reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from advisor.cli import main
from tests.jvm.agreement import read
from tests.jvm.test_launch import started

MACHINE = ("--jdk", "17", "--cpus", "2", "--memory", "2g")


@dataclass(frozen=True, slots=True)
class Done:
    """An exit code and what was printed."""

    exit_code: int
    stdout: str
    stderr: str


class Run(Protocol):
    """The command as a user types it."""

    def __call__(self, *words: str) -> Done: ...


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `effective` in this process."""

    def call(*words: str) -> Done:
        code = main.run(["effective", *words])
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return call


def test_json_has_the_keys_of_the_contract(run: Run) -> None:
    done = run(*MACHINE, "--format", "json", "--", "-Xmx300m")
    document = json.loads(done.stdout)
    assert done.exit_code == 0
    assert document["schema"] == "effective/1"
    assert document["accepted"] is True
    assert document["collector"] == "g1"
    heap = document["flags"]["MaxHeapSize"]
    assert (heap["value"], heap["origin"]) == ("314572800", "command line")


@pytest.mark.jvm
def test_json_says_what_the_real_jvm_prints(run: Run, tmp_path: Path) -> None:
    words = ("-XX:ActiveProcessorCount=5", "-XX:MaxRAM=3g", "-XX:+UseParallelGC", "-XX:MaxNewSize=200m")
    _, text = started(21, [*words, "-XX:+PrintFlagsFinal", "-version"], {}, tmp_path)
    real = read(0, text).flags
    done = run("--jdk", "21", "--cpus", "2", "--memory", "16g", "--format", "json", "--", *words)
    flags = json.loads(done.stdout)["flags"]
    compared = [name for name in flags if name in real and name != "PrintFlagsFinal"]
    assert len(compared) > 450
    assert {name: (flags[name]["value"], flags[name]["origin"]) for name in compared} == {
        name: real[name] for name in compared
    }


def test_a_line_that_is_refused_exits_with_1_and_shows_no_values(run: Run) -> None:
    done = run(*MACHINE, "--", "-XX:+UseG1CG")
    assert done.exit_code == 1
    assert "does not start" in done.stdout
    assert "did you mean UseG1GC?" in done.stdout
    assert "MaxHeapSize" not in done.stdout


def test_text_shows_what_differs_and_all_of_it_when_asked(run: Run) -> None:
    changed = run(*MACHINE, "--", "-Xmx300m").stdout
    everything = run(*MACHINE, "--all", "--", "-Xmx300m").stdout
    assert "300 MB  command line" in changed
    assert " default" not in changed.replace("defaults too", "").replace("defaults", "")
    assert "GCTimeRatio" not in changed
    assert "GCTimeRatio" in everything
    assert max(map(len, changed.splitlines())) <= 80


def test_variables_of_the_environment_are_read_when_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC")
    assert "Collector: g1." in run(*MACHINE, "--").stdout
    assert "Collector: serial." in run(*MACHINE, "--from-env", "--").stdout
    given = run(*MACHINE, "--env", "_JAVA_OPTIONS=-XX:+UseParallelGC", "--").stdout
    assert "Collector: parallel." in given
    assert "environment" in given


@pytest.mark.parametrize("word", ["JAVA_OPTS=-Xmx1g", "JAVA_TOOL_OPTIONS"])
def test_other_variables_are_a_usage_error(run: Run, word: str) -> None:
    done = run(*MACHINE, "--env", word, "--")
    assert done.exit_code == 2
    assert "--env" in done.stderr


def test_a_missing_file_is_named(run: Run) -> None:
    done = run(*MACHINE, "--", "@no-such-file")
    assert done.exit_code == 2
    assert "no-such-file" in done.stderr


def test_release_8_says_that_it_was_not_checked(run: Run) -> None:
    assert "no JVM of that release" in run("--jdk", "8", "--cpus", "2", "--memory", "2g", "--").stdout
