"""`jvm-advisor recommend`: few flags with reasons, from a GC log or a profile."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.inputs import Target, changed, load_workload
from advisor.cli.options import emit, goal_options, goals_from, result_options, target_options
from advisor.model.quantities import Bytes


@click.command("recommend")
@click.argument("source", metavar="PROFILE|LOG")
@target_options
@goal_options
@click.option("--priority", type=click.Choice(["balanced", "latency", "throughput", "footprint"]))
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the predictions.")
@click.option("--simulate/--no-simulate", "simulated", default=True, help="Predict the outcome.", show_default=True)
@click.option("--effects", is_flag=True, help="Also simulate the set without each flag, to show what it is worth.")
@click.option("--why-not", is_flag=True, help="Also show the rules that stayed silent, and why.")
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
    priority: str | None,
    seed: int,
    simulated: bool,
    effects: bool,
    why_not: bool,
    fmt: str,
    output: Path | None,
) -> int:
    """Few flags, each with its reason, from a workload PROFILE (YAML) or a GC LOG (- is standard input).

    The flags are complete: set these and leave every other tuning flag at its default. Exit code 1 when no flags can be
    given, or when the prediction breaks a goal.
    """
    from advisor.recommend import recommend
    from advisor.recommend.predict import unmet
    from advisor.report.json import to_json
    from advisor.report.recommend_text import recommend_text

    target = Target(int(jdk) if jdk else None, cpus, memory, baseline_flags)
    workload = load_workload(source, target)
    goals = goals_from(workload.profile.goals, goal, minimize, maximize)
    if priority:
        goals = goals.model_copy(update={"priority": priority})
    profile = changed(workload.profile, {"goals": goals.model_dump()}, source)
    result = recommend(profile, assumptions=workload.assumptions, seed=seed, simulated=simulated, effects=effects)
    emit(to_json(result) if fmt == "json" else recommend_text(result, why_not=why_not), output)
    return 1 if result.refused or any(unmet(result.goals)) else 0
