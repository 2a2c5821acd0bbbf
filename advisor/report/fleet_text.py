"""Many logs for a person: one row each, and where to look first."""

from __future__ import annotations

from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import FailedLog, Fleet
from advisor.report.wrap import bullets, paragraph, section, table

LONGEST_NAME = 36
"""Columns that the name of a log gets at most; of a longer one the middle is left out."""
LONGEST_FINDING = 21
_SEVERITY = {"error": 0, "warning": 1, "info": 2}


def fleet_text(fleet: Fleet) -> str:
    """A table of 80 columns, the logs that could not be read, and which log to look at first."""
    read = [log for log in fleet.logs if isinstance(log, Analysis)]
    failed = [log for log in fleet.logs if isinstance(log, FailedLog)]
    parts = [
        _summary(read, failed),
        "\n".join(table(_rows(read), right=(2, 3, 4))) if read else "",
        section("Not read", bullets(_failure(log) for log in failed)) if failed else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(read: list[Analysis], failed: list[FailedLog]) -> str:
    troubled = sorted((log for log in read if _rank(log)[0] == 0), key=_rank)
    count = f"{len(read)} {'log' if len(read) == 1 else 'logs'}"
    lost = f" {len(failed)} more could not be read." if failed else ""
    if not troubled:
        return paragraph(f"{count}, none of a JVM in trouble.{lost}")
    worst = troubled[0]
    return paragraph(
        f"{count}, {len(troubled)} of a JVM in trouble; look first at {worst.source.files[0]}: "
        f"{worst.diagnosis[0].message}{lost}"
    )


def _rank(log: Analysis) -> tuple[int, float]:
    if not log.diagnosis:
        return 3, 0.0
    return _SEVERITY[log.diagnosis[0].severity], -log.diagnosis[0].weight


def _rows(logs: list[Analysis]) -> list[tuple[str, ...]]:
    """The table; rows pass column 80 only for names that need it."""
    figures = [("gc", "pauses", "longest", "running", "worst finding"), *map(_figures, logs)]
    folder = _folder([log.source.files[0] for log in logs])
    names = ["log", *(_name(log.source.files, len(folder)) for log in logs)]
    return [(name, *row) for name, row in zip(names, figures, strict=True)]


def _figures(log: Analysis) -> tuple[str, ...]:
    pauses = log.pauses
    worst = next((f for f in log.diagnosis if f.severity != "info"), None)
    told = pauses.count is not None
    return (
        _GC.get(log.source.collector, log.source.collector),
        str(pauses.count) if told else "?",
        _ms(pauses.max_ms) if told else "?",
        f"{log.throughput:.1%}" if log.throughput is not None else "?",
        _cut(worst.id, LONGEST_FINDING) if worst else "-",
    )


_GC = {
    "serial": "ser",
    "parallel": "par",
    "zgc-generational": "zgc-gen",
    "shenandoah": "shen",
    "shenandoah-generational": "shen-gen",
}


def _folder(names: list[str]) -> str:
    """The folder that all names begin with, which tells none from another."""
    folders = {name.rpartition("/")[0] for name in names}
    return f"{folders.pop()}/" if len(names) > 1 and len(folders) == 1 and folders != {""} else ""


def _name(files: tuple[str, ...], skipped: int) -> str:
    name = min(files, key=len)[skipped:].removesuffix(".gz").removesuffix(".log")
    more = f" +{len(files) - 1}" if len(files) > 1 else ""
    return _cut(name, LONGEST_NAME - len(more)) + more


def _cut(text: str, room: int) -> str:
    """Text without its middle where it is too long: names differ at their ends."""
    if len(text) <= room:
        return text
    head = (room - 2) // 2
    return f"{text[:head]}..{text[len(text) - (room - 2 - head) :]}"


def _failure(log: FailedLog) -> str:
    return f"{log.where}: {log.error}" if log.where else log.error


def _ms(value: float) -> str:
    return f"{value:.3g} ms" if value < 1000 else f"{value / 1000:.3g} s"
