"""The release a launch runs on, read from the name of a container image."""

from __future__ import annotations

import re

from advisor.lint.launch import Target
from advisor.model.machine import JDKS, Jdk

_TAGGED = re.compile(
    r"(?:^|/)(?:eclipse-temurin|openjdk|adoptopenjdk(?:/openjdk\d+)?|amazoncorretto|sapmachine|java|jdk|jre|dragonwell"
    r"|(?:azul/)?zulu-openjdk(?:-\w+)?|liberica-(?:openjdk|openjre|runtime)[\w-]*|jdk-community|graalvm-ce"
    r"|native-image[\w-]*|graalvm)\Z"
)
"""Repositories whose tag begins with the release."""
_NUMBER = re.compile(r"(?:1\.)?(\d{1,2})(?![\d])")
_ANYWHERE = re.compile(
    r"(?:jdk|jre|java|openjdk|openjre|temurin|corretto|zulu|liberica|sapmachine|dragonwell|graalvm)[-_]?(?:1\.)?(\d{1,2})(?!\d)"
)
"""A release named beside its vendor, in the repository (`distroless/java17`) or in the tag (`10-jdk17-temurin`)."""
_OTHER_MACHINES = re.compile(r"openj9|semeru|ibmjava|ibm-java")


def from_image(image: str, *, via: str = "") -> Target | None:
    """The target that the name of an image reveals, or None. `via` adds how the name came about."""
    name, _, _ = image.partition("@")
    if _OTHER_MACHINES.search(name.lower()):
        return Target((), f"image {image}{via} holds another virtual machine than HotSpot", hotspot=False)
    release = image_release(name)
    return None if release is None else releases(release, f"image {image}{via}")


def image_release(image: str) -> int | None:
    """The Java release in an image name: 17 for `eclipse-temurin:17-jre` and for `gcr.io/distroless/java17`."""
    path, _, tag = image.lower().rpartition(":")
    if not path or "/" in tag:
        path, tag = image.lower(), ""
    if _TAGGED.search(path) and (found := _NUMBER.match(tag)):
        return int(found[1])
    for text in (tag, path.rpartition("/")[2]):
        if found := _ANYWHERE.search(text):
            return int(found[1])
    return None


def releases(release: int, reason: str) -> Target:
    """The target for a release. One without a table of its own stands between the two known ones around it."""
    if release in JDKS:
        return Target((_known(release),), reason)
    below = max((jdk for jdk in JDKS if jdk < release), default=None)
    above = min((jdk for jdk in JDKS if jdk > release), default=None)
    around = tuple(jdk for jdk in (below, above) if jdk is not None)
    told = " and ".join(str(jdk) for jdk in around)
    return Target(around, f"{reason}: there is no flag table of {release}, so what holds on {told}")


def _known(release: int) -> Jdk:
    return next(jdk for jdk in JDKS if jdk == release)
