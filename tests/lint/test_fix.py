"""A fix, put in place, cures what it is for and breaks nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from advisor.lint import LintOptions, lint_paths
from advisor.model.finding import Finding
from tests.lint.support import SAMPLES, sample_id


def look(path: Path, jdk: int | None = None) -> list[Finding]:
    return list(lint_paths([str(path)], LintOptions(jdk=jdk, pedantic=True)).findings)  # type: ignore[arg-type]


def mended(text: str, finding: Finding) -> str:
    """The text with the fix of one finding."""
    assert finding.fix is not None
    begins = [0]
    for line in text.split("\n"):
        begins.append(begins[-1] + len(line) + 1)
    start = begins[finding.line - 1] + finding.column - 1
    end = begins[finding.end_line - 1] + finding.end_column - 1
    return text[:start] + finding.fix.replacement + text[end:]


@pytest.mark.parametrize("path", SAMPLES, ids=sample_id)
def test_each_fix_removes_its_finding_and_adds_no_error(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    before = look(path)
    for finding in (one for one in before if one.fix is not None):
        copy = tmp_path / path.name
        copy.write_text(mended(text, finding), encoding="utf-8")
        after = look(copy)
        told = Counter((one.check, one.flag) for one in after)
        assert (
            told[finding.check, finding.flag] < Counter((o.check, o.flag) for o in before)[finding.check, finding.flag]
        )
        errors = {(one.check, one.flag) for one in after if one.severity == "error"}
        assert errors <= {(one.check, one.flag) for one in before}


@pytest.mark.parametrize(
    ("name", "text", "fixes"),
    [
        ("jvm.options", "-XX:G1NewSizePercent=10\n", ["-XX:+UnlockExperimentalVMOptions\n-XX:G1NewSizePercent=10"]),
        ("jvm.options", "17:-XX:G1NewSizePercent=10\n", [None]),
        ("jvm.options", "17:-XX:+UseConcMarkSweepGC\n", [None]),
        ("Dockerfile", 'FROM x\nCMD ["java", "-XX:+UseConcMarkSweepGC", "-XX:+UseG1CG"]\n', [None, "-XX:+UseG1GC"]),
        ("Dockerfile", 'FROM x\nCMD ["sh", "-c", "java -XX:+UseConcMarkSweepGC X"]\n', [""]),
        ("Dockerfile", "FROM x\nCMD java -XX:+UseConcMarkSweepGC X\n", [""]),
        ("Dockerfile", 'FROM x\nENV JAVA_OPTS="-XX:+UseConcMarkSweepGC"\n', [""]),
    ],
)
def test_a_fix_is_written_as_its_carrier_needs_it(
    name: str, text: str, fixes: list[str | None], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert [finding.fix and finding.fix.replacement for finding in look(path, 17)] == fixes
