"""What a JVM would run with, for a person: its verdict, then what differs from the defaults."""

from __future__ import annotations

from advisor.model.effective import EffectiveResult
from advisor.report.wrap import bullets, table


def effective_text(result: EffectiveResult, *, everything: bool = False) -> str:
    """The report; with `everything` the defaults too."""
    verdict = "starts" if result.accepted else "refuses these options"
    lines = [f"JDK {result.jdk} {verdict}; collector: {result.collector}"]
    if result.messages:
        lines += ["", *bullets(f"{message.severity}: {message.text}" for message in result.messages)]
    rows = [
        [name, flag.value, flag.origin] for name, flag in result.flags.items() if everything or flag.origin != "default"
    ]
    if rows:
        lines += ["", *table([["flag", "value", "origin"], *rows], right=(1,))]
    return "\n".join(lines) + "\n"
