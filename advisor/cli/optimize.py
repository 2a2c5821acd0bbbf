"""`jvm-advisor optimize`: the flags with the best simulated outcome under the goals."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from advisor.cli.inputs import Target, changed, load_workload
from advisor.cli.options import emit, goal_options, goals_from, result_options, target_options
from advisor.model.quantities import Bytes


@click.command("optimize")
@click.argument("source", metavar="PROFILE|LOG")
@target_options
@goal_options
@click.option("--trials", type=click.IntRange(1, 10_000), default=64, show_default=True, help="Points to propose.")
@click.option("--suggester", default="skopt-gp", show_default=True, help="What proposes: skopt-gp, skopt-et or sobol.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the search and of the simulation.")
@result_options("text", "json")
def command(
    source: str,
    jdk: str | None,
    cpus: int | None,
    memory: Bytes | None,
    baseline_flags: str | None,
    goal: tuple[str, ...],
    minimize: tuple[str, ...],
    maximize: tuple[str, ...],
    trials: int,
    suggester: str,
    seed: int,
    fmt: str,
    output: Path | None,
) -> int:
    """Search simulated outcomes of a workload PROFILE (YAML) or GC LOG (- is standard input) for the best flags.

    Limits come first, then what to minimize or maximize, then the trade-off between pauses, throughput and memory.
    Options in use that tune nothing stay as they are. Exit code 1 when no set of flags meets all goals.
    """
    from advisor.optimize import optimize
    from advisor.recommend.tuning import divide
    from advisor.report.json import to_json
    from advisor.report.optimize_text import optimize_text

    workload = load_workload(source, Target(int(jdk) if jdk else None, cpus, memory, baseline_flags))
    goals = goals_from(workload.profile.goals, goal, minimize, maximize)
    profile = changed(workload.profile, {"goals": goals.model_dump()}, source)
    pinned = divide(profile).kept
    result = optimize(profile, seed=seed, trials=trials, suggester=suggester, pinned=pinned, progress=_progress())
    result = result.model_copy(update={"warnings": (*workload.assumptions, *result.warnings)})
    emit(to_json(result) if fmt == "json" else optimize_text(result), output)
    return 0 if result.best.meets_goals else 1


def _progress() -> Callable[[int, int], None] | None:
    """A line on standard error that counts trials, where a person is watching."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, planned: int) -> None:
        click.echo(f"\r{done} of {planned} trials", err=True, nl=done >= planned)

    return show
