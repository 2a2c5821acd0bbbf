"""Checks for the time in which the program stands still: how much, how long at once, and why."""

from __future__ import annotations

from advisor.analyze.diagnose.case import CONCURRENT, Case, Severity, clock, finding, logging, many, millis, when
from advisor.analyze.diagnose.check import Check
from advisor.analyze.events import MEASURABLE_S
from advisor.analyze.incidents import STARVED
from advisor.analyze.sightings import Sighting
from advisor.model.analysis import Diagnosis

POOR_THROUGHPUT, LOW_THROUGHPUT = 0.9, 0.95
LEAST_COUNT, LEAST_S = 5, 2.0
"""A log of fewer pauses or less time shows no throughput."""
SYMPTOM = 0.5
"""Lost time is what the other findings explain: those of the same weight come first."""
WINDOW_S = 10.0
BUSY_WINDOW = 0.8
"""Throughput of the worst window below which it is told although the whole log is fine."""
LEAST_WINDOWS = 3
LONG_MS = {"young": 400.0, "mixed": 400.0, "full": 1000.0, "remark": 200.0, "initial-mark": 200.0, "cleanup": 200.0}
LONG_CONCURRENT_MS = 30.0
SAME_MS = 50.0
"""How far the elapsed time beside the processor times may be from the length of the same pause."""
LONG_ERROR_MS = 10_000.0
"""Clients and cluster managers give up at about this time."""
GOAL_MS = 200.0
"""MaxGCPauseMillis of G1 where nobody sets it."""
LEAST_PAUSES = 10
COSTS, COSTS_S = 0.01, 1.0
"""Share of the time, or seconds at once, from which badly run collections matter."""
STARVED_COUNT = 2
SYSTEM_COUNT = 2
LOW_PARALLELISM = 0.5
"""Processors at work per worker, below which collections do not use what there is."""
PARALLEL_LEAST = 5
MANY_CPUS = 2
SERIAL_STOPPED = 0.02


def throughput(case: Case) -> Diagnosis | None:
    """Too large a share of the time is pauses."""
    count = case.metrics.pauses.summary().count or 0
    if case.stopped is None or case.elapsed_s is None or 1 - case.stopped >= LOW_THROUGHPUT:
        return None
    if count < LEAST_COUNT or case.elapsed_s < LEAST_S:
        return None
    return finding(
        "error" if 1 - case.stopped < POOR_THROUGHPUT else "warning",
        f"The program is stopped for {case.stopped:.1%} of the time.",
        f"{case.metrics.pauses.total_ms / 1000:.4g} s of {case.elapsed_s:.1f} s are pauses, {many(count, 'pause')}",
        "More heap makes collections rarer; if the live set leaves room already, look at what is allocated.",
        flags=("-Xmx",),
        weight=case.stopped * SYMPTOM,
    )


def worst_stretch(case: Case) -> Diagnosis | None:
    """A stretch of the log in which the program hardly ran, though overall it did."""
    series = case.seen.series
    if not series.timed or case.stopped is None or 1 - case.stopped < LOW_THROUGHPUT:
        return None
    width = max(1, round(WINDOW_S / series.step_s))
    if len(series.points) < LEAST_WINDOWS * width:
        return None
    totals = [point.pause_total_ms for point in series.points]
    sums = [sum(totals[at : at + width]) for at in range(len(totals) - width + 1)]
    at = max(range(len(sums)), key=sums.__getitem__)
    share = min(1.0, sums[at] / 1000 / (width * series.step_s))
    if 1 - share > BUSY_WINDOW:
        return None
    start = (series.start_s or 0.0) + at * series.step_s
    seen = Sighting()
    seen.add(start, sums[at])
    return finding(
        "warning",
        f"Over the whole log the program runs, but in its worst {width * series.step_s:.0f} seconds it is stopped for "
        f"{share:.0%} of the time.",
        f"from {clock(start)} to {clock(start + width * series.step_s)}",
        "See what the program did then: a start-up, a batch, a burst of requests.",
        seen=seen,
        weight=share * width * series.step_s / (case.elapsed_s or 1.0),
    )


def long_pause(case: Case) -> Diagnosis | None:
    """A pause that is long for what it does."""
    worst: tuple[float, str, Sighting, float] | None = None
    for kind, seen in case.seen.kinds.items():
        limit = LONG_CONCURRENT_MS if case.collector in CONCURRENT else LONG_MS.get(kind, 400.0)
        excess = seen.worst / limit
        if excess >= 1 and (worst is None or excess > worst[0]):
            worst = excess, kind, seen, limit
    if worst is None:
        return None
    _, kind, seen, limit = worst
    return finding(
        "error" if seen.worst >= LONG_ERROR_MS else "warning",
        f"The longest {_KIND.get(kind, kind + ' pause')} takes {millis(seen.worst)}; from {millis(limit)} on that is "
        f"long for its kind{' under this collector' if case.collector in CONCURRENT else ''}.",
        f"at {clock(seen.worst_s)}; {millis(seen.total / seen.count)} on average of {seen.count}",
        _outside(case, seen) or f"{_LONG_ADVICE.get(kind, 'See which phase takes the time:')} {_phases(case)}",
        flags=_LONG_FLAGS.get((case.collector, kind), ()),
        seen=seen,
        weight=seen.worst / (seen.worst + LONG_ERROR_MS),
    )


