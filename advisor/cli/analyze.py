"""`jvm-advisor analyze`: what GC logs say, and the workload profile they reveal."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.options import emit, result_options, target_options
from advisor.model.quantities import Bytes


@click.command("analyze")
@click.argument("logs", metavar="LOG...", nargs=-1, required=True)
@target_options
@click.option(
    "--profile",
    "profile_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the workload profile (YAML) to FILE.",
)
@result_options("text", "json", "yaml")
def command(
    logs: tuple[str, ...],
    jdk: str | None,
    cpus: int | None,
    memory: Bytes | None,
    baseline_flags: str | None,
    profile_file: Path | None,
    fmt: str,
    output: Path | None,
) -> int:
    """Figures, a diagnosis, and the workload profile behind GC logs of one JVM.

    Several LOGs are the parts of a rotated one, in any order; gzip is read as it is, - is standard input. Logs are
    those of -Xlog:gc* (JDK 9 and later). --format yaml prints the profile alone.
    """
    from advisor.analyze import LogTarget, analyze_logs
    from advisor.report.analyze_text import analyze_text, profile_yaml
    from advisor.report.json import to_json

    flags = tuple(baseline_flags.split()) if baseline_flags is not None else None
    analysis = analyze_logs(logs, LogTarget(int(jdk) if jdk else None, cpus, memory, flags))
    if profile_file is not None:
        emit(profile_yaml(analysis), profile_file)
    render = {"json": to_json, "yaml": profile_yaml, "text": analyze_text}
    emit(render[fmt](analysis), output)
    return 0
