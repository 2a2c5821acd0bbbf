"""`jvm-advisor analyze`: what GC logs say, and the workload profile they reveal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import draws, emit, result_options, target_options
from advisor.model.errors import UsageError
from advisor.model.quantities import Bytes

if TYPE_CHECKING:
    from advisor.analyze import LogTarget


@click.command("analyze")
@click.argument("logs", metavar="LOG...", nargs=-1, required=True)
@click.option("--fleet", is_flag=True, help="Each LOG is of a JVM of its own: one row each, read in parallel.")
@click.option("--compare", is_flag=True, help="Two LOGs side by side, the older behaviour first.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that read a large log [default: idle CPUs + 1] or a fleet [default: all CPUs].",
)
@target_options
@click.option(
    "--profile-out",
    "--profile",
    "profile_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the workload profile (YAML) to FILE.",
)
@result_options("text", "json", "yaml")
def command(
    logs: tuple[str, ...],
    fleet: bool,
    compare: bool,
    workers: int | None,
    jdk: str | None,
    cpus: int | None,
    memory: Bytes | None,
    baseline_flags: str | None,
    profile_file: Path | None,
    fmt: str,
    output: Path | None,
) -> int:
    """Figures, a diagnosis, and the workload profile behind GC logs of one JVM.

    Several LOGs are the parts of a rotated one, in any order; a folder, a pattern, gzip and zip are read as they are, -
    is standard input. With --fleet every LOG is a JVM of its own, and with --compare they are two. --format yaml prints
    the profile alone.
    """
    from advisor.analyze import LogTarget

    flags = tuple(baseline_flags.split()) if baseline_flags is not None else None
    target = LogTarget(int(jdk) if jdk else None, cpus, memory, flags)
    _check(logs, fleet=fleet, compare=compare, single=profile_file is not None or fmt == "yaml")
    if fleet:
        return _fleet(logs, target, workers, fmt, output)
    if compare:
        return _compare(logs, target, fmt, output)
    return _single(logs, target, workers, profile_file, fmt, output)


def _check(logs: tuple[str, ...], *, fleet: bool, compare: bool, single: bool) -> None:
    """Raises UsageError for options that do not fit together."""
    if fleet and compare:
        raise UsageError(
            "--fleet and --compare exclude each other", hint="--compare takes two logs, --fleet any number"
        )
    if compare and len(logs) != 2:
        raise UsageError(f"--compare takes two logs, not {len(logs)}", hint="a folder or pattern counts as one log")
    if (fleet or compare) and single:
        raise UsageError("a profile is of one JVM", hint="leave out --fleet or --compare, or the profile")


def _single(
    logs: tuple[str, ...],
    target: LogTarget,
    workers: int | None,
    profile_file: Path | None,
    fmt: str,
    output: Path | None,
) -> int:
    from advisor.analyze import analyze_logs
    from advisor.analyze.parallel import useful_processes
    from advisor.report.analyze_text import analyze_text, profile_yaml
    from advisor.report.json import to_json

    analysis = analyze_logs(logs, target, workers or useful_processes())
    if profile_file is not None:
        emit(profile_yaml(analysis), profile_file)
    if fmt == "text":
        emit(analyze_text(analysis, ascii_only=output is None and not draws()), output)
    else:
        emit((to_json if fmt == "json" else profile_yaml)(analysis), output)
    return 0


def _fleet(logs: tuple[str, ...], target: LogTarget, workers: int | None, fmt: str, output: Path | None) -> int:
    """0 when every log was read, 1 when some were not, 2 when none was."""
    from advisor.analyze.fleet import analyze_fleet
    from advisor.model.analysis_sets import FailedLog
    from advisor.report.fleet_text import fleet_text
    from advisor.report.json import to_json

    fleet = analyze_fleet(logs, target, workers)
    emit(to_json(fleet) if fmt == "json" else fleet_text(fleet), output)
    failed = sum(isinstance(log, FailedLog) for log in fleet.logs)
    return 0 if not failed else 2 if failed == len(fleet.logs) else 1


def _compare(logs: tuple[str, ...], target: LogTarget, fmt: str, output: Path | None) -> int:
    from advisor.analyze import analyze_logs
    from advisor.analyze.compare import compare
    from advisor.report.compare_text import compare_text
    from advisor.report.json import to_json

    before, after = (analyze_logs((log,), target) for log in logs)
    comparison = compare(before, after)
    emit(to_json(comparison) if fmt == "json" else compare_text(comparison), output)
    return 0