_KIND = {"full": "full collection", "other": "pause of another kind"}
_LONG_ADVICE = {
    "young": "Copying survivors takes the time: a smaller young generation, a lower pause goal, more parallel workers, "
    "a concurrent collector.",
    "mixed": "Old regions cost too much at once: spread them over more collections.",
    "full": "Keep full collections away (see the other findings), or use a collector that does not need them.",
    "remark": "References, class unloading or a large root set take the time:",
}


def _outside(case: Case, seen: Sighting) -> str | None:
    """Advice for a pause that was long for reasons outside of the collector, as its processor times show."""
    for identity, blame in (("system-time", case.seen.processor.system), ("cpu-starved", case.seen.processor.starved)):
        if seen.worst_s is None or blame.worst_s is None or abs(blame.worst * 1000 - seen.worst) > SAME_MS:
            continue
        if abs(blame.worst_s - seen.worst_s) <= seen.worst / 1000 + SAME_MS / 1000:
            return f"Its processor times say why: see {identity}."
    return None


def _phases(case: Case) -> str:
    return logging(case, "-Xlog:gc+phases=debug shows the parts.", "-XX:+PrintReferenceGC shows a part of it.")


_LONG_FLAGS = {
    ("g1", "young"): ("-XX:MaxGCPauseMillis",),
    ("g1", "mixed"): ("-XX:G1MixedGCCountTarget", "-XX:MaxGCPauseMillis"),
    ("g1", "remark"): ("-XX:+ParallelRefProcEnabled",),
    ("cms", "remark"): ("-XX:+CMSScavengeBeforeRemark", "-XX:+ParallelRefProcEnabled"),
    ("parallel", "full"): ("-XX:+UseG1GC",),
    ("serial", "full"): ("-XX:+UseG1GC",),
}


def goal_missed(case: Case) -> Diagnosis | None:
    """G1 misses its own goal in more than every tenth pause."""
    if case.collector != "g1":
        return None
    pauses = case.metrics.pauses.summary()
    goal = next((float(flag.rpartition("=")[2]) for flag in case.flags if _sets_goal(flag)), GOAL_MS)
    if (pauses.count or 0) < LEAST_PAUSES or pauses.p90_ms <= goal:
        return None
    return finding(
        "warning",
        f"More than one pause in ten is longer than G1's goal of {goal:.0f} ms.",
        f"90th percentile {millis(pauses.p90_ms)}, longest {millis(pauses.max_ms)}",
        "Survivors and old regions cost more than G1 can plan for: a smaller young generation (G1MaxNewSizePercent), "
        "more workers, more heap; a lower goal alone does not help.",
        flags=("-XX:G1MaxNewSizePercent", "-XX:ParallelGCThreads"),
        confidence="high" if goal != GOAL_MS else "medium",
        weight=case.stopped or 0.0,
    )


def _sets_goal(flag: str) -> bool:
    return flag.startswith("-XX:MaxGCPauseMillis=") and flag.rpartition("=")[2].isdecimal()


def starved(case: Case) -> Diagnosis | None:
    """Collections whose threads had no processor: the machine is busy, throttled or swapping."""
    seen, long = case.seen.processor.starved, case.seen.processor.long
    if seen.count < STARVED_COUNT and seen.worst < COSTS_S:
        return None
    return finding(
        _by_cost(case, seen),
        f"In {many(seen.count, 'collection')} the threads worked for less than {STARVED:.0%} of the time that passed: "
        "they waited for processors, for pages from swap, or for a slow disk.",
        when(seen, f"{seen.count} of {long.count} collections of {MEASURABLE_S:.1f} s or more", "s"),
        "Look for CPU throttling of the container, other processes on the machine, swapping (vmstat 1), and logs on "
        "slow disks. -XX:+AlwaysPreTouch takes page faults out of pauses.",
        confidence="high" if seen.count >= 0.2 * long.count else "medium",
        seen=seen,
        weight=case.share(seen.total * 1000),
    )


def _by_cost(case: Case, seen: Sighting) -> Severity:
    """Seconds of collections that went badly: a few at the start are only worth knowing."""
    return "warning" if case.share(seen.total * 1000) >= COSTS or seen.worst >= COSTS_S else "info"


def system_time(case: Case) -> Diagnosis | None:
    """Collections that spend their time in the kernel."""
    seen = case.seen.processor.system
    if seen.count < SYSTEM_COUNT and seen.worst < COSTS_S:
        return None
    return finding(
        _by_cost(case, seen),
        f"{many(seen.count, 'collection')} spent more time in the kernel than in collecting: page faults, swapping, or "
        "transparent huge pages being put together.",
        when(seen, f"sys > user in {many(seen.count, 'collection')}", "s"),
        "Set Xms to Xmx with AlwaysPreTouch, set transparent huge pages to madvise, and see that nothing is swapped.",
        flags=("-XX:+AlwaysPreTouch",),
        confidence="medium",
        seen=seen,
        weight=case.share(seen.total * 1000),
    )


