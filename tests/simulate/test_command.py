"""The command: options, exit codes, JSON, text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.cli.main import run

PROFILE = """\
jdk: 17
machine: {cpus: 2, memory: 2g}
flags: -Xms400m -Xmx400m -XX:+UseSerialGC
duration: 30s
allocation: {rate: 200 MB/s, burstiness: 0.2}
lifetimes:
  components: [{share: 5%, mean: 200ms}, {share: 1%, mean: 3s}]
"""
OUTCOME_KEYS = {
    "duration_s", "pauses", "throughput", "gc_cpu_s", "wall_s", "heap_peak_bytes", "rss_bytes", "cycles", "failures",
    "oom", "intervals",
}  # fmt: skip
INTERVALS = {"pauses.total_ms", "pauses.p99_ms", "pauses.max_ms", "pauses.count", "throughput"}


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "app.yaml"
    path.write_text(PROFILE, encoding="utf-8")
    return str(path)


def test_json_keeps_the_contract(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", source, "--flags", "-Xmx512m -XX:+UseParallelGC", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["schema"] == "simulate/1"
    assert result["flags"] == ["-Xmx512m", "-XX:+UseParallelGC"]
    for outcome in (result["baseline"], result["outcome"]):
        assert set(outcome) >= OUTCOME_KEYS
        assert set(outcome["intervals"]) >= INTERVALS
    assert result["confidence"]["level"] == "low"


def test_the_same_seed_gives_the_same_bytes(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", source, "--add-flags", "-Xmn200m", "--seed", "7", "--format", "json"]
    assert run(words) == 0
    first = capsys.readouterr().out
    assert run(words) == 0
    assert capsys.readouterr().out == first


def test_text_shows_both_sides_within_eighty_columns(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", source, "--add-flags", "-Xmn200m"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "in use:  -Xms400m -Xmx400m -XX:+UseSerialGC\n" in text
    assert "new:     -Xms400m -Xmx400m -XX:+UseSerialGC -Xmn200m\n" in text
    pauses = next(line.split() for line in text.splitlines() if line.startswith("  pauses"))
    assert 0 < int(pauses[2]) < int(pauses[1])
    assert "Confidence: low" in text


def test_out_of_memory_is_a_negative_answer(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", source, "--flags", "-Xmx6m -XX:+UseSerialGC"]) == 1
    assert "Out of memory" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--flags", "-Xmx1g", "--add-flags", "-Xmn200m"],
        ["--flags", "-XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC"],
        ["--flags", "-XX:Bogus=1"],
        ["--flags", "-XX:+UseSerialGC", "--replicates", "1"],
        ["--flags", "-XX:+UseSerialGC", "--duration", "soon"],
    ],
)
def test_what_cannot_be_answered_is_one_message(
    source: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", source, *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("jvm-advisor: ")
    assert "internal error" not in captured.err


def test_another_target_release_is_simulated_as_that_release(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", source, "--flags", "-XX:+UseSerialGC -Xmx300m", "--jdk", "25", "--format", "json"]
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out)["jdk"] == 25


def test_sets_beside_the_new_one_are_simulated_on_the_same_program(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", source, "--flags", "-XX:+UseSerialGC -Xmx700m", "--runs", "2"]
    beside = ["--compare", "-XX:+UseG1GC -Xmx700m", "--compare", "-XX:+UseSerialGC -Xmx700m"]
    assert run([*words, *beside, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    other, same = document["comparisons"]
    assert other["collector"] == "g1"
    assert same["outcome"] == document["outcome"]
    assert run([*words, *beside]) == 0
    text = capsys.readouterr().out
    assert "b: -XX:+UseSerialGC -Xmx700m" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_trace_is_a_log_that_analyze_reads(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    words = ["simulate", source, "--flags", "-XX:+UseSerialGC -Xmx700m", "--format", "json"]
    assert run([*words, "--trace", str(log)]) == 0
    predicted = json.loads(capsys.readouterr().out)["outcome"]["pauses"]
    assert run(["analyze", str(log), "--format", "json"]) == 0
    read = json.loads(capsys.readouterr().out)["pauses"]
    assert read["count"] == predicted["count"]
    assert read["total_ms"] == pytest.approx(predicted["total_ms"], rel=1e-3)


def test_a_known_processor_time_is_what_the_flags_in_use_take(capsys: pytest.CaptureFixture[str]) -> None:
    """20 s given for the run of the shipped log: predicted again for its own flags, and about so for others."""
    log = "configs/samples/orders-jdk17-parallel.log.gz"
    words = ["simulate", log, "--add-flags", "-XX:ParallelGCThreads=1", "--cpu-seconds", "20", "--format", "json"]
    assert run(words) == 0
    result = json.loads(capsys.readouterr().out)
    low, high = result["baseline"]["intervals"]["cpu_s"]
    assert result["baseline"]["cpu_s"] == pytest.approx(20, rel=0.02)
    assert low < 20 < high < 30
    assert result["outcome"]["cpu_s"] == pytest.approx(20, rel=0.2)


def test_processor_time_needs_a_run_that_took_it(source: str) -> None:
    """A written profile has none."""
    assert run(["simulate", source, "--add-flags", "-Xmn200m", "--cpu-seconds", "20"]) == 2
