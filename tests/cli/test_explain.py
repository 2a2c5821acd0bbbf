"""`jvm-advisor explain`: flags as real JVMs know them, a page for every rule and check, nearest names."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from advisor.cli.explain import explanation
from advisor.cli.main import run
from advisor.lint.checks import CHECKS
from advisor.migrate.schema import load
from advisor.report.explain_text import explain_text
from advisor.rules.load import load_rules
from tests.conftest import JvmRun

NAMES = [*(check.id for check in CHECKS), *(rule.id for rule in load_rules()), *(rule.id for rule in load())]
_RANGE = re.compile(r"^\s*\S+\s+(\w+)\s+\[ *(-?\d+) *\.\.\. *(-?\d+) *\]", re.MULTILINE)


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert run(["explain", "--format", "json", *words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["schema"] == "explain/1"
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_and_check_has_a_page(name: str) -> None:
    found = explanation(name)
    assert found.kind != "flag"
    assert found.parts
    assert all(part.text for part in found.parts)
    assert found.title.split()[0] in explain_text(found)


@pytest.mark.parametrize(
    ("written", "flag"),
    [("-Xmx4g", "MaxHeapSize"), ("-XX:+UseZGC", "UseZGC"), ("-XX:MaxGCPauseMillis=50", "MaxGCPauseMillis")],
)
def test_an_option_is_explained_by_the_flag_that_it_sets(
    written: str, flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert document(capsys, "--", written)["name"] == flag


def test_the_life_of_cms_is_told_release_by_release(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "UseConcMarkSweepGC")
    assert [(entry["jdk"], entry["status"]) for entry in found["releases"]] == [
        (8, "known"),
        (11, "deprecated"),
        (17, "removed"),
        (21, "removed"),
        (25, "removed"),
    ]
    assert any(line.startswith("cms-to-g1:") for line in found["rules"])


def test_the_unlock_that_a_flag_needs_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "UseZGC")
    unlocks = {entry["jdk"]: entry["unlocked_by"] for entry in found["releases"]}
    assert unlocks[11] == "UnlockExperimentalVMOptions"
    assert unlocks[17] is None


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_ranges_are_those_that_the_real_jvm_prints(
    jdk: int, run_jvm: JvmRun, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = run_jvm(jdk, ["-XX:+UnlockDiagnosticVMOptions", "-XX:+PrintFlagsRanges"]).stdout
    real = {name: (int(low), int(high)) for name, low, high in _RANGE.findall(printed)}
    for name in ("MaxTenuringThreshold", "MaxHeapFreeRatio", "GCTimeRatio", "SurvivorRatio", "MaxMetaspaceSize"):
        entry = next(e for e in document(capsys, name)["releases"] if e["jdk"] == jdk)
        assert (entry["low"], entry["high"]) == real[name], name


def test_an_unknown_name_is_one_message_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--format", "json", "lockd-flag"]) == 2
    assert json.loads(capsys.readouterr().out)["hint"] == "did you mean locked-flag?"
    assert run(["explain", "useg1gcc"]) == 2
    assert "did you mean UseG1GC?" in capsys.readouterr().err