def parallelism(case: Case) -> Diagnosis | None:
    """Parallel collections on hardly more than one processor."""
    processor = case.seen.processor
    workers = case.metrics.jvm.workers or case.metrics.jvm.number("parallel_workers") or 0
    long = processor.shared
    if workers < 2 or case.collector not in ("parallel", "cms", "g1") or long.count < PARALLEL_LEAST:
        return None
    if processor.starved.count >= STARVED_COUNT:
        return None
    busy = processor.shared_busy_s / long.total
    if busy >= LOW_PARALLELISM * workers:
        return None
    return finding(
        _by_cost(case, long),
        f"Collections keep {busy:.1f} processors busy though {workers} workers are there.",
        when(
            long, f"user + sys over real in the {many(long.count, 'collection')} of {MEASURABLE_S:.1f} s or more", "s"
        ),
        "Either other work takes the processors (see the container's CPU limit), or the work cannot be shared: long "
        "linked lists and large arrays of references.",
        confidence="medium",
        seen=long,
        weight=case.share(long.total * 1000) / 2,
    )


def serial_on_many(case: Case) -> Diagnosis | None:
    """Serial where several processors could share the work."""
    cpus = case.logged_cpus or 0
    if case.collector != "serial" or cpus < MANY_CPUS or (case.stopped or 0.0) < SERIAL_STOPPED:
        return None
    return finding(
        "warning",
        f"The serial collector uses one of {cpus} processors while the program waits.",
        f"{case.stopped:.1%} of the time are pauses",
        "Try -XX:+UseParallelGC for throughput or -XX:+UseG1GC for shorter pauses.",
        flags=("-XX:+UseParallelGC", "-XX:+UseG1GC"),
        weight=(case.stopped or 0.0) * (1 - 1 / cpus),
    )


CHECKS = (
    Check(
        "low-throughput",
        "The program is stopped for much of the time.",
        f"Pauses are more than {1 - LOW_THROUGHPUT:.0%} of the time (error: {1 - POOR_THROUGHPUT:.0%}), in a log of "
        f"{LEAST_COUNT} pauses and {LEAST_S:g} s or more.",
        "Jifa and garbagecat draw the line at 90 %, Argus at 95 %.",
        throughput,
    ),
    Check(
        "stopped-stretch",
        "The program hardly ran for a while, though overall it did.",
        f"Pauses are {1 - BUSY_WINDOW:.0%} or more of the worst {WINDOW_S:.0f} s while the whole log has a throughput "
        f"of {LOW_THROUGHPUT:.0%} or more.",
        "garbagecat's bottlenecks, with a window instead of single pairs of pauses.",
        worst_stretch,
    ),
    Check(
        "long-pause",
        "A pause is long for its kind.",
        "Young, mixed and others from 400 ms, remark, initial mark and cleanup from 200 ms, full from 1 s; ZGC and "
        "Shenandoah from 30 ms. Error from 10 s.",
        "400 ms and 30 ms are Jifa's; 200 ms is G1's default goal.",
        long_pause,
    ),
    Check(
        "pause-goal-missed",
        "G1 does not reach its own pause goal.",
        f"The 90th percentile is above MaxGCPauseMillis as the log prints it, else above {GOAL_MS:.0f} ms; "
        f"{LEAST_PAUSES} pauses or more.",
        "HotSpot g1_globals.hpp: the default goal.",
        goal_missed,
    ),
    Check(
        "cpu-starved",
        "Collections wait for processors or for swap.",
        f"user + sys is below {STARVED:.0%} of real in {STARVED_COUNT} collections or more of at least "
        f"{MEASURABLE_S} s, or in one of {COSTS_S:g} s; info where those take less than {COSTS:.0%} of the time.",
        "A single thread that runs makes 100 %; times are printed in hundredths of a second.",
        starved,
    ),
    Check(
        "system-time",
        "Collections spend their time in the kernel.",
        f"sys is above user in {SYSTEM_COUNT} or more collections of {MEASURABLE_S} s or more, or in one of "
        f"{COSTS_S:g} s; info as above.",
        "garbagecat and GCeasy compare the same two.",
        system_time,
    ),
    Check(
        "low-parallelism",
        "Parallel collections do not use the processors.",
        f"(user + sys) / real is below {LOW_PARALLELISM} per worker over {PARALLEL_LEAST} or more pauses of "
        f"{MEASURABLE_S} s or more that are not full; Parallel, CMS, G1, unless `cpu-starved` says why; info as above.",
        "garbagecat's inverted parallelism, measured against the workers that the log prints.",
        parallelism,
    ),
    Check(
        "serial-on-many-processors",
        "The serial collector leaves processors idle.",
        f"Serial, {MANY_CPUS} or more processors, {SERIAL_STOPPED:.0%} or more of the time in pauses.",
        "Below that a parallel collector has nothing to win.",
        serial_on_many,
    ),
)
