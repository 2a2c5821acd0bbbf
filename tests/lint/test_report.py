"""What people and services read of a lint run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from advisor.lint import LintOptions, lint_paths
from advisor.lint.checks import CHECKS
from advisor.lint.pages import pages
from advisor.model.finding import LintReport
from advisor.report.lint_text import lint_text
from advisor.report.sarif import sarif
from tests.lint.support import SAMPLES

SCHEMA = json.loads((Path(__file__).parent / "sarif.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report() -> LintReport:
    return lint_paths([str(SAMPLES[0].parent.parent)], LintOptions(pedantic=True))


def log(report: LintReport, root: Path | None = None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sarif(report, pages(), version="1.2.3", root=root))
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(document)
    return document


def test_sarif_keeps_the_standard_and_holds_every_finding(report: LintReport) -> None:
    (run,) = log(report)["runs"]
    assert len(run["results"]) == len(report.findings) > 20
    for result, finding in zip(run["results"], report.findings, strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == (finding.line, finding.column)
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.check
        assert result["level"] == {"error": "error", "warning": "warning", "info": "note"}[finding.severity]


def test_sarif_lists_every_check_also_when_nothing_is_found() -> None:
    (run,) = log(LintReport(files=1, findings=()))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [check.id for check in CHECKS]


def test_paths_below_the_root_are_relative_and_safe_in_a_uri(tmp_path: Path) -> None:
    path = tmp_path / "a b" / "jvm.options"
    path.parent.mkdir()
    path.write_text("-XX:+UseG1CG\n", encoding="utf-8")
    (run,) = log(lint_paths([str(path)]), tmp_path)["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/jvm.options"
    (run,) = log(lint_paths([str(path)]), tmp_path / "elsewhere")["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == path.as_uri()


def fingerprints(text: str, path: Path) -> list[str]:
    path.write_text(text, encoding="utf-8")
    (run,) = log(lint_paths([str(path)]))["runs"]
    return [result["partialFingerprints"]["jvmAdvisor/v1"] for result in run["results"]]


def test_fingerprints_outlive_moved_lines_and_tell_repeats_apart(tmp_path: Path) -> None:
    path = tmp_path / "jvm.options"
    before = fingerprints("-XX:+UseG1CG\n-Xmx2gb\n", path)
    after = fingerprints("# moved\n\n  -XX:-UseG1CG\n-Xss1m\n-Xmx3gb\n", path)
    assert before == after
    assert len(set(fingerprints("-XX:+UseG1CG\n-XX:+UseG1CG\n", path))) == 2


def test_a_note_reaches_the_service(tmp_path: Path) -> None:
    (tmp_path / "k.yaml").write_text("apiVersion: v1\nkind: Pod\njava: [\n", encoding="utf-8")
    (run,) = log(lint_paths([str(tmp_path)]))["runs"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "k.yaml" in note["message"]["text"]


def test_text_shows_the_place_the_line_and_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Dockerfile").write_text('FROM eclipse-temurin:17\nENV JAVA_OPTS="-Xmx1g -XX:+UseG1CG"\n', encoding="utf-8")
    assert lint_text(lint_paths(["Dockerfile"])) == (
        "Dockerfile:2:23: error unknown-flag: JDK 17 has no flag UseG1CG; did you mean UseG1GC?\n"
        '    2 | ENV JAVA_OPTS="-Xmx1g -XX:+UseG1CG"\n'
        "      |                       ^^^^^^^^^^^^\n"
        "    fix: write -XX:+UseG1GC\n"
        "    JDK: image eclipse-temurin:17\n"
        "1 error in 1 file\n"
    )


def test_the_caret_stands_under_the_option_in_a_long_line_too(tmp_path: Path) -> None:
    path = tmp_path / "x.args"
    path.write_text("-Xmx1g " * 60 + "-XX:+UseG1CG" + " -Xss1m" * 60, encoding="utf-8")
    _, line, caret, *_ = lint_text(lint_paths([str(path)], LintOptions(jdk=17, select=("unknown-flag",)))).splitlines()
    assert len(line) <= 130
    assert line[caret.index("^") : caret.rindex("^") + 1] == "-XX:+UseG1CG"


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "jvm.options"
    path.write_text("-XX:+No\x1b[31mSuch\x07\n", encoding="utf-8")
    text = lint_text(lint_paths([str(path)]))
    assert "\x1b" not in text
    assert "\x07" not in text


def test_nothing_found_is_said(tmp_path: Path) -> None:
    path = tmp_path / "jvm.options"
    path.write_text("-Xmx1g\n# jvm-advisor: ignore[unknown-flag] x\n-XX:+UseG1CG\n", encoding="utf-8")
    assert lint_text(lint_paths([str(path)])) == "nothing found in 1 file (1 silenced by comments)\n"
