"""The command and what a person reads of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.model.trial import Best, Candidate, Optimization
from advisor.report.optimize_text import optimize_text
from tests.optimize.workloads import outcome

SERVICE = """\
jdk: 17
machine: {cpus: 4, memory: 1g}
duration: 30s
flags: -XX:+UseParallelGC -Xmx400m -Dapp.name=orders
allocation: {rate: 100 MB/s}
lifetimes: {retained: 100m, components: [{share: 5%, mean: 500ms}]}
"""


@pytest.fixture
def service(tmp_path: Path) -> str:
    path = tmp_path / "service.yaml"
    path.write_text(SERVICE)
    return str(path)


def optimized(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["optimize", *words, "--suggester", "sobol", "--trials", "16"])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_json_is_one_document_with_the_keys_of_the_contract(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = optimized(capsys, service, "--goal", "p99_pause < 500ms", "--seed", "3", "--format", "json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["schema"] == "optimize/1"
    assert {"best", "baseline", "pareto", "evaluations", "seconds", "seed"} <= document.keys()
    assert {"flags", "outcome", "meets_goals"} <= document["best"].keys()
    assert document["seed"] == 3
    assert document["best"]["meets_goals"] is True
    assert document["pareto"]
    for candidate in document["pareto"]:
        assert set(candidate) == {"flags", "outcome"}
        assert {"pauses.p99_ms", "throughput"} <= candidate["outcome"]["intervals"].keys()


def test_options_that_tune_nothing_are_not_repeated(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = optimized(capsys, service, "--format", "json")
    assert not any("app.name" in flag for flag in json.loads(out)["best"]["flags"])


def test_goals_that_nothing_meets_are_exit_code_1(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = optimized(capsys, service, "--goal", "max_pause < 1us")
    assert code == 1
    assert "No set of flags meets all goals" in out
    assert "max_pause < 1us: NOT MET" in out


def test_text_shows_the_best_its_worth_and_the_trade_offs_in_80_columns(
    service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = optimized(capsys, service, "--goal", "rss < 700m")
    assert code == 0
    assert out.startswith("Best flags:")
    assert "What changes when one flag alone is left out" in out
    assert "Trade-offs that nothing simulated beats" in out
    assert max(map(len, out.splitlines())) <= 80
    assert sum(line.startswith(" * ") for line in out.splitlines()) == 1


@pytest.mark.parametrize(
    "words, told",
    [
        (("--goal", "p99_pause ~ 3"), "expected NAME OP VALUE"),
        (("--suggester", "skopt-gbrt"), "unknown suggester"),
        (("--trials", "0"), "trials"),
    ],
)
def test_bad_usage_is_one_message_and_exit_code_2(
    service: str, capsys: pytest.CaptureFixture[str], words: tuple[str, str], told: str
) -> None:
    assert run(["optimize", service, *words, "--format", "json"]) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert "Traceback" not in captured.err
    assert json.loads(captured.out)["schema"] == "error/1"


def test_a_profile_without_allocation_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "unknown.yaml"
    path.write_text("jdk: 17\nmachine: {cpus: 4, memory: 1g}\n")
    assert run(["optimize", str(path)]) == 2
    assert "allocat" in capsys.readouterr().err


@pytest.mark.shared
def test_a_log_of_a_collector_without_a_model_is_searched_over_the_others(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = str(shared / "gclogs" / "generated" / "jdk25-epsilon.log.gz")
    code, out, _ = optimized(capsys, log, "--goal", "p99_pause < 50ms", "--seed", "1", "--format", "json")
    document = json.loads(out)
    assert code == (0 if document["best"]["meets_goals"] else 1)
    assert document["baseline"] is None
    assert any("no model" in warning for warning in document["warnings"])


def test_text_of_the_rare_cases() -> None:
    """No flags at all, memory running out, effects that are unknown or deadly, and a hostile flag."""
    dead = outcome(oom=True)
    best = Best(
        flags=(),
        outcome=dead,
        meets_goals=False,
        worth={"-Xmx1g": {}, "-Xmn1m": {"oom": 1.0, "p99_ms": 0, "total_ms": 0, "throughput": 0, "rss_bytes": 0}},
    )
    odd = Candidate(flags=("-XX:+\x1b[31mUse",), outcome=outcome(20_000.0))
    text = optimize_text(Optimization(best=best, pareto=(odd,), evaluations=1, seconds=0.1, seed=0))
    assert "(none: the JVM's own choices are best)" in text
    assert "out of memory" in text
    assert "not simulated" in text
    assert "20s" in text
    assert "\x1b" not in text
