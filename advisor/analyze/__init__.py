"""LOG -> EVENTS -> METRICS -> PROFILE: what GC logs say of a program and of the JVM that ran it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from advisor.analyze.diagnose import Case, diagnose
from advisor.analyze.events import Event
from advisor.analyze.formats import LogFormat, choose
from advisor.analyze.formats.foreign import other_jvm
from advisor.analyze.infer import allocation_rate, build_profile, promotion_rate, throughput
from advisor.analyze.integrity import Integrity
from advisor.analyze.live import steady_live
from advisor.analyze.metrics import Metrics
from advisor.analyze.parallel import Parallel, is_worth_it
from advisor.analyze.sources import Opened, Source, groups, opened_in_order
from advisor.analyze.target import Jvm, LogTarget, collector_of, describe_jvm
from advisor.model.analysis import Analysis, Heap, Volume
from advisor.model.analysis import Source as LogSource
from advisor.model.errors import InputError, NotModelledError
from advisor.model.outcome import Pauses

__all__ = ["LogTarget", "analyze_logs", "log_groups"]

EPSILON = (
    "Epsilon never collects: there are no pauses, and nothing tells how long objects live. The log shows what the "
    "program allocates; log it under a collector that collects to learn the rest."
)
SNIFFED = 8 << 20
"""Characters that are looked at before a file is said to be no log: a program may print before its JVM collects."""


def analyze_logs(names: Sequence[str], target: LogTarget = LogTarget(), workers: int = 1) -> Analysis:  # noqa: B008 - immutable
    """Reads GC logs of one JVM (`-` is standard input, gzip is told by its magic) in bounded memory.

    With `workers` above one a large log is read by so many processes in all, with the same result.
    Raises InputError when a file cannot be read or holds no GC log, NotModelledError for logs that are known but not
    modelled (JDK 8, Epsilon).
    """
    opened = opened_in_order(names, _format_name)
    sources = opened.sources
    where = sources[0].name
    metrics = Metrics()
    batches = _batches(sources)
    integrity = Integrity()
    form, head = _recognised(batches, where)
    try:
        for event in integrity.checked(_events(sources, form, _joined(head, batches), workers)):
            metrics.add(event)
    except NotModelledError as error:
        raise NotModelledError(error.message, where=where, hint=error.hint) from error
    metrics.cut |= any(source.cut for source in sources)
    integrity.skipped.update({"cut": n} if (n := sum(source.long_lines for source in sources)) else {})
    return _analysis(metrics, opened, integrity, form, target)


def log_groups(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The files that each JVM wrote, among files, folders and patterns. Raises InputError as `analyze_logs` does."""
    return groups(names, _format_name)


def _format_name(lines: Sequence[str]) -> str | None:
    form = choose(lines)
    return form.name if form else None


def _batches(sources: Sequence[Source]) -> Iterator[Sequence[str]]:
    for source in sources:
        yield from source.batches()


def _events(
    sources: Sequence[Source], form: LogFormat, batches: Iterator[Sequence[str]], workers: int
) -> Iterator[Event]:
    if workers < 2 or len(sources) > 1 or form.name != "unified" or not is_worth_it(sources[0]):
        return form.events(batches)
    source = sources[0]
    source.lines = source.size = source.long_lines = 0
    return Parallel(source, workers - 1).events()


