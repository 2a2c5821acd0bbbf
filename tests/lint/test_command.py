"""The lint command: exit codes, one document on stdout, files for hooks and actions."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from advisor.cli.main import run
from tests.conftest import ROOT

BAD = 'FROM eclipse-temurin:17\nENV JAVA_TOOL_OPTIONS="-XX:MaxGCPauseMills=200 -Xmx512m"\n'
WARNED = "FROM eclipse-temurin:17\nENV JAVA_OPTS=-XX:+UseBiasedLocking\n"
ADVISED = "FROM eclipse-temurin:17\nENV JAVA_OPTS='-Xmx1g -Xmx1g'\n"
GOOD = "FROM eclipse-temurin:17\nENV JAVA_OPTS=-Xmx1g\n"


def lint(text: str, folder: Path, *options: str) -> int:
    path = folder / "Dockerfile"
    path.write_text(text, encoding="utf-8")
    return run(["lint", *options, str(path)])


def test_a_misspelt_flag_is_one_finding_with_its_cure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint(BAD, tmp_path, "--format", "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "lint/1"
    assert document["files"] == 1
    (finding,) = document["findings"]
    assert finding["check"] == "unknown-flag"
    assert finding["flag"] == "MaxGCPauseMills"
    assert "did you mean MaxGCPauseMillis?" in finding["message"]
    assert finding["fix"] == {"replacement": "-XX:MaxGCPauseMillis=200"}
    assert (finding["line"], finding["column"], finding["end_line"], finding["end_column"]) == (2, 24, 2, 47)
    assert finding["jdk"] == 17


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (GOOD, (), 0),
        (BAD, (), 1),
        (BAD, ("--exit-zero",), 0),
        (BAD, ("--format", "sarif"), 1),
        (BAD, ("--ignore", "unknown-flag"), 0),
        (BAD, ("--select", "bad-value,out-of-range"), 0),
        (WARNED, (), 0),
        (WARNED, ("--fail-on", "warning"), 1),
        (ADVISED, ("--fail-on", "info"), 0),
        (ADVISED, ("--fail-on", "info", "--pedantic"), 1),
        (ADVISED, ("--fail-on", "warning", "--pedantic"), 0),
        (GOOD, ("--jdk", "8"), 0),
    ],
)
def test_exit_codes(text: str, options: Sequence[str], code: int, tmp_path: Path) -> None:
    assert lint(text, tmp_path, *options) == code


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_nothing_to_check_is_its_own_exit_code_and_still_one_document(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.md").write_text("-XX:+NoSuchFlag\n", encoding="utf-8")
    assert run(["lint", "--format", form, str(tmp_path)]) == 3
    printed = capsys.readouterr()
    assert "nothing to check" in printed.err
    if form == "json":
        assert json.loads(printed.out) == {"schema": "lint/1", "files": 0, "findings": [], "suppressed": 0, "notes": []}
    elif form == "sarif":
        assert json.loads(printed.out)["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lint", "no/such/file"], "no such file"),
        (["lint"], "PATH"),
        (["lint", "--select", "unknown-flags", "."], "did you mean unknown-flag?"),
        (["lint", "--jdk", "12", "."], "12"),
    ],
)
def test_bad_usage_and_bad_input_are_exit_code_2_and_one_message(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.out == ""


def test_standard_input_is_a_command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("java -Xmx2gb \\\n  -XX:+UseG1CG -jar app.jar -Xno\n"))
    assert run(["lint", "--jdk", "21", "--format", "json", "-"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["path"], f["line"], f["column"], f["check"]) for f in found] == [
        ("<stdin>", 1, 6, "bad-value"),
        ("<stdin>", 2, 3, "unknown-flag"),
    ]


def test_bare_options_on_standard_input_are_a_command_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("-Xms2g -Xmx1g"))
    assert run(["lint", "-"]) == 1
    assert "heap-bounds" in capsys.readouterr().out


def test_the_hook_and_the_action_call_the_command_with_options_that_it_has(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"].split()[:2] == ["jvm-advisor", "lint"]
    assert lint(GOOD, tmp_path, *hook["entry"].split()[2:], *hook.get("args", [])) == 0
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    scripts = " ".join(step.get("run", "") for step in action["runs"]["steps"])
    assert "jvm-advisor lint" in scripts
    assert "${{" not in scripts  # inputs reach the shell through the environment, where they cannot be code


def test_the_hook_offers_the_files_that_lint_reads() -> None:
    import re

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    pattern = re.compile(hook["files"])
    for name in (
        "Dockerfile",
        "a/b.dockerfile",
        "config/jvm.options",
        "jvm.options.d/x.options",
        "x.args",
        "k8s/pod.yaml",
    ):
        assert pattern.search(name), name
    for name in ("README.md", "src/Main.java", "options.py"):
        assert not pattern.search(name), name


@pytest.mark.parametrize(("text", "code"), [(BAD, 1), (GOOD, 0)])
def test_the_script_of_the_action_does_its_work_in_a_shell(text: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    script = action["runs"]["steps"][-1]["run"]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PATHS": ". empty",
        "JDK": "",
        "FAIL_ON": "error",
        "SARIF": "out.sarif",
    }
    finished = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, check=False)
    assert finished.returncode == code
    assert len(json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]) == code
