"""A recommendation for a person: the flags first, then why, then what they cost."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.outcome import Outcome
from advisor.model.quantities import Bytes, Duration, Ratio
from advisor.model.recommendation import GoalVerdict, Reason, Recommendation
from advisor.report.wrap import bullets, paragraph, table


def recommend_text(result: Recommendation, *, why_not: bool = False) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        _verdict(result),
        *([_section("Why", _reasons(result.reasons))] if result.reasons else []),
        *([_section("Predicted", _prediction(result))] if result.predicted or result.baseline else []),
        *([_section("Goals", [_goal(verdict) for verdict in result.goals])] if result.goals else []),
        *([] if result.refused else [_section("Memory", _memory(result))]),
        *([_section("Warnings", bullets(result.warnings))] if result.warnings else []),
        *([_section("Options in use that go", _dropped(result))] if result.dropped else []),
        *([_section("Also worth setting (not tuning)", bullets(result.advice))] if result.advice else []),
        *([_section("Rules that stayed silent", bullets(_silent(result)))] if why_not else []),
    ]
    return "\n\n".join(sections) + "\n"


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title, *lines])


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
    rows = [["", "flags in use", "recommended", "90 % interval"]]
    rows += [
        [name, _cell(name, result.baseline), _cell(name, result.predicted), _interval(name, result.predicted)]
        for name in _FIGURES
    ]
    return table(rows, right=(1, 2, 3))


_FIGURES = {
    "pauses": "pauses.count",
    "longest pause": "pauses.max_ms",
    "p99 pause": "pauses.p99_ms",
    "total pause": "pauses.total_ms",
    "throughput": "throughput",
    "resident memory": "",
}


def _cell(name: str, outcome: Outcome | None) -> str:
    if outcome is None:
        return "?"
    if outcome.oom:
        return "out of memory"
    match name:
        case "pauses":
            return "?" if outcome.pauses.count is None else f"{outcome.pauses.count}"
        case "longest pause":
            return _ms(outcome.pauses.max_ms)
        case "p99 pause":
            return _ms(outcome.pauses.p99_ms)
        case "total pause":
            return _ms(outcome.pauses.total_ms)
        case "throughput":
            return f"{outcome.throughput:.2%}"
        case _:
            return Bytes(outcome.rss_bytes).human()


def _interval(name: str, outcome: Outcome | None) -> str:
    found = outcome.intervals.get(_FIGURES[name]) if outcome else None
    if not found or (outcome and outcome.oom):
        return ""
    low, high = found
    if name == "throughput":
        return f"{Ratio(min(low, 1.0)):.2%} .. {Ratio(min(high, 1.0)):.2%}"
    return f"{low:.0f} .. {high:.0f}" if name == "pauses" else f"{_ms(low)} .. {_ms(high)}"


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 10_000 else str(Duration(round(value / 1000, 1)))


def _goal(verdict: GoalVerdict) -> str:
    state = {True: "met", False: "NOT MET", None: "not predicted"}[verdict.met]
    predicted = f" (predicted {verdict.predicted})" if verdict.predicted else ""
    return f"  {verdict.name} {verdict.limit}: {state}{predicted}"


def _memory(result: Recommendation) -> list[str]:
    parts = [*result.memory.parts.items(), ("head-room", result.memory.headroom_bytes)]
    rows = [[name.replace("_", " "), Bytes(size).human()] for name, size in parts if size]
    rows.append(["limit", Bytes(result.memory.limit_bytes).human()])
    return table(rows, right=(1,))


def _dropped(result: Recommendation) -> list[str]:
    return bullets(f"{option}: {why}" for option, why in result.dropped.items())


def _silent(result: Recommendation) -> Iterator[str]:
    return (f"{silent.rule}: {silent.because}" for silent in result.silent)
