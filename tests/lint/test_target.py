"""The release that names of images reveal."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.lint import LintOptions, lint_paths
from advisor.lint.formats.kubernetes import cpus, memory_bytes
from advisor.lint.target import from_image, image_release


@pytest.mark.parametrize(
    ("image", "release"),
    [
        ("eclipse-temurin:17-jre", 17),
        ("docker.io/library/eclipse-temurin:21.0.5_11-jdk-alpine", 21),
        ("openjdk:8u342-jre-slim", 8),
        ("openjdk:8", 8),
        ("java:8", 8),
        ("amazoncorretto:11-alpine", 11),
        ("registry.example.com:5000/mirror/amazoncorretto:21", 21),
        ("azul/zulu-openjdk-alpine:17-jre", 17),
        ("bellsoft/liberica-openjre-debian:25", 25),
        ("gcr.io/distroless/java17-debian12", 17),
        ("gcr.io/distroless/java21:nonroot", 21),
        ("mcr.microsoft.com/openjdk/jdk:17-ubuntu", 17),
        ("registry.access.redhat.com/ubi8/openjdk-11:1.20", 11),
        ("maven:3.9.6-eclipse-temurin-17", 17),
        ("gradle:8.5-jdk21-alpine", 21),
        ("tomcat:10-jdk17-temurin", 17),
        ("tomcat:9-jre8", 8),
        ("jenkins/jenkins:lts-jdk17", 17),
        ("adoptopenjdk/openjdk11:jre-11.0.6_10-alpine", 11),
        ("container-registry.oracle.com/java/openjdk:25-oraclelinux9", 25),
        ("ghcr.io/graalvm/jdk-community:21", 21),
        ("sapmachine:17", 17),
        ("eclipse-temurin:latest", None),
        ("debian:12", None),
        ("node:22-bookworm", None),
        ("registry.example.com/team/orders-service:17.4", None),
        ("localhost:5000/java-orders", None),
    ],
)
def test_an_image_reveals_its_release_or_nothing(image: str, release: int | None) -> None:
    assert image_release(image) == release


def test_a_digest_is_no_release() -> None:
    target = from_image("eclipse-temurin:17@sha256:11aa")
    assert target is not None
    assert target.jdks == (17,)


@pytest.mark.parametrize("image", ["ibm-semeru-runtimes:open-17-jre", "adoptopenjdk:11-jre-openj9"])
def test_images_of_other_machines_are_left_alone(image: str, tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(f"FROM {image}\nENV JAVA_TOOL_OPTIONS=-XX:+NoSuchFlag\n", encoding="utf-8")
    for options in (LintOptions(), LintOptions(jdk=17)):
        assert lint_paths([str(path)], options).findings == ()


def lint(
    text: str, tmp_path: Path, name: str = "Dockerfile", jdk: int | None = None
) -> list[tuple[str, str, int | None]]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    options = LintOptions(jdk=jdk)  # type: ignore[arg-type]
    return [(f.check, f.confidence, f.jdk) for f in lint_paths([str(path)], options).findings]


def test_the_option_wins_over_the_file(tmp_path: Path) -> None:
    text = "FROM openjdk:8\nENV JAVA_OPTS=-XX:+UseConcMarkSweepGC\n"
    assert lint(text, tmp_path) == []
    assert lint(text, tmp_path, jdk=21) == [("removed-flag", "high", 21)]


def test_without_a_release_only_what_all_refuse_is_told_and_with_less_confidence(tmp_path: Path) -> None:
    assert lint("-XX:+UseConcMarkSweepGC\n", tmp_path, "jvm.options") == []
    assert lint("-XX:+UseG1CG\n", tmp_path, "jvm.options") == [("unknown-flag", "medium", None)]


def test_a_release_between_two_known_ones_gets_what_holds_on_both(tmp_path: Path) -> None:
    # 18 was between: biased locking was deprecated in 17 and is gone in 21; CMS is gone in both
    assert lint("FROM openjdk:18\nENV JAVA_OPTS=-XX:+UseBiasedLocking\n", tmp_path) == []
    found = lint("FROM openjdk:18\nENV JAVA_OPTS=-XX:+UseConcMarkSweepGC\n", tmp_path)
    assert found == [("removed-flag", "medium", None)]


def test_a_prefix_makes_the_release(tmp_path: Path) -> None:
    text = "8:-XX:+PrintGCDateStamps\n11:-XX:+PrintHeapAtGC\n9-10:-XX:+NoSuchFlag\n"
    assert lint(text, tmp_path, "jvm.options") == [("removed-flag", "high", 11)]


@pytest.mark.parametrize(
    ("text", "size"),
    [("512Mi", 512 << 20), ("1.5Gi", 3 << 29), ("2G", 2_000_000_000), ("1e9", 10**9), ("128974848", 128974848),
     ("1Ti", 1 << 40), ("100m", 0), ("1gb", None), ("", None), ("-1Gi", None)],
)  # fmt: skip
def test_memory_quantities(text: str, size: int | None) -> None:
    assert memory_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2.0), ("500m", 0.5), ("0.25", 0.25), ("2 cores", None), ("m", None)]
)
def test_processor_quantities(text: str, number: float | None) -> None:
    assert cpus(text) == number
