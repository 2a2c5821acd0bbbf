"""A migration for a person: the new flags to copy, then what changed and why."""

from __future__ import annotations

from advisor.model.migration import Migration
from advisor.report.wrap import bullets, paragraph, section


def migrate_text(result: Migration) -> str:
    """The whole report, 80 columns wide."""
    heading = f"Flags for JDK {result.jdk_to}, from JDK {result.jdk_from}:"
    flags = [f"    {flag}" for flag in result.flags] or ["    (none)"]
    changes = [_change(change.from_, change.to, change.because) for change in result.changes]
    sections = [
        "\n".join([heading, "", *flags]),
        *([section("What changed", changes)] if changes else [paragraph("Nothing has to change.")]),
        *([section(f"JDK {result.jdk_to} still says", bullets(result.messages))] if result.messages else []),
    ]
    return "\n\n".join(sections) + "\n"


def _change(old: str, new: str, because: str) -> str:
    left = old or "(nothing)"
    what = f"{left} -> {new}" if new else f"{left} goes"
    return "\n".join([paragraph(what, indent="  ", hang="    "), paragraph(because, indent="      ", hang="      ")])
