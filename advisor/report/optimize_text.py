"""The result of a search for a person: the best flags, what each is worth, and the trade-offs beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.model.outcome import Outcome
from advisor.model.quantities import Bytes, Duration
from advisor.model.recommendation import GoalVerdict
from advisor.model.trial import Best, Candidate, Optimization
from advisor.report.wrap import bullets, paragraph, table

_FLAGS_COLUMN = 4


def optimize_text(result: Optimization) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        _verdict(result),
        *([_section("Goals", [_goal(goal) for goal in result.best.goals])] if result.best.goals else []),
        _section("Predicted", table(list(_comparison(result.baseline, result.best.outcome)), right=(1, 2, 3))),
        *([_section("What changes when one flag alone is left out", _worth(result.best))] if result.best.worth else []),
        _section("Trade-offs that nothing simulated beats", list(_trade_offs(result))),
        *([_section("Warnings", bullets(result.warnings))] if result.warnings else []),
        paragraph(
            f"{result.evaluations} sets of flags were simulated in {result.seconds:.1f} s "
            f"({result.suggester}, seed {result.seed})."
        ),
    ]
    return "\n\n".join(sections) + "\n"


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title, *lines])


def _verdict(result: Optimization) -> str:
    best = result.best
    heading = "Best flags" if best.meets_goals else "No set of flags meets all goals; this one comes nearest"
    flags = [f"    {flag}" for flag in best.flags] or ["    (none: the JVM's own choices are best)"]
    return "\n".join([f"{heading}:", "", *flags])


def _goal(verdict: GoalVerdict) -> str:
    state = {True: "met", False: "NOT MET", None: "not predicted"}[verdict.met]
    predicted = f" (predicted {verdict.predicted})" if verdict.predicted else ""
    return f"  {verdict.name} {verdict.limit}: {state}{predicted}"


_INTERVALS = {
    "p99 pause": "pauses.p99_ms",
    "longest pause": "pauses.max_ms",
    "total pause": "pauses.total_ms",
    "throughput": "throughput",
    "resident memory": "",
}


def _comparison(baseline: Outcome | None, best: Outcome) -> Iterator[list[str]]:
    yield ["", "flags in use", "best", "90 % interval"]
    before = _figures(baseline) if baseline else {}
    for name, figure in _figures(best).items():
        yield [name, before.get(name, "?"), figure, _interval(name, best)]


def _figures(outcome: Outcome) -> dict[str, str]:
    if outcome.oom:
        return dict.fromkeys(_INTERVALS, "out of memory")
    return {
        "p99 pause": _ms(outcome.pauses.p99_ms),
        "longest pause": _ms(outcome.pauses.max_ms),
        "total pause": _ms(outcome.pauses.total_ms),
        "throughput": f"{outcome.throughput:.2%}",
        "resident memory": Bytes(outcome.rss_bytes).human(),
    }


def _interval(name: str, outcome: Outcome) -> str:
    found = outcome.intervals.get(_INTERVALS[name])
    if found is None or outcome.oom:
        return ""
    low, high = found
    return f"{low:.2%} .. {high:.2%}" if name == "throughput" else f"{_ms(low)} .. {_ms(high)}"


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if abs(value) < 10_000 else str(Duration(round(value / 1000, 1)))


def _worth(best: Best) -> list[str]:
    rows = [["", "p99 pause", "total pause", "throughput", "memory"]]
    rows += [[flag, *_changes(effect)] for flag, effect in best.worth.items()]
    return table(rows, right=(1, 2, 3, 4))


def _changes(effect: Mapping[str, float]) -> list[str]:
    if not effect:
        return ["not simulated", "", "", ""]
    if effect.get("oom"):
        return ["out of memory", "", "", ""]
    memory = round(effect["rss_bytes"])
    return [
        _signed(effect["p99_ms"], " ms"),
        _signed(effect["total_ms"], " ms"),
        f"{100 * effect['throughput']:+.2f} %",
        f"{'-' if memory < 0 else '+'}{Bytes(abs(memory)).human()}",
    ]


def _signed(value: float, unit: str) -> str:
    return f"{value:+.1f}{unit}" if abs(value) < 10_000 else f"{value / 1000:+.1f} s"


def _trade_offs(result: Optimization) -> Iterator[str]:
    """One line of figures per set and its flags beside them, wrapped within their column."""
    heading = ["p99 pause", "longest", "throughput", "memory", "flags"]
    lines = table([heading, *(_row(candidate) for candidate in result.pareto)], right=range(_FLAGS_COLUMN))
    edge = lines[0].index("flags")
    yield lines[0]
    for line, candidate in zip(lines[1:], result.pareto, strict=True):
        words = " ".join(candidate.flags) or "(none)"
        mark = "*" if candidate.flags == result.best.flags else " "
        yield paragraph(words, indent=f" {mark}{line[2:]}".ljust(edge), hang=" " * edge)


def _row(candidate: Candidate) -> list[str]:
    outcome = candidate.outcome
    memory = Bytes(outcome.rss_bytes).human()
    pauses = outcome.pauses
    return [_ms(pauses.p99_ms), _ms(pauses.max_ms), f"{outcome.throughput:.2%}", memory, ""]
