"""The result of a search for a person: the best flags, what each is worth, and the trade-offs beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.model.quantities import Bytes
from advisor.model.trial import Best, Candidate, Optimization
from advisor.report.outcome_text import FIGURES, comparison, goal_line, ms
from advisor.report.wrap import bullets, paragraph, section, table

_FLAGS_COLUMN = 4


def optimize_text(result: Optimization) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        _verdict(result),
        *([section("Goals", [goal_line(goal) for goal in result.best.goals])] if result.best.goals else []),
        section("Predicted", _comparison(result)),
        *([section("What changes when one flag alone is left out", _worth(result.best))] if result.best.worth else []),
        section("Trade-offs that nothing simulated beats", list(_trade_offs(result))),
        *_alike(result.best),
        *([section("Warnings", bullets(result.warnings))] if result.warnings else []),
        paragraph(
            f"{result.evaluations} sets of flags were simulated in {result.seconds:.1f} s "
            f"({result.suggester}, seed {result.seed})."
        ),
    ]
    return "\n\n".join(sections) + "\n"


def _verdict(result: Optimization) -> str:
    best = result.best
    heading = "Best flags" if best.meets_goals else "No set of flags meets all goals; this one comes nearest"
    flags = [f"    {flag}" for flag in best.flags] or ["    (none: the JVM's own choices are best)"]
    return "\n".join([f"{heading}:", "", *flags])


_MOST_ALIKE = 3


def _alike(best: Best) -> list[str]:
    """What the choice rests on, and what it might as well have been."""
    if best.worlds < 2:
        return []
    if not best.alike:
        return [paragraph(f"Of the sets near it, it is the best in {best.worlds} worlds that vary what is uncertain.")]
    shown = [" ".join(flags) or "(none)" for flags in best.alike[:_MOST_ALIKE]]
    more = len(best.alike) - len(shown)
    rest = [f"and {more} more"] if more else []
    return [section(f"Sets that {best.worlds} simulated worlds cannot tell from the best", bullets([*shown, *rest]))]


_SHOWN = ("p99 pause", "longest pause", "total pause", "throughput", "resident memory")


def _comparison(result: Optimization) -> list[str]:
    figures = [(name, FIGURES[name]) for name in _SHOWN]
    rows = comparison(figures, result.baseline, result.best.outcome, ("flags in use", "best"))
    return table(list(rows), right=(1, 2, 3))


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
    return [ms(pauses.p99_ms), ms(pauses.max_ms), f"{outcome.throughput:.2%}", memory, ""]
