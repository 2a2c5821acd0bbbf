"""The options files of build tools: Maven splits its lines into words, sbt does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.lint import LintOptions, lint_paths

MAVEN = (
    "-Xmx2g -XX:+UseG1CG\n# -XX:+NoSuchFlag\n--add-opens java.base/java.lang=ALL-UNNAMED -Dx=${MAVEN_PROJECTBASEDIR}\n"
)


def found(path: Path, text: str) -> list[tuple[str, str]]:
    """Check and text at the place of each finding."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    report = lint_paths([str(path)], LintOptions(jdk=21))
    assert report.files == 1
    return [(f.check, lines[f.line - 1][f.column - 1 : f.end_column - 1]) for f in report.findings]


def test_maven_splits_lines_into_words(tmp_path: Path) -> None:
    assert found(tmp_path / ".mvn" / "jvm.config", MAVEN) == [("unknown-flag", "-XX:+UseG1CG")]


@pytest.mark.parametrize("name", [".jvmopts", "jvm.config"])
def test_others_pass_a_line_as_one_option(name: str, tmp_path: Path) -> None:
    assert found(tmp_path / name, "# heap\n-Xmx2gb\n-Xss4m\n") == [("bad-value", "-Xmx2gb")]
    assert [check for check, _ in found(tmp_path / name, "-Xmx2g -Xms1g\n")] != []
