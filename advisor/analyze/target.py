"""METRICS -> the JVM and its machine: what the log says, what its phrases and numbers imply, what has to be assumed."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.analyze.live import steady_live
from advisor.analyze.logged_flags import logged_flags
from advisor.analyze.metrics import Metrics
from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import Effective, effective
from advisor.jvm.selection import selecting
from advisor.model.errors import InputError
from advisor.model.machine import JDKS, Collector, Jdk, Machine
from advisor.model.quantities import MIB, Bytes

LAST_WITH_FLAGS = 8
"""The last release whose GC log begins with all flags that are not at their default."""
UNKNOWN_MEMORY = 1024 * MIB
"""For a log of pauses without any size: before JDK 9, details may be all that was lost of a short one."""
CONTAINER_STEP = 64 * MIB
"""A container's limit is a round number; the memory that a kernel leaves of a host's is not."""


@dataclass(frozen=True, slots=True)
class LogTarget:
    """What the caller knows better than the log; null leaves the log's own word."""

    jdk: int | None = None
    cpus: int | None = None
    memory: Bytes | None = None
    flags: tuple[str, ...] | None = None


@dataclass(slots=True)
class Jvm:
    """The JVM that wrote the log. `logged_*` is what it printed; the others are always there."""

    jdk: Jdk
    machine: Machine
    flags: tuple[str, ...]
    logged_jdk: int | None
    logged_cpus: int | None
    logged_memory: int | None
    assumptions: list[str] = field(default_factory=list)


def describe_jvm(metrics: Metrics, collector: str, target: LogTarget) -> Jvm:
    """The JVM behind the log, with a sentence for everything that had to be assumed."""
    assumptions: list[str] = []
    logged_jdk = _release(metrics)
    jdk = _jdk(metrics, logged_jdk, collector, target, assumptions)
    logged_cpus, logged_memory = metrics.jvm.number("cpus"), metrics.jvm.number("memory")
    cpus = target.cpus or logged_cpus or _cpus_from_workers(metrics, assumptions)
    machine = _machine(metrics, cpus, logged_memory, target, assumptions)
    if target.flags is None and not metrics.jvm.number("heap_max") and metrics.heap.max_capacity:
        assumptions.append(
            f"The log does not name the largest heap; {Bytes(metrics.heap.max_capacity).human()}, the most that was "
            "committed, was taken. Give --baseline-flags."
        )
    if "collector_assumed" in metrics.jvm.settings:
        why = "the default of JDK 8 on a server" if jdk == 8 else "as its pauses are named"
        assumptions.append(
            f"No line tells the collector; {collector.capitalize()}, {why}, was taken. "
            "Give --baseline-flags if it was another."
        )
    flags = target.flags if target.flags is not None else _all_flags(metrics, jdk, collector, machine)
    return Jvm(jdk, machine, flags, logged_jdk, logged_cpus, logged_memory, assumptions)


def _release(metrics: Metrics) -> int | None:
    version = str(metrics.jvm.settings.get("version", ""))
    digits = version.partition(".")[0].partition("+")[0].partition("-")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 4 else None


def nearest_release(release: int) -> Jdk:
    """The supported release nearest to any other; the older of two that are equally near."""
    return min(JDKS, key=lambda jdk: (abs(jdk - release), jdk))


def _jdk(metrics: Metrics, logged: int | None, collector: str, target: LogTarget, assumptions: list[str]) -> Jdk:
    if target.jdk is not None:
        return nearest_release(target.jdk)
    if logged is not None:
        jdk = nearest_release(logged)
        if jdk != logged:
            assumptions.append(f"The log is of JDK {logged}; it is treated as JDK {jdk}, the nearest known release.")
        return jdk
    possible = _possible_releases(metrics, collector)
    jdk = possible[0] if len(possible) == 1 or 17 not in possible else 17
    how = "from its phrases" if len(possible) == 1 else f"its phrases allow {', '.join(map(str, possible))}"
    assumptions.append(f"The log does not name its JDK; {jdk} was taken ({how}). Give --jdk if it is another.")
    return jdk


