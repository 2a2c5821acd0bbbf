"""LOGS of many JVMs -> one analysis each, on all processors, in the order of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from advisor.analyze import LogTarget, analyze_logs, log_groups
from advisor.analyze.parallel import processors
from advisor.analyze.sources.order import base
from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import FailedLog, Fleet
from advisor.model.errors import AdvisorError, UsageError

Job = tuple[tuple[str, ...], LogTarget]


def analyze_fleet(names: Sequence[str], target: LogTarget, workers: int | None = None) -> Fleet:
    """Each log by itself, in the order of the names; the parts of a rotated log count as one. A failure is a row.

    `workers` is the number of processes, all processors by default. Raises UsageError for standard input beside files.
    """
    if "-" in names and len(names) > 1:
        raise UsageError("standard input is one log, not several", where="-", hint="give files and folders")
    groups = _grouped(names)
    jobs: list[Job] = [(tuple(group), target) for group in groups.values() if not isinstance(group, FailedLog)]
    results = iter(_run(jobs, workers))
    return Fleet(logs=tuple(g if isinstance(g, FailedLog) else next(results) for g in groups.values()))


def _grouped(names: Sequence[str]) -> dict[str, list[str] | FailedLog]:
    """The files of each log by what the parts of a rotated one have in common; for a bad name its error."""
    found: dict[str, list[str] | FailedLog] = {}
    for name in names:
        try:
            files = [file for group in log_groups((name,)) for file in group]
        except AdvisorError as error:
            found[name] = FailedLog(error=error.message, where=error.where or name, hint=error.hint)
            continue
        for file in files:
            group = found.setdefault(base(file), [])
            if isinstance(group, list) and file not in group:
                group.append(file)
    return found


def _run(jobs: Sequence[Job], workers: int | None) -> list[Analysis | FailedLog]:
    count = min(len(jobs), workers or processors())
    if count < 2:
        return [_one(job) for job in jobs]
    with ProcessPoolExecutor(count) as pool:
        return list(pool.map(_one, jobs))


def _one(job: Job) -> Analysis | FailedLog:
    names, target = job
    try:
        return analyze_logs(names, target)
    except AdvisorError as error:
        return FailedLog(error=error.message, where=error.where or names[0], hint=error.hint)
    except Exception as error:  # noqa: BLE001 - a defect of ours on one log must not cost the other rows
        hint = "a defect of jvm-advisor: analyse this log alone with --debug and report what it prints"
        return FailedLog(error=f"internal error: {type(error).__name__}: {error}", where=names[0], hint=hint)
