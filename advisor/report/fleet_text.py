"""Many logs for a person: one row each, and where to look first."""

from __future__ import annotations

from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import FailedLog, Fleet
from advisor.report.wrap import WIDTH, bullets, paragraph, section, table

LEAST_NAME = 14
"""Columns that the name of a log gets in any case; of a longer one the end is shown, which differs."""
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
    """The table; names get the columns that the figures leave."""
    figures = [("gc", "pauses", "longest", "running", "worst finding"), *map(_figures, logs)]
    taken = sum(2 + max(len(row[at]) for row in figures) for at in range(len(figures[0])))
    room = max(LEAST_NAME, WIDTH - 2 - taken)
    names = ["log", *(_name(log.source.files, room) for log in logs)]
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
        worst.id if worst else "-",
    )


_GC = {"zgc-generational": "zgc-gen", "shenandoah": "shen", "shenandoah-generational": "shen-gen"}


def _name(files: tuple[str, ...], room: int) -> str:
    name = min(files, key=len).removesuffix(".gz").removesuffix(".log")
    more = f" +{len(files) - 1}" if len(files) > 1 else ""
    room -= len(more)
    return (name if len(name) <= room else f"..{name[-room + 2 :]}") + more


def _failure(log: FailedLog) -> str:
    return f"{log.where}: {log.error}" if log.where else log.error


def _ms(value: float) -> str:
    return f"{value:.3g} ms" if value < 1000 else f"{value / 1000:.3g} s"
