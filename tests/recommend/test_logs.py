"""From every real log of a collector we read, flags come that start the real JVM of that release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.cli.main import run
from tests.conftest import ROOT, JvmRun

SAMPLES = sorted((ROOT / "configs" / "samples").glob("*.log.gz"))


def recommended(log: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """What `recommend LOG --format json` prints; the exit code has to be 0."""
    assert run(["recommend", str(log), "--format", "json"]) == 0, (log.name, capsys.readouterr().err)
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    return document


def starts_without_a_word(document: dict[str, object], run_jvm: JvmRun) -> None:
    """The flags start the JVM of the log's release, which prints no warning."""
    jdk, flags = document["jdk"], document["flags"]
    assert isinstance(jdk, int)
    assert isinstance(flags, list)
    done = run_jvm(jdk, flags)
    assert done.returncode == 0, (flags, done.stdout, done.stderr)
    assert "warning" not in (done.stdout + done.stderr).lower(), (flags, done.stderr)


@pytest.mark.jvm
@pytest.mark.parametrize("log", SAMPLES, ids=lambda path: path.name)
def test_shipped_samples(log: Path, capsys: pytest.CaptureFixture[str], run_jvm: JvmRun) -> None:
    starts_without_a_word(recommended(log, capsys), run_jvm)


@pytest.mark.jvm
@pytest.mark.shared
def test_every_shared_log_of_serial_parallel_cms_and_g1(
    shared: Path, capsys: pytest.CaptureFixture[str], run_jvm: JvmRun
) -> None:
    logs = [
        path
        for path in sorted((shared / "gclogs" / "generated").glob("*.gz"))
        if not any(word in path.name for word in ("zgc", "shenandoah", "epsilon"))
    ]
    assert len(logs) >= 30
    for log in logs:
        starts_without_a_word(recommended(log, capsys), run_jvm)
