"""Scores -> Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from advisor.simulate.measured import KINDS
from tests.benchmarks.fidelity.predictions import Pair
from tests.benchmarks.fidelity.scores import Scores, scores

METHODS = {"model": "model", "unchanged": "nothing changes", "scaled": "naive scaling"}
GROUPS: dict[str, Callable[[Pair], bool]] = {
    "same collector and JDK, other flags": lambda pair: pair.alike,
    "other collector or JDK": lambda pair: not pair.alike,
}
_HEAD = (
    "| {} | pairs | count | total, median | total, p90 | p99 within 1.5 | p99, median | CPU | goal verdicts right "
    "| tau total | tau p99 | tau CPU |"
)


def report(pairs: Sequence[Pair]) -> Iterator[str]:
    """All tables."""
    for title, belongs in GROUPS.items():
        chosen = [pair for pair in pairs if belongs(pair)]
        yield f"### {title[0].upper()}{title[1:]}"
        yield ""
        yield from _methods(chosen)
        yield ""
    yield from _section("By pair of collectors", pairs, lambda p: f"{p.source.collector} -> {p.real.collector}")
    yield from _section("By kind of change", pairs, lambda p: p.kind, KINDS)
    yield from _section("By program", pairs, lambda p: f"{p.source.program}, {'same' if p.alike else 'other'}")


def _methods(pairs: Sequence[Pair]) -> Iterator[str]:
    yield from _header("method")
    judged = [pair for pair in pairs if pair.model is not None]
    for method, title in METHODS.items():
        if found := scores(judged, method):
            yield _row(title, found)
    yield ""
    yield f"{len(pairs) - len(judged)} of {len(pairs)} pairs were not predicted: the collector is not modelled."
    found = scores(judged, "model")
    if found:
        parts = ", ".join(f"{name} {share:.0%}" for name, share in found.covered.items())
        yield f"90 % intervals hold the real figure: {parts}."


def _section(
    title: str, pairs: Sequence[Pair], name: Callable[[Pair], str], order: Sequence[str] = ()
) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield from _header("")
    names = {name(pair) for pair in pairs if pair.model is not None}
    for each in [n for n in order if n in names] or sorted(names):
        found = scores([pair for pair in pairs if name(pair) == each], "model")
        if found:
            yield _row(each, found)
    yield ""


def _header(first: str) -> Iterator[str]:
    head = _HEAD.format(first)
    yield head
    yield "|---" * (head.count("|") - 1) + "|"


def _row(title: str, found: Scores) -> str:
    orders = (found.order_total, found.order_p99, found.order_cpu)
    cells = (
        str(found.pairs),
        *(f"{value:.0%}" for value in (found.count, found.total, found.total_p90, found.p99_near, found.p99)),
        f"{found.cpu:.1%}",
        f"{found.goals_right:.0%}",
        *("-" if tau is None else f"{tau:.2f}" for tau in orders),
    )
    return f"| {title} | {' | '.join(cells)} |"


def rows(pairs: Sequence[Pair]) -> Iterator[str]:
    """One line per pair: predicted over real."""
    yield "| program | from | to | count | total | p99 | CPU | total in interval |"
    yield "|---|---|---|---|---|---|---|---|"
    for pair in pairs:
        if pair.model is not None:
            real, model = pair.real, pair.model
            ratios = (model.total_ms / real.total_ms, model.p99_ms / real.p99_ms, model.cpu_s / real.cpu_s)
            yield (
                f"| {real.program} | {pair.source.flag_set} | {real.flag_set} | {model.count:.0f} / {real.count} | "
                + " | ".join(f"{ratio:.2f}" for ratio in ratios)
                + f" | {'yes' if pair.covered['pauses.total_ms'] else 'no'} |"
            )
