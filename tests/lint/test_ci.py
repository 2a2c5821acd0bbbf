"""What build services read: each form is taken apart again and has to hold every finding at its place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from advisor.cli.main import run
from advisor.lint import LintOptions, lint_paths
from advisor.model.finding import LintReport
from advisor.report.ci import checkstyle, github, gitlab, junit
from tests.conftest import ROOT
from tests.lint.support import SAMPLES

_COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.encode())  # noqa: S314 - our own output


@pytest.fixture(scope="module")
def report() -> LintReport:
    return lint_paths([str(SAMPLES[0].parent.parent)], LintOptions(pedantic=True))


def test_github_commands_hold_every_finding(report: LintReport) -> None:
    lines = github(report, ROOT).splitlines()
    assert len(lines) == len(report.findings) > 20
    for line, finding in zip(lines, report.findings, strict=True):
        level, properties, message = re.fullmatch(_COMMAND, line).groups()  # type: ignore[union-attr]
        place = dict(pair.split("=", 1) for pair in properties.split(","))
        assert level == finding.severity.replace("info", "notice")
        assert (place["line"], place["title"]) == (str(finding.line), finding.check)
        assert message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == finding.message


def test_a_hostile_name_makes_no_second_command(tmp_path: Path) -> None:
    path = tmp_path / "a,b:c\n::error::x.args"
    path.write_text("-XX:+UseG1CG", encoding="utf-8")
    text = github(lint_paths([str(path)]), tmp_path)
    assert text.count("\n") == 1
    assert "file=a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax.args," in text


def test_gitlab_has_the_five_keys_and_fingerprints_of_its_own(report: LintReport) -> None:
    issues = json.loads(gitlab(report, ROOT))
    assert len({issue["fingerprint"] for issue in issues}) == len(report.findings) == len(issues)
    for issue, finding in zip(issues, report.findings, strict=True):
        assert issue["location"]["lines"]["begin"] == finding.line
        assert not Path(issue["location"]["path"]).is_absolute()
        assert ROOT / issue["location"]["path"] == Path(finding.path)
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["description"] == finding.message


def test_junit_counts_what_it_holds(report: LintReport) -> None:
    top = parsed(junit(report, ROOT))
    assert len(top.findall("./testsuite/testcase/failure")) == len(report.findings) == int(top.attrib["failures"])
    clean = parsed(junit(LintReport(files=1, findings=()), ROOT))
    assert (clean.attrib["tests"], clean.attrib["failures"]) == ("1", "0")


def test_checkstyle_groups_by_file(report: LintReport) -> None:
    top = parsed(checkstyle(report, ROOT))
    assert len({file.attrib["name"] for file in top}) == len(top) == len({f.path for f in report.findings})
    places = [(e.attrib["line"], e.attrib["column"], e.attrib["severity"]) for file in top for e in file]
    assert places == [(str(f.line), str(f.column), f.severity) for f in report.findings]


@pytest.mark.parametrize("form", ["junit", "checkstyle"])
def test_characters_that_xml_cannot_hold_are_replaced(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "jvm.options"
    path.write_text("-XX:+No\x1b<Such&\x00\n", encoding="utf-8")
    assert run(["lint", "--format", form, str(path)]) == 1
    parsed(capsys.readouterr().out)


def test_one_run_writes_several_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "jvm.options"
    path.write_text("-XX:+UseG1CG\n", encoding="utf-8")
    sarif, quality = tmp_path / "x.sarif", tmp_path / "x.json"
    assert run(["lint", "--also", f"sarif={sarif}", "--also", f"gitlab={quality}", str(path)]) == 1
    assert "unknown-flag" in capsys.readouterr().out
    assert json.loads(sarif.read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert len(json.loads(quality.read_text(encoding="utf-8"))) == 1
    assert run(["lint", "--also", "sarf=x", str(path)]) == 2
    assert "sarif" in capsys.readouterr().err
