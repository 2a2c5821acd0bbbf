"""An explanation for a person."""

from __future__ import annotations

from advisor.model.explanation import Explanation, FlagRelease
from advisor.report.wrap import bullets, paragraph, section, table


def explain_text(found: Explanation) -> str:
    """The whole page, 80 columns wide."""
    sections = [paragraph(f"{found.name} ({found.kind}): {found.title}")]
    if found.releases:
        sections.append(section("Releases (defaults before the JVM looks at the machine)", _releases(found.releases)))
    if found.collectors:
        sections.append(paragraph(f"Read by: {', '.join(found.collectors)}"))
    locks = dict.fromkeys(release.unlocked_by for release in found.releases if release.unlocked_by)
    if locks:
        sections.append(paragraph(f"Where it is not for everyone, it needs -XX:+{' or -XX:+'.join(locks)} before it."))
    sections += [section(part.heading, [_body(part.text)]) for part in found.parts]
    if found.rules:
        sections.append(section("Rules that have to do with it", bullets(found.rules)))
    return "\n\n".join(sections) + "\n"


def _body(text: str) -> str:
    return "\n".join(paragraph(line, indent="  ", hang="  ") for line in text.splitlines())


def _releases(releases: tuple[FlagRelease, ...]) -> list[str]:
    heading = ("JDK", "status", "kind", "type", "default", "range")
    return table([heading, *(_row(release) for release in releases)], right=(0,))


def _row(release: FlagRelease) -> tuple[str, ...]:
    if release.type is None:
        return (str(release.jdk), release.status, "", "", "", "")
    default = "by machine" if release.default is None else release.default or '""'
    return (str(release.jdk), release.status, release.kind or "", release.type, default, _range(release))


def _range(release: FlagRelease) -> str:
    if release.low is None and release.high is None:
        return ""
    low, high = ("" if side is None else str(side) for side in (release.low, release.high))
    return f"{low}..{high}"
