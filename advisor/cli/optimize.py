"""`jvm-advisor optimize`: the flags with the best simulated outcome under the goals."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import Target, changed, load_workload
from advisor.cli.options import DURATION, emit, goal_options, goals_from, result_options, target_options, write_whole
from advisor.cli.progress import trials_bar
from advisor.model.errors import UsageError
from advisor.model.machine import Collector
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Bytes, Duration
from advisor.model.study import Question

if TYPE_CHECKING:
    from advisor.optimize import StudyStore


@click.command("optimize")
@click.argument("source", metavar="PROFILE|LOG", required=False)
@target_options
@goal_options
@click.option("--collector", "collectors", multiple=True, metavar="NAME", help="Search only this one (repeatable).")
@click.option("--duration", type=DURATION, metavar="TIME", help="How long the workload goes on, such as 10m.")
@click.option("--trials", type=click.IntRange(1, 100_000), default=64, show_default=True, help="Points to propose.")
@click.option("--suggester", default="skopt-gp", show_default=True, help="What proposes: skopt-gp, skopt-et or sobol.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the search and of the simulation.")
@click.option("--robust/--no-robust", default=True, show_default=True, help="Choose by the worst of what is uncertain.")
@click.option("--study", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Keep every trial here.")
@click.option("--resume", is_flag=True, help="Go on with the study begun last, or with --key.")
@click.option("--key", metavar="KEY", help="Which study of the file; see --list.")
@click.option("--list", "listed", is_flag=True, help="List the studies of the file.")
@click.option(
    "--export",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the study's trials to FILE.csv or FILE.parquet instead of searching.",
)
@click.option("--jobs", type=click.IntRange(1, 1024), default=1, show_default=True, help="Trials at a time.")
@click.option("--backend", default="loky", show_default=True, help="Where they run: loky (this machine), dask or ray.")
@click.option("--address", metavar="URL", help="The scheduler of the backend.")
@result_options("text", "json")
def command(
    source: str | None,
    jdk: str | None,
    cpus: int | None,
    memory: Bytes | None,
    baseline_flags: str | None,
    goal: tuple[str, ...],
    minimize: tuple[str, ...],
    maximize: tuple[str, ...],
    collectors: tuple[str, ...],
    duration: Duration | None,
    trials: int,
    suggester: str,
    seed: int,
    robust: bool,
    study: Path | None,
    resume: bool,
    key: str | None,
    listed: bool,
    export: Path | None,
    jobs: int,
    backend: str,
    address: str | None,
    fmt: str,
    output: Path | None,
) -> int:
    """Search simulated outcomes of a workload PROFILE (YAML) or GC LOG (- is standard input) for the best flags.

    Limits come first, then what to minimize or maximize, then the trade-off between pauses, throughput and memory.
    Options in use that tune nothing stay as they are. With --study, a search that was stopped goes on where it was.
    Exit code 1 when no set of flags meets all goals.
    """
    from advisor.optimize import answer_to, runner_for
    from advisor.report.json import to_json
    from advisor.report.optimize_text import optimize_text

    if study is None and (resume or listed or export or key):
        raise UsageError("which study file?", where="--study", hint="--resume, --key, --list and --export need it")
    if study is not None and listed:
        return _list(study, fmt, output)
    if study is not None and export is not None:
        return _export(study, key, export)
    with _opened(study, create=not resume) as store:
        if store is not None and resume:
            question, assumptions = store.question(key), tuple[str, ...]()
        else:
            target = Target(int(jdk) if jdk else None, cpus, memory, baseline_flags, duration)
            profile, assumptions = _profile(source, target, goal, minimize, maximize)
            question = _question(profile, seed, trials, suggester, _collectors(collectors), robust=robust)
        with trials_bar(question.trials) as progress:
            result = answer_to(question, progress=progress, runner=runner_for(jobs, backend, address), store=store)
    result = result.model_copy(update={"warnings": (*assumptions, *result.warnings)})
    emit(to_json(result) if fmt == "json" else optimize_text(result), output)
    return 0 if result.best.meets_goals else 1


def _profile(
    source: str | None, target: Target, goal: tuple[str, ...], minimize: tuple[str, ...], maximize: tuple[str, ...]
) -> tuple[WorkloadProfile, tuple[str, ...]]:
    """The workload with the goals of the command line, and what had to be assumed of it."""
    if source is None:
        raise UsageError("a profile or a log is needed", hint="jvm-advisor optimize gc.log")
    workload = load_workload(source, target)
    goals = goals_from(workload.profile.goals, goal, minimize, maximize)
    return changed(workload.profile, {"goals": goals.model_dump()}, source), workload.assumptions


def _collectors(names: tuple[str, ...]) -> tuple[Collector, ...] | None:
    known = {str(collector): collector for collector in Collector}
    for name in names:
        if name not in known:
            raise UsageError(f"unknown collector {name!r}", where="--collector", hint=f"known: {', '.join(known)}")
    return tuple(known[name] for name in names) or None


def _question(
    profile: WorkloadProfile,
    seed: int,
    trials: int,
    suggester: str,
    collectors: tuple[Collector, ...] | None,
    *,
    robust: bool,
) -> Question:
    """Options in use that tune nothing stay as they are."""
    from advisor.optimize import question
    from advisor.recommend.tuning import divide

    return question(
        profile,
        seed=seed,
        trials=trials,
        suggester=suggester,
        collectors=collectors,
        pinned=divide(profile).kept,
        robust=robust,
    )


def _opened(study: Path | None, *, create: bool) -> AbstractContextManager[StudyStore | None]:
    from advisor.optimize import StudyStore

    return closing(StudyStore(study, create=create)) if study else nullcontext()


def _list(study: Path, fmt: str, output: Path | None) -> int:
    from advisor.model.study import Studies
    from advisor.report.json import to_json
    from advisor.report.studies_text import studies_text

    with _opened(study, create=False) as store:
        studies = Studies(studies=tuple(store.rows()) if store else ())
    emit(to_json(studies) if fmt == "json" else studies_text(studies), output)
    return 0 if studies.studies else 3


def _export(study: Path, key: str | None, export: Path) -> int:
    from advisor.optimize.export import rows, table

    with _opened(study, create=False) as store:
        assert store is not None  # noqa: S101 - there is a file
        found = list(rows(store.answers(store.find(key))))
    write_whole(table(export.suffix, found), export)
    click.echo(f"{len(found)} trials written to {export}", err=True)
    return 0 if found else 3
