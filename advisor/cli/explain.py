"""`jvm-advisor explain`: what is known of a flag, a rule or a lint check."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import emit, result_options
from advisor.model.errors import UsageError

if TYPE_CHECKING:
    from advisor.model.explanation import Explanation, FlagRelease


@click.command("explain")
@click.argument("name")
@result_options("text", "json")
def command(name: str, fmt: str, output: Path | None) -> int:
    """What is known of a flag, a rule or a lint check: jvm-advisor explain UseG1GC

    A flag may be written as an option after --: jvm-advisor explain -- -Xmx4g
    """
    from advisor.report.explain_text import explain_text
    from advisor.report.json import to_json

    found = explanation(name)
    emit(to_json(found) if fmt == "json" else explain_text(found), output)
    return 0


def explanation(written: str) -> Explanation:
    """The page of a name. Raises UsageError, with the nearest name, where nothing is called so."""
    name = _plain(written)
    for look in (_flag, _check, _rule, _migration):
        found = look(name)
        if found is not None:
            return found
    near = _nearest(name)
    hint = f"did you mean {near}?" if near else "the name of a HotSpot flag, a rule or a lint check"
    raise UsageError(f"nothing is called {name!r}", hint=hint)


def _plain(written: str) -> str:
    """The flag that an option sets; any other word as it is."""
    from advisor.jvm.commandline import parse_text

    options = parse_text(written).options
    return options[0].name if options and written.startswith("-") and options[0].sets_flag else written


def _flag(name: str) -> Explanation | None:
    from advisor.jvm.catalog import life
    from advisor.model.explanation import Explanation
    from advisor.model.machine import JDKS

    releases = tuple(_release(name, jdk) for jdk in JDKS)
    if all(release.status == "unknown" for release in releases):
        return None
    known = life(name)
    alias = f", another name of {known.alias_of}" if known and known.alias_of else ""
    return Explanation(
        name=name,
        kind="flag",
        title=f"HotSpot flag{alias}",
        releases=releases,
        collectors=_collectors(name),
        rules=_rules_about(name),
    )


def _release(name: str, jdk: int) -> FlagRelease:
    from advisor.jvm.catalog import catalog
    from advisor.model.explanation import FlagRelease

    table = catalog(jdk)
    status, info = table.status(name), table.flag(name)
    if info is None:
        return FlagRelease(jdk=jdk, status=status)
    return FlagRelease(
        jdk=jdk,
        status=status,
        kind=info.kind,
        type=info.type,
        default=info.default,
        low=info.low,
        high=info.high,
        unlocked_by=info.unlocked_by,
    )


def _collectors(name: str) -> tuple[str, ...]:
    from advisor.jvm.catalog import catalog
    from advisor.model.machine import JDKS

    rows = [catalog(jdk).flag(name) for jdk in JDKS]
    return tuple(dict.fromkeys(str(collector) for row in rows if row for collector in row.collector))


def _rules_about(name: str) -> tuple[str, ...]:
    from advisor.migrate.schema import load
    from advisor.rules.load import load_rules

    tuned = [rule for rule in load_rules() if any(name in (p.flag, p.forbid) for p in rule.propose)]
    moved = [rule for rule in load() if name in (*rule.flags, *rule.also_without)]
    return (*(f"{rule.id}: {rule.title}" for rule in tuned), *(f"{rule.id}: {rule.title}" for rule in moved))


def _check(name: str) -> Explanation | None:
    from advisor.lint.pages import pages
    from advisor.model.explanation import Explanation, Part

    page = next((page for page in pages() if page.id == name), None)
    if page is None:
        return None
    texts = (
        ("What", page.what),
        ("Why", page.why),
        ("What to do", page.remediation),
        ("Releases", page.jdk),
        ("Example", page.example),
        ("Instead", page.instead),
        ("Severity, confidence", f"{page.severity}, {page.confidence}"),
    )
    parts = tuple(Part(heading=heading, text=text.strip()) for heading, text in texts)
    return Explanation(name=name, kind="check", title=page.title, parts=parts)


def _rule(name: str) -> Explanation | None:
    from advisor.model.explanation import Explanation, Part
    from advisor.rules.load import load_rules

    rule = next((rule for rule in load_rules() if rule.id == name), None)
    if rule is None:
        return None
    flags = ", ".join(dict.fromkeys(p.flag or p.forbid or "" for p in rule.propose if p.flag or p.forbid))
    texts = (
        ("Because", rule.because),
        ("Flags", flags),
        ("Releases", f"JDK {rule.jdk.from_} to {rule.jdk.to}"),
        ("Topic", rule.topic),
        ("Source", rule.source),
    )
    parts = tuple(Part(heading=heading, text=text.strip()) for heading, text in texts if text)
    return Explanation(name=name, kind="rule", title=rule.title, parts=parts)


def _migration(name: str) -> Explanation | None:
    from advisor.migrate.schema import load
    from advisor.model.explanation import Explanation, Part

    rule = next((rule for rule in load() if rule.id == name), None)
    if rule is None:
        return None
    texts = (
        ("Because", rule.because),
        ("About", ", ".join((*rule.flags, *rule.options))),
        ("Since", f"JDK {rule.since}"),
        ("Source", rule.source),
    )
    parts = tuple(Part(heading=heading, text=text.strip()) for heading, text in texts)
    return Explanation(name=name, kind="migration rule", title=rule.title, parts=parts)


def _nearest(name: str) -> str | None:
    from advisor.jvm.catalog import nearest
    from advisor.lint.checks import CHECKS
    from advisor.migrate.schema import load
    from advisor.model.machine import JDKS
    from advisor.rules.load import load_rules

    words = [*(c.id for c in CHECKS), *(r.id for r in load_rules()), *(r.id for r in load())]
    near = difflib.get_close_matches(name, words, n=1, cutoff=0.75)
    flags = (nearest(name, jdk) for jdk in reversed(JDKS))
    return near[0] if near else next((flag for flag in flags if flag), None)
