"""`jvm-advisor simulate`: what would happen under other flags."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.inputs import Target, load_workload
from advisor.cli.options import DURATION, draws, emit, result_options, target_options, write_whole
from advisor.model.errors import UsageError
from advisor.model.flags import FlagSet
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Bytes, Duration


@click.command("simulate")
@click.argument("source", metavar="PROFILE|LOG")
@click.option("--flags", metavar="FLAGS", help="The whole new set of JVM options.")
@click.option("--add-flags", metavar="FLAGS", help="JVM options to add to those in use.")
@target_options
@click.option("--duration", type=DURATION, metavar="TIME", help="Running time to predict for, such as 10min.")
@click.option(
    "--cpu-seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Processor time of the whole process in the run of the log, as `time` gives it.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of bursts and residuals.")
@click.option(
    "--runs",
    "--replicates",
    "replicates",
    type=click.IntRange(2, 200),
    default=8,
    show_default=True,
    help="Runs behind intervals.",
)
@click.option("--compare", metavar="FLAGS", multiple=True, help="One more whole set to show beside (repeatable).")
@click.option(
    "--trace",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the run under the new flags as a GC log.",
)
@result_options("text", "json")
def command(
    source: str,
    flags: str | None,
    add_flags: str | None,
    jdk: str | None,
    cpus: int | None,
    memory: Bytes | None,
    baseline_flags: str | None,
    duration: Duration | None,
    cpu_seconds: float | None,
    seed: int,
    replicates: int,
    compare: tuple[str, ...],
    trace: Path | None,
    fmt: str,
    output: Path | None,
) -> int:
    """Predicted pauses, throughput and memory of a workload PROFILE (YAML) or GC LOG (- is standard input).

    The flags in use are simulated beside the new ones, on the same random program, where their collector has a model.
    Exit code 1 when the new flags end in an out-of-memory error.
    """
    from advisor.jvm.commandline import parse_text
    from advisor.report.json import to_json
    from advisor.report.simulate_text import simulate_text
    from advisor.simulate import compare as what_if
    from advisor.simulate import traced

    workload = load_workload(source, Target(int(jdk) if jdk else None, cpus, memory, baseline_flags))
    profile = _with_cpu(workload.profile, cpu_seconds)
    chosen = _chosen(profile, flags, add_flags)
    beside = [parse_text(flags) for flags in compare]
    result = what_if(profile, chosen, seed=seed, replicates=replicates, duration=duration, beside=beside)
    if trace is not None:
        log = traced(profile, chosen, seed=seed, duration=duration).log
        write_whole("".join(f"{line}\n" for line in log).encode(), trace)
    for assumption in workload.assumptions:
        click.echo(f"note: {assumption}", err=True)
    emit(to_json(result) if fmt == "json" else simulate_text(result, ascii_only=output is None and not draws()), output)
    return 1 if result.outcome.oom else 0


def _with_cpu(profile: WorkloadProfile, seconds: float | None) -> WorkloadProfile:
    """The profile with what no GC log tells. Raises UsageError where there was no run to have taken that time."""
    if seconds is None:
        return profile
    if profile.observed is None:
        raise UsageError("--cpu-seconds is of the run behind a GC log", hint="give a log, or a profile with 'observed'")
    known = profile.observed.model_copy(update={"cpu": Duration(seconds)})
    return profile.model_copy(update={"observed": known})


def _chosen(profile: WorkloadProfile, flags: str | None, add_flags: str | None) -> FlagSet:
    """The new set of options. Raises UsageError unless it is given in exactly one way."""
    from advisor.jvm.commandline import parse_text, parse_words

    if (flags is None) == (add_flags is None):
        raise UsageError(
            "say which flags to simulate: either --flags or --add-flags",
            hint="--flags is the whole new set, --add-flags comes on top of the flags in use",
        )
    if flags is not None:
        return parse_text(flags)
    return parse_words(profile.flags).plus(parse_text(add_flags or ""))
