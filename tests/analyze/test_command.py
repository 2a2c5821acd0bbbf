"""`jvm-advisor analyze`: what it prints and writes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.cli.main import run
from advisor.model.profile import load_profile
from advisor.report.analyze_text import analyze_text
from tests.analyze.logs import SAMPLES
from tests.analyze.script import Log, healthy

SAMPLE = str(SAMPLES / "orders-jdk21-serial.log.gz")


def test_text_is_for_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict comes first, nothing but long names passes column 80, and the figures are those of the JSON."""
    assert run(["analyze", SAMPLE]) == 0
    printed = capsys.readouterr().out
    analysis = analyze_logs((SAMPLE,))
    assert printed == analyze_text(analysis)
    assert printed.startswith(("This JVM", "Nothing is wrong"))
    assert printed.index("throughput") < printed.index("heap: ") < printed.index("What to do") < printed.index("Log\n")
    assert all(len(line) <= 80 or SAMPLE in line for line in printed.splitlines())
    assert str(analysis.pauses.count) in printed
    assert f"{analysis.throughput:.2%}" in printed
    joined = " ".join(printed.split())
    for finding in analysis.diagnosis:
        assert f"[{finding.id}]" in joined
        assert finding.message in joined
    for finding in [finding for finding in analysis.diagnosis if finding.severity != "info"][:5]:
        assert (finding.advice or "") in joined


def test_a_terminal_without_block_characters_gets_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chart follows the encoding of standard output; a file that is written is UTF-8 in any case."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    assert run(["analyze", SAMPLE]) == 0
    stream.flush()
    text = stream.buffer.getvalue().decode("ascii")
    assert "heap: # in use" in text


def test_a_file_gets_blocks(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    assert run(["analyze", SAMPLE, "--output", str(path)]) == 0
    assert "█" in path.read_text(encoding="utf-8")


def test_nothing_collected_is_nothing_to_judge(tmp_path: Path) -> None:
    log = Log("Parallel").line(0.5, "safepoint", "Application time: 0.5 seconds")
    assert "Nothing was collected" in analyze_text(log.analysis(tmp_path))


def test_control_characters_of_a_log_do_not_reach_the_terminal(tmp_path: Path) -> None:
    log = healthy().pause(310, "Full (System.gc())\x1b[2J", 30, 700, 200)
    assert "\x1b" not in analyze_text(log.analysis(tmp_path))


def test_json_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyze", "--format", "json", SAMPLE]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "analyze/1"
    assert set(document["source"]) >= {"files", "lines", "bytes", "format", "jdk", "collector", "flags"}
    assert document["source"]["collector"] == "serial"
    assert set(document["pauses"]) == {
        *("count", "total_ms", "mean_ms", "p50_ms", "p90_ms", "p99_ms", "p99_9_ms", "max_ms", "by_kind")
    }
    assert sum(kind["count"] for kind in document["pauses"]["by_kind"].values()) == document["pauses"]["count"]
    assert set(document["failures"]) == {
        *("full_gc", "concurrent_mode_failure", "promotion_failed", "evacuation_failure"),
        *("allocation_stall", "degenerated", "humongous"),
    }
    assert document["throughput"] == pytest.approx(
        1 - document["pauses"]["total_ms"] / 1000 / document["duration_s"], abs=1e-5
    )


def test_the_profile_is_written_and_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "orders.yaml"
    assert run(["analyze", SAMPLE, "--profile-out", str(path)]) == 0
    capsys.readouterr()
    profile = load_profile(path)
    assert profile.observed is not None
    assert run(["analyze", SAMPLE, "--format", "yaml"]) == 0
    assert capsys.readouterr().out == path.read_text(encoding="utf-8")
    again = tmp_path / "again.yaml"
    assert run(["analyze", SAMPLE, "--profile", str(again)]) == 0
    assert again.read_bytes() == path.read_bytes()


def test_the_same_log_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for _ in range(2):
        run(["analyze", "--format", "json", SAMPLE])
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


def test_an_error_is_one_document_in_json_mode(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.log"
    path.touch()
    assert run(["analyze", "--format", "json", str(path)]) == 2
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "error/1"
    assert document["where"] == str(path)
    assert "Traceback" not in captured.err
