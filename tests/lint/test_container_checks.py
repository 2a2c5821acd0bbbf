"""Checks that hold options against the limits of their container."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.lint import LintOptions, lint_paths
from tests.conftest import JvmRun

POD = """apiVersion: v1
kind: Pod
spec:
  containers:
    - name: app
      image: eclipse-temurin:17
      env: [{{name: JAVA_TOOL_OPTIONS, value: "{options}"}}]
      resources: {{limits: {{{limits}}}, requests: {{memory: 64Mi, cpu: 100m}}}}
    - name: beside
      image: eclipse-temurin:17
      resources: {{limits: {{cpu: 100m, memory: 64Mi}}}}
"""


def checks(options: str, limits: str, folder: Path) -> list[str]:
    path = folder / "pod.yaml"
    path.write_text(POD.format(options=options, limits=limits), encoding="utf-8")
    return [finding.check for finding in lint_paths([str(path)], LintOptions(pedantic=True)).findings]


@pytest.mark.parametrize(
    ("options", "limits", "found"),
    [
        ("-Xmx1024m", "memory: 1Gi", True),
        ("-Xmx1023m", "memory: 1Gi", False),
        ("-Xmx1g", "memory: 1G", True),  # 1g is 2^30 bytes, 1G is 10^9
        ("-XX:MaxHeapSize=2g", "memory: 1Gi", True),
        ("-Xmx2g -Xmx512m", "memory: 1Gi", False),  # the last one wins
        ("-XX:MaxRAMPercentage=100", "memory: 1Gi", True),
        ("-XX:MaxRAMPercentage=75", "memory: 1Gi", False),
        ("-XX:MaxRAMPercentage=100 -Xmx512m", "memory: 1Gi", False),  # -Xmx makes the percentage void
        ("-Xmx${HEAP}", "memory: 1Gi", False),
        ("-Xmx8g", "cpu: 4", False),  # no memory limit
        ("-Xmx8g", "memory: a lot", False),
    ],
)
def test_a_heap_as_large_as_the_container_is_told(options: str, limits: str, found: bool, tmp_path: Path) -> None:
    told = checks(f"-XX:+UseSerialGC {options}", limits, tmp_path)
    assert ("heap-vs-container" in told) == found


@pytest.mark.jvm
@pytest.mark.parametrize(("cpus", "serial"), [(1, True), (2, False)])
def test_the_jvm_takes_the_serial_collector_where_the_check_says_so(
    cpus: int, serial: bool, run_jvm: JvmRun, tmp_path: Path
) -> None:
    final = run_jvm(17, [f"-XX:ActiveProcessorCount={cpus}", "-XX:+PrintFlagsFinal"]).stdout
    (line,) = [line for line in final.splitlines() if " UseSerialGC " in line]
    assert ("= true" in line) == serial
    assert ("silent-serial" in checks("-Xmx300m", f"cpu: {cpus}, memory: 4Gi", tmp_path)) == serial


@pytest.mark.parametrize(
    ("options", "limits", "found"),
    [
        ("-Xmx300m", "memory: 1791Mi, cpu: 8", True),
        ("-Xmx300m", "memory: 1792Mi, cpu: 8", False),
        ("-Xmx300m", "cpu: 1", True),
        ("-Xmx300m", "cpu: 1500m", False),  # a fraction counts as the next whole processor
        ("-Xmx300m -XX:+UseG1GC", "cpu: 1", False),
        ("-Xmx300m $(MORE)", "cpu: 1", False),  # what comes may choose a collector
    ],
)
def test_only_a_choice_left_open_is_told(options: str, limits: str, found: bool, tmp_path: Path) -> None:
    assert ("silent-serial" in checks(options, limits, tmp_path)) == found


def test_two_places_that_choose_a_collector_are_both_named(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    text = 'FROM openjdk:17\nENV JAVA_TOOL_OPTIONS=-XX:+UseG1GC\nCMD ["java", "-XX:+UseSerialGC", "Main"]\n'
    path.write_text(text, encoding="utf-8")
    (finding,) = lint_paths([str(path)]).findings
    assert finding.line == 3
    assert finding.message == "UseSerialGC: another collector is chosen too: UseG1GC (by JAVA_TOOL_OPTIONS)"
