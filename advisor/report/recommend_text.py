"""A recommendation for a person: the flags first, then why, then what they cost."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.quantities import Bytes
from advisor.model.recommendation import Reason, Recommendation
from advisor.report.measured_text import measured_sentence
from advisor.report.outcome_text import FIGURES, comparison, goal_line
from advisor.report.wrap import bullets, paragraph, section, table


def recommend_text(result: Recommendation, *, why_not: bool = False) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        _verdict(result),
        *([section("Why", _reasons(result.reasons))] if result.reasons else []),
        *([section("Predicted", _prediction(result))] if result.predicted or result.baseline else []),
        *([section("Goals", [goal_line(verdict) for verdict in result.goals])] if result.goals else []),
        *([] if result.refused else [section("Memory", _memory(result))]),
        *([section("Warnings", bullets(result.warnings))] if result.warnings else []),
        *([section("Options in use that go", _dropped(result))] if result.dropped else []),
        *([section("Also worth setting (not tuning)", bullets(result.advice))] if result.advice else []),
        *([section("Rules that stayed silent", bullets(_silent(result)))] if why_not else []),
    ]
    return "\n\n".join(sections) + "\n"


def _verdict(result: Recommendation) -> str:
    if result.refused:
        return paragraph(f"No flags can be recommended: {result.refused}.")
    if not result.flags:
        return paragraph(
            f"Set nothing: JDK {result.jdk} ({result.collector}) does by itself what the rules ask for this workload."
        )
    lines = [f"For JDK {result.jdk} ({result.collector}):", ""]
    return "\n".join([*lines, *(f"    {flag}" for flag in result.flags)])


def _reasons(reasons: tuple[Reason, ...]) -> list[str]:
    """The flags of one rule together, then what the rule says."""
    lines: list[str] = []
    for index, reason in enumerate(reasons):
        lines.append(f"  {reason.flag}{_effect(reason)}")
        following = reasons[index + 1] if index + 1 < len(reasons) else None
        if following is None or following.rule != reason.rule:
            lines.append(paragraph(reason.because, indent="      "))
            lines.append(paragraph(f"[{reason.rule}] {reason.source}", indent="      "))
    return lines


def _effect(reason: Reason) -> str:
    """What would change without the flag, where that was simulated."""
    if reason.effect.get("oom"):
        return "   without it: out of memory"
    pause = reason.effect.get("total_ms")
    memory = reason.effect.get("rss_bytes")
    if pause is None or memory is None:
        return ""
    sign = "+" if memory >= 0 else "-"
    return f"   without it: {pause:+.0f} ms of pauses, {sign}{Bytes(abs(round(memory))).human()}"


def _prediction(result: Recommendation) -> list[str]:
    figures = [(name, FIGURES[name]) for name in _SHOWN]
    rows = comparison(figures, result.baseline, result.predicted, ("flags in use", "recommended"))
    measured = [paragraph(measured_sentence(result.measured_error), indent="  ")] if result.measured_error else []
    return [*table(list(rows), right=(1, 2, 3)), *measured]


_SHOWN = ("pauses", "longest pause", "p99 pause", "total pause", "throughput", "resident memory")


def _memory(result: Recommendation) -> list[str]:
    parts = [*result.memory.parts.items(), ("head-room", result.memory.headroom_bytes)]
    rows = [[name.replace("_", " "), Bytes(size).human()] for name, size in parts if size]
    rows.append(["limit", Bytes(result.memory.limit_bytes).human()])
    return table(rows, right=(1,))


def _dropped(result: Recommendation) -> list[str]:
    return bullets(f"{option}: {why}" for option, why in result.dropped.items())


def _silent(result: Recommendation) -> Iterator[str]:
    return (f"{silent.rule}: {silent.because}" for silent in result.silent)