def _joined(head: Sequence[Sequence[str]], rest: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield from head
    yield from rest


def _recognised(batches: Iterator[Sequence[str]], where: str) -> tuple[LogFormat, list[Sequence[str]]]:
    """The format, and the batches that were read to tell it."""
    head: list[Sequence[str]] = []
    seen = 0
    for batch in batches:
        head.append(batch)
        form = choose(batch)
        if form is not None:
            return form, head
        seen += sum(map(len, batch)) + len(batch)
        if seen > SNIFFED:
            break
    if not any(any(batch) for batch in head):
        raise InputError("the file is empty", where=where, hint="expected a GC log written by -Xlog:gc*")
    other = other_jvm(line for batch in head for line in batch)
    if other is not None:
        raise NotModelledError(
            f"a GC log of {other}: only logs of HotSpot (OpenJDK and what is built from it) are read", where=where
        )
    raise InputError("no line of a GC log", where=f"{where}:1", hint="expected what -Xlog:gc* prints (JDK 9 and later)")


def _analysis(metrics: Metrics, opened: Opened, integrity: Integrity, form: LogFormat, target: LogTarget) -> Analysis:
    sources = opened.sources
    where = sources[0].name
    collector = _supported(metrics, where)
    try:
        jvm = describe_jvm(metrics, collector, target)
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from error
    elapsed = metrics.elapsed_s
    pauses = _pauses(metrics, collector)
    told = not integrity.mixed
    rate, promotion = (allocation_rate(metrics), promotion_rate(metrics)) if told else (None, None)
    running = throughput(metrics, elapsed)
    return Analysis(
        source=LogSource(
            files=tuple(source.name for source in sources),
            lines=sum(source.lines for source in sources),
            bytes=sum(source.size for source in sources),
            format=form.name,
            jdk=jvm.logged_jdk,
            collector=collector,
            flags=jvm.flags,
            cpus=jvm.logged_cpus,
            memory_bytes=jvm.logged_memory,
            lines_skipped=integrity.lines_skipped,
            notes=(*opened.notes, *integrity.notes(), *_notes(metrics, collector)),
        ),
        duration_s=round(elapsed, 6) if elapsed is not None else None,
        pauses=pauses,
        throughput=round(running, 6) if running is not None and told and pauses.count is not None else None,
        allocation=Volume(rate_bytes_s=_rounded(rate), total_bytes=metrics.heap.allocation.total or None),
        promotion=Volume(rate_bytes_s=_rounded(promotion), total_bytes=metrics.heap.promoted_bytes),
        heap=Heap(max_bytes=metrics.heap_max, peak_used_bytes=metrics.heap.peak_used, live_bytes=steady_live(metrics)),
        cycles=_cycles(metrics, collector),
        failures=_failures(metrics),
        diagnosis=diagnose(_case(metrics, collector, form, jvm)),
        timeline=metrics.incidents.series.timeline(),
        assumptions=tuple(jvm.assumptions),
        profile=build_profile(metrics, collector, jvm, _name(where)),
    )


def _notes(metrics: Metrics, collector: str) -> Iterator[str]:
    if collector == "epsilon":
        yield EPSILON
    if metrics.elapsed_s is None and metrics.first_s is not None and metrics.pauses.total_ms:
        yield "The pauses add up to more than the time between the first and last time stamp: the time is unknown."


def _case(metrics: Metrics, collector: str, form: LogFormat, jvm: Jvm) -> Case:
    printed = str(metrics.jvm.settings.get("flags", "")).split()
    logged = jvm.logged_jdk, jvm.logged_cpus, jvm.logged_memory
    return Case(metrics, collector, form.name, *logged, flags=tuple(printed))


def _supported(metrics: Metrics, where: str) -> str:
    try:
        collector = collector_of(metrics)
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from error
    return collector.value


def _name(where: str) -> str:
    name = PurePath(where).name
    for suffix in (".gz", ".log"):
        name = name.removesuffix(suffix)
    return "standard input" if where == "-" else name


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _pauses(metrics: Metrics, collector: str) -> Pauses:
    """Under plain `-Xlog:gc` ZGC prints cycles and no pause: how many there were is unknown, not none."""
    pauses = metrics.pauses.summary()
    if not pauses.count and metrics.cycles and collector.startswith(("zgc", "shenandoah")):
        return Pauses(count=None)
    return pauses


def _cycles(metrics: Metrics, collector: str) -> dict[str, int | None]:
    concurrent = None if collector in ("serial", "parallel") else metrics.cycles
    return {"concurrent": concurrent or 0, "mixed": metrics.pauses.count("mixed"), "full": metrics.full_count}


def _failures(metrics: Metrics) -> dict[str, int | None]:
    return {
        "full_gc": metrics.full_count,
        "concurrent_mode_failure": metrics.failures.concurrent_mode,
        "promotion_failed": metrics.failures.promotion,
        "evacuation_failure": metrics.failures.evacuation,
        "allocation_stall": metrics.failures.stalls,
        "degenerated": metrics.failures.degenerated,
        "humongous": metrics.failures.humongous,
    }