def _possible_releases(metrics: Metrics, collector: str) -> tuple[Jdk, ...]:
    first, last = metrics.jvm.first_release, metrics.jvm.last_release
    if collector == "cms":
        last = min(last, 13)
    if collector in ("zgc-generational", "shenandoah-generational"):
        first = max(first, 21)
    spaces = metrics.heap.first_spaces
    if spaces and spaces.young and collector in ("serial", "parallel"):
        first, last = (first, min(last, 13)) if spaces.eden_capacity is None else (max(first, 14), last)
    unified: tuple[Jdk, ...] = (11, 17, 21, 25)
    possible = tuple(jdk for jdk in unified if first <= jdk <= max(last, first))
    return possible or (nearest_release(min(last, 25)),)


def _cpus_from_workers(metrics: Metrics, assumptions: list[str]) -> int:
    """The processors that give so many parallel workers: one each up to 8, then 5 for 8 (HotSpot workerPolicy)."""
    workers = metrics.jvm.number("parallel_workers") or metrics.jvm.workers
    if workers is None:
        assumptions.append("The log does not say how many processors the JVM saw; 2 were taken. Give --cpus.")
        return 2
    cpus = workers if workers <= 8 else 8 + -(-(workers - 8) * 8 // 5)
    assumptions.append(f"The log does not give the processors; {cpus} follow from {workers} parallel GC workers.")
    return max(1, cpus)


def _machine(metrics: Metrics, cpus: int, logged: int | None, target: LogTarget, assumptions: list[str]) -> Machine:
    if target.memory is not None:
        live = steady_live(metrics)
        if live is not None and live >= target.memory:
            raise InputError(
                f"the live set ({Bytes(live).human()}) does not fit the memory ({target.memory.human()})",
                hint="give a larger --memory",
            )
        return Machine(cpus=cpus, memory=target.memory, container=True)
    used = max(metrics.heap.peak_used, steady_live(metrics) or 0)
    heap = max(metrics.heap_max or 0, metrics.heap.max_capacity, used)
    if logged is not None and logged > used:
        container = "container" in metrics.jvm.settings or logged % CONTAINER_STEP == 0
        if not container:
            assumptions.append(
                f"The JVM saw {Bytes(logged).human()} of memory and no container limit: the host's memory. "
                "Give --memory if the process may use less."
            )
        return Machine(cpus=cpus, memory=Bytes(logged), container=container)
    if not heap and metrics.jvm.last_release > LAST_WITH_FLAGS:
        raise InputError("the log gives neither the memory nor any heap size", hint="give --memory")
    if not heap:
        assumptions.append(
            f"The log gives neither the memory nor any heap size; {Bytes(UNKNOWN_MEMORY).human()} were taken. "
            "Give --memory."
        )
        return Machine(cpus=cpus, memory=Bytes(UNKNOWN_MEMORY), container=True)
    memory = Bytes(-(-int(heap * 1.25 + 192 * MIB) // CONTAINER_STEP) * CONTAINER_STEP)
    assumptions.append(
        f"The log does not say how much memory there is; {memory.human()} were taken, about what the process uses now "
        "(its largest heap, a quarter more, and 192 MB). Give --memory."
    )
    return Machine(cpus=cpus, memory=memory, container=True)


def _all_flags(metrics: Metrics, jdk: Jdk, collector: str, machine: Machine) -> tuple[str, ...]:
    """Collector and heap, and what else the header of an older log says was set."""
    flags = _flags(metrics, jdk, collector, machine)
    text = str(metrics.jvm.settings.get("flags", ""))
    if not text or metrics.jvm.last_release > LAST_WITH_FLAGS:
        return flags
    more = logged_flags(text, jdk, flags)
    if any(word.startswith(("-XX:NewSize", "-XX:MaxNewSize", "-XX:NewRatio")) for word in more):
        flags = tuple(flag for flag in flags if not flag.startswith("-Xmn"))
    return (*flags, *more)


def _flags(metrics: Metrics, jdk: Jdk, collector: str, machine: Machine) -> tuple[str, ...]:
    """The flags with which `java` would have the same collector and heap."""
    flags = list(selecting(Collector(collector), jdk))
    maximum = metrics.jvm.number("heap_max") or _maximum_by_capacity(metrics)
    if maximum:
        flags.append(f"-Xmx{Bytes(maximum)}")
    decided = _decided(jdk, machine, flags)
    if decided is None or not maximum:
        return tuple(flags)
    flags.extend(_initial(metrics, maximum, decided))
    again = _decided(jdk, machine, flags)
    return (*flags, *(_young(metrics, collector, again) if again else ()))


def _decided(jdk: Jdk, machine: Machine, flags: list[str]) -> Effective | None:
    try:
        return effective(jdk, machine, parse_words(flags))
    except InputError:
        return None


def _maximum_by_capacity(metrics: Metrics) -> int | None:
    """Where nothing names the largest heap: the largest that was ever committed."""
    return metrics.heap.max_capacity or None


def _initial(metrics: Metrics, maximum: int, decided: Effective) -> list[str]:
    """`-Xms` where the smallest heap is also the initial one, as only -Xms makes it; else what ergonomics lack."""
    initial, minimum = metrics.jvm.number("heap_initial"), metrics.jvm.number("heap_min")
    if initial is None:
        initial = minimum = _first_heap(metrics, maximum)
    if initial is None:
        return []
    if initial == minimum:
        return [f"-Xms{Bytes(initial)}"] if initial != decided.layout.initial_heap or initial == maximum else []
    return [] if initial == decided.layout.initial_heap else [f"-XX:InitialHeapSize={Bytes(initial)}"]


def _first_heap(metrics: Metrics, maximum: int) -> int | None:
    """The committed heap at the first collection, with the survivor space that the log leaves out.

    Young shows as eden and one survivor: 9/10 of it with SurvivorRatio 8, 7/8 with Parallel's InitialSurvivorRatio 8.
    """
    spaces = metrics.heap.first_spaces
    if spaces and spaces.young and spaces.young.capacity and spaces.old and spaces.old.capacity:
        share = 8 / 7 if metrics.jvm.collector == "parallel" else 10 / 9
        committed = spaces.young.capacity * share + spaces.old.capacity
    elif metrics.heap.first_capacity and metrics.jvm.collector in ("g1", "shenandoah"):
        committed = float(metrics.heap.first_capacity)
    else:
        return None
    if not metrics.heap.from_start:
        return None
    if abs(committed - maximum) < 0.03 * maximum:
        return maximum
    return max(MIB, round(committed / MIB) * MIB) if committed < maximum else maximum


def _young(metrics: Metrics, collector: str, decided: Effective) -> list[str]:
    """`-Xmn` where young is of a size that this heap would not have by itself."""
    spaces = metrics.heap.first_spaces
    layout = decided.layout
    if not (spaces and spaces.young and spaces.young.capacity) or layout.initial_heap != layout.max_heap:
        return []
    expected = layout.young_initial - layout.survivor
    seen = spaces.young.capacity
    if abs(seen - expected) <= 0.02 * expected:
        return []
    whole = seen * (8 / 7 if collector == "parallel" else 10 / 9)
    return [f"-Xmn{max(1, round(whole / MIB))}m"]


def collector_of(metrics: Metrics) -> Collector:
    """The collector of the log. Raises InputError when no line tells it."""
    name = metrics.jvm.collector
    if name is None and metrics.jvm.likely:
        name = metrics.jvm.collector = metrics.jvm.likely[0][1]
        metrics.jvm.settings["collector_assumed"] = name
    if name is None:
        raise InputError("the log does not tell which collector wrote it", hint="include its first lines (-Xlog:gc*)")
    if name in ("zgc", "shenandoah") and (
        metrics.jvm.generational or (name == "zgc" and (_release(metrics) or 0) >= 24)
    ):
        name += "-generational"
    return Collector(name)
