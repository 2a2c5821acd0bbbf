"""Real runs: what is started, what is measured, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.measure import AGAIN, Plan, measure
from advisor.measure.launch import VARIABLE, Watch, program, run_once
from advisor.model.errors import InputError, UsageError
from tests import jvms

pytestmark = pytest.mark.jvm
QUICK = Watch(60.0, {})


def java(jdk: int = 17) -> str:
    return str(jvms.install(jdk))


@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_flags_stand_behind_java_and_the_gc_log_is_read(jdk: int) -> None:
    subject = program([java(jdk), "-XX:+UseSerialGC", "-version"])
    assert subject.jdk == jdk
    assert subject.line(["-Xmx99m"])[1] == "-Xmx99m"
    found = run_once(subject, ["-Xmx64m"], QUICK)
    assert found.exit_code == 0
    assert found.wall_s > 0.01
    assert found.cpu_s > 0
    assert 10 << 20 < found.rss_bytes < 1 << 30
    assert found.pauses.count == 0


def test_a_script_gets_its_flags_from_the_environment(tmp_path: Path) -> None:
    script = tmp_path / "app"
    script.write_text("#!/bin/sh\nexec java -XX:+PrintFlagsFinal -version\n")
    script.chmod(0o755)
    pattern = r"MaxHeapSize\s+=\s(\d+)"
    plan = Plan([("base", ("-Xmx64m",)), ("new", ("-Xmx96m",))], max_runs=1, warm_up=0, metrics={"heap": pattern})
    result = measure([str(script)], plan, java=Path(java()))
    heaps = {arm.name: arm.runs[0].metrics["heap"] for arm in result.arms}
    assert heaps == {"base": 64 << 20, "new": 96 << 20, AGAIN: 64 << 20}
    assert any(VARIABLE in warning for warning in result.warnings)


def test_memory_that_is_touched_at_the_start_is_seen_as_worse() -> None:
    plan = Plan(
        [("base", ("-Xmx64m",)), ("touched", ("-Xms900m", "-Xmx900m", "-XX:+AlwaysPreTouch"))], max_runs=4, warm_up=1
    )
    result = measure([java(), "-XX:+UseSerialGC", "-version"], plan)
    verdicts = {comparison.metric: comparison.verdict for comparison in result.comparisons}
    assert verdicts["rss_bytes"] == "worse"
    assert verdicts["cpu_s"] == "worse"
    rss = next(comparison for comparison in result.comparisons if comparison.metric == "rss_bytes")
    assert rss.ratio is not None
    assert rss.ratio > 5


def test_flags_that_stop_the_jvm_are_counted_and_worse(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--arm", "base:", "--arm", "broken: -XX:MaxTenuringThreshold=99", "--max-runs", "3", "--warm-up", "0"]
    assert run(["measure", *words, "--format", "json", "--", java(), "-version"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "measure/1"
    broken = next(arm for arm in document["arms"] if arm["name"] == "broken")
    assert [r["exit_code"] for r in broken["runs"]] == [1, 1, 1]
    assert any("3 of 3 runs failed" in warning for warning in document["warnings"])
    assert {c["verdict"] for c in document["comparisons"] if c["metric"] == "wall_s"} == {"worse"}


def test_a_run_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    script = tmp_path / "app"
    script.write_text(f"#!/bin/sh\ntrap '' TERM\n(echo $$ > {mark}; exec sleep 300) &\nsleep 300\n")
    script.chmod(0o755)
    subject = program([str(script)], Path(java()))
    started = time.monotonic()
    found = run_once(subject, [], Watch(0.5, {}))
    assert found.timed_out
    assert found.exit_code != 0
    assert time.monotonic() - started < 30
    assert alive(str(script)) == []


def alive(text: str) -> list[str]:
    """Processes whose command line has a text in it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and folder.name != str(os.getpid()):
            found.append(line)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_tool_that_is_stopped_leaves_no_program_behind(number: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "slow-app"
    script.write_text("#!/bin/sh\nexec sleep 120\n")
    script.chmod(0o755)
    command = [
        sys.executable,
        "-m",
        "advisor.cli.main",
        "measure",
        "--arm",
        "base:",
        "--java",
        java(),
        "--",
        str(script),
    ]
    tool = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        if alive("sleep 120"):
            break
        time.sleep(0.05)
    tool.send_signal(number)
    tool.wait(timeout=20)
    time.sleep(0.2)
    assert alive("sleep 120") == []


def test_the_order_is_that_of_the_seed_and_the_warm_up_does_not_count() -> None:
    heard: list[str] = []
    plan = Plan([("a", ()), ("b", ())], max_runs=2, warm_up=1, seed=5)
    measure([java(), "-version"], plan, progress=lambda name, _: heard.append(name))
    again: list[str] = []
    measure([java(), "-version"], plan, progress=lambda name, _: again.append(name))
    assert heard == again
    assert sorted(heard[:3]) == ["a", AGAIN, "b"]
    assert len(heard) == 6


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--arm", "nothing", "--", "true"], "is no arm"),
        (["--arm", "a:", "--arm", "a:", "--", "java"], "names that differ"),
        (["--arm", "a:", "--metric", "(", "--", "java"], "is no expression"),
        (["--arm", "a:", "--java", "/no/such/java", "--", "x"], "no java"),
    ],
)
def test_wrong_words_are_told(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(java()).parent}:{os.environ['PATH']}")
    assert run(["measure", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_java_that_is_none_is_told(tmp_path: Path) -> None:
    fake = tmp_path / "java"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    with pytest.raises(InputError, match="does not answer as java"):
        program([str(fake), "-version"])


def test_an_expression_without_group_is_told() -> None:
    with pytest.raises(UsageError, match="no group"):
        measure([java(), "-version"], Plan([("a", ())], metrics={"x": "abc"}))
