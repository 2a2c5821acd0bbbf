"""Comments that silence findings, and only those."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.lint import LintOptions, lint_paths

POD = """apiVersion: v1
kind: Pod
spec:
  containers:
    - name: app
      image: eclipse-temurin:17
      env:
        - name: JAVA_TOOL_OPTIONS
          {above}
          value: >-{beside}
            -XX:+UseG1CG
            -Xmx1g
"""


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("jvm.options", "# jvm-advisor: ignore[unknown-flag] a vendor's flag\n-XX:+UseG1CG\n", 0),
        ("jvm.options", "# jvm-advisor: ignore[bad-value, unknown-flag]\n# more words\n-XX:+UseG1CG\n", 0),
        ("jvm.options", "# jvm-advisor: ignore[bad-value]\n-XX:+UseG1CG\n", 1),
        ("jvm.options", "# jvm-advisor: ignore[unknown-flag]\n-Xmx1g\n-XX:+UseG1CG\n", 1),
        ("jvm.options", "# jvm-advisor: ignore[unknown-flag]\n\n-XX:+UseG1CG\n", 1),
        ("x.args", "-XX:+UseG1CG # jvm-advisor: ignore[unknown-flag] why not\n", 0),
        ("x.args", "-Xmx1g # jvm-advisor: ignore[unknown-flag]\n-XX:+UseG1CG\n", 1),
        (
            "Dockerfile",
            "FROM openjdk:17\n# jvm-advisor: ignore[unknown-flag]\nENV A=b \\\n JAVA_OPTS=-XX:+UseG1CG\n",
            0,
        ),
        (
            "Dockerfile",
            "FROM openjdk:17\nENV A=b \\\n # jvm-advisor: ignore[unknown-flag]\n JAVA_OPTS=-XX:+UseG1CG\n",
            0,
        ),
        ("k.yaml", POD.format(above="# jvm-advisor: ignore[unknown-flag]", beside=""), 0),
        ("k.yaml", POD.format(above="#", beside=" # jvm-advisor: ignore[unknown-flag]"), 0),
        ("k.yaml", POD.format(above="#", beside=""), 1),
    ],
)
def test_a_comment_silences_its_checks_at_its_place(name: str, text: str, left: int, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    report = lint_paths([str(path)], LintOptions(jdk=17))
    assert len(report.findings) == left
    assert report.suppressed == 1 - left


def test_a_comment_that_names_no_check_is_told(tmp_path: Path) -> None:
    path = tmp_path / "jvm.options"
    path.write_text("-Xms1g\n# jvm-advisor: ignore[unknown-flags]\n-XX:+UseG1CG\n", encoding="utf-8")
    report = lint_paths([str(path)])
    assert len(report.findings) == 1
    assert report.notes == (f"{path}:3: a comment silences 'unknown-flags', and there is no such check",)


def test_select_and_ignore_choose_the_checks(tmp_path: Path) -> None:
    path = tmp_path / "x.args"
    path.write_text("-XX:+UseG1CG -Xmx2gb", encoding="utf-8")

    def checks(**chosen: tuple[str, ...]) -> list[str]:
        return [finding.check for finding in lint_paths([str(path)], LintOptions(jdk=17, **chosen)).findings]  # type: ignore[arg-type]

    assert checks() == ["unknown-flag", "bad-value"]
    assert checks(select=("bad-value",)) == ["bad-value"]
    assert checks(ignore=("bad-value",)) == ["unknown-flag"]
    assert checks(select=("bad-value",), ignore=("bad-value",)) == []
