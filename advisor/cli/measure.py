"""`jvm-advisor measure`: sets of flags against one another on the real program."""

from __future__ import annotations

import math
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import DURATION, emit, result_options
from advisor.model.errors import UsageError
from advisor.model.quantities import Duration

if TYPE_CHECKING:
    from advisor.model.measurement import MeasuredRun


@click.command("measure")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, required=True)
@click.option(
    "--arm", "arms", multiple=True, metavar='"NAME: FLAGS"', help="A set of flags; the first is the baseline."
)
@click.option("--max-runs", type=click.IntRange(1, 1000), default=10, show_default=True, help="Of each arm.")
@click.option("--budget", type=DURATION, metavar="TIME", help="Time for all runs, such as 10m.")
@click.option("--timeout", type=DURATION, metavar="TIME", help="Time for one run; an hour if not given.")
@click.option("--warm-up", type=click.IntRange(0, 100), default=1, show_default=True, help="Runs that do not count.")
@click.option("--metric", "metrics", multiple=True, metavar="[NAME=]REGEX", help="A figure that the program prints.")
@click.option("--larger-is-better", multiple=True, metavar="NAME", help="Of a metric (repeatable).")
@click.option("--repeat-baseline/--no-repeat-baseline", default=True, help="Run the baseline twice, for the noise.")
@click.option("--java", type=click.Path(path_type=Path), metavar="PATH", help="The java to use.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the order.")
@result_options("text", "json")
def command(
    command: tuple[str, ...],
    arms: tuple[str, ...],
    max_runs: int,
    budget: Duration | None,
    timeout: Duration | None,
    warm_up: int,
    metrics: tuple[str, ...],
    larger_is_better: tuple[str, ...],
    repeat_baseline: bool,
    java: Path | None,
    seed: int,
    fmt: str,
    output: Path | None,
) -> int:
    """Run a program under sets of flags: jvm-advisor measure --arm "base:" --arm "new: -Xmx1g" -- java -jar app.jar

    Runs are interleaved in random order and stop when the differences are decided. Flags go behind the word java, or
    into JAVA_TOOL_OPTIONS where the command does not have it. Exit code 1 when something got worse.
    """
    from advisor.measure import Plan, measure
    from advisor.report.json import to_json
    from advisor.report.measure_text import measure_text

    plan = Plan(
        arms=[_arm(text) for text in arms],
        max_runs=max_runs,
        budget_s=float(budget) if budget is not None else math.inf,
        timeout_s=float(timeout) if timeout is not None else 3600.0,
        warm_up=warm_up,
        repeat_baseline=repeat_baseline,
        metrics=dict(_metric(text) for text in metrics),
        larger_is_better=frozenset(larger_is_better),
        seed=seed,
    )
    with _stoppable():
        result = measure(command, plan, java=java, progress=_progress())
    emit(to_json(result) if fmt == "json" else measure_text(result), output)
    return 1 if any(comparison.verdict == "worse" for comparison in result.comparisons) else 0


@contextmanager
def _stoppable() -> Iterator[None]:
    """A request to end (SIGTERM) is met like Ctrl-C: the program that runs is ended first."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _arm(text: str) -> tuple[str, tuple[str, ...]]:
    name, colon, flags = text.partition(":")
    if not colon or not name.strip():
        raise UsageError(f"{text!r} is no arm", where="--arm", hint='"NAME: FLAGS", such as "new: -Xmx1g -XX:+UseG1GC"')
    try:
        return name.strip(), tuple(shlex.split(flags))
    except ValueError as error:
        raise UsageError(f"{flags!r}: {error}", where="--arm") from error


def _metric(text: str) -> tuple[str, str]:
    name, equals, pattern = text.partition("=")
    return (name, pattern) if equals and name.isidentifier() and "(" in pattern else ("metric", text)


def _progress() -> Callable[[str, MeasuredRun], None] | None:
    """A line for each run on standard error, where a person is watching."""
    if not sys.stderr.isatty():
        return None

    def show(name: str, run: MeasuredRun) -> None:
        ending = "" if run.exit_code == 0 else f", exit code {run.exit_code}"
        click.echo(f"{name}: {run.wall_s:.2f} s, {run.cpu_s:.2f} s of processors{ending}", err=True)

    return show
