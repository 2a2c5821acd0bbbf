"""LOGS of many JVMs -> one analysis each, on all processors, in the order of the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from advisor.analyze import LogTarget, analyze_logs, log_groups
from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import FailedLog, Fleet
from advisor.model.errors import AdvisorError, UsageError

Job = tuple[tuple[str, ...], LogTarget]


def analyze_fleet(names: Sequence[str], target: LogTarget, workers: int | None = None) -> Fleet:
    """Each log by itself; the parts of a rotated log count as one. Logs that fail become errors.

    The order is that of the names; names that stand for nothing come last. `workers` is the number of processes, all
    processors by default. Raises UsageError for standard input beside files.
    """
    if "-" in names and len(names) > 1:
        raise UsageError("standard input is one log, not several", where="-", hint="give files and folders")
    failed = {name: error for name in names if (error := _unreadable(name)) is not None}
    good = [name for name in names if name not in failed]
    groups = log_groups(good) if good else ()
    return Fleet(logs=(*_run([(group, target) for group in groups], workers), *failed.values()))


def _unreadable(name: str) -> FailedLog | None:
    """Why a name stands for no log, or None."""
    if name == "-":
        return None
    try:
        log_groups((name,))
    except AdvisorError as error:
        return FailedLog(error=error.message, where=error.where or name, hint=error.hint)
    return None


def _run(jobs: Sequence[Job], workers: int | None) -> list[Analysis | FailedLog]:
    count = min(len(jobs), workers or len(os.sched_getaffinity(0)))
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
