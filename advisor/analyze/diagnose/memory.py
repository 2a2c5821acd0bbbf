"""Checks for the heap and metadata: how full, how it grows, whether its size fits."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.analyze.diagnose.case import CONCURRENT, Case, clock, finding, many, size, when
from advisor.analyze.diagnose.check import Check
from advisor.analyze.diagnose.trend import Trend, trend
from advisor.analyze.incidents import METADATA
from advisor.analyze.sightings import Sighting
from advisor.model.analysis import Diagnosis
from advisor.model.quantities import GIB, MIB, Rate

TIGHT, VERY_TIGHT = 0.7, 0.9
GROWTH_MATTERS = 0.1
"""Growth over the later half of the log, as a share of the live set, below which it is taken for noise."""
RISING = 0.85
"""Share of all pairs of live sets of which the later must be the larger."""
LEAK_SURE_S = 600.0
"""A shorter log may show a start or a cache that fills."""
UNUSED_PEAK, UNUSED_LIVE, UNUSED_S = 0.5, 0.25, 600.0
RESIZES, RESIZE_SPAN, RESIZE_SHARE = 10, 0.2, 0.05
METADATA_COUNT, METADATA_EARLY = 3, 0.2
METASPACE_GROWTH, METASPACE_SAMPLES, METASPACE_S = 0.1, 20, 600.0
HUMONGOUS_SHARE = 0.05
OOPS_LOST, OOPS_WORTH = 32 * GIB, 40 * GIB
BURST_VARIATION, BURST_PEAK, BURST_INTERVALS = 1.0, 3.0, 20
LARGEST_REGION = 32 * MIB
"""The largest that every release takes (HotSpot heapRegionBounds.hpp)."""
LEAST_REGIONS = 64
"""With fewer G1 has no room to plan: young alone is at least a twentieth of them."""


def leak(case: Case) -> Diagnosis | None:
    """What survives old collections grows and does not stop growing."""
    later = _later([(time, float(live)) for time, live in case.metrics.heap.live.items])
    line = trend(later)
    if line is None or line.low <= 0 or line.low * line.span_s < GROWTH_MATTERS * line.start or not _rises(later):
        return None
    sure = (case.elapsed_s or 0.0) >= LEAK_SURE_S
    return finding(
        "warning",
        f"What survives old collections keeps growing by {Rate(line.slope).human()}: a leak, or a cache that is still "
        f"filling.{_time_left(case, later, line)}",
        f"{size(later[0][1])} at {clock(later[0][0])}, {size(later[-1][1])} at {clock(later[-1][0])}; 95 % interval "
        f"{Rate(line.low).human()} to {Rate(line.high).human()} from {line.samples} old collections",
        "Compare two heap dumps or class histograms (jcmd PID GC.class_histogram) taken some time apart."
        + ("" if sure else " A longer log would tell a leak from a start-up."),
        confidence="high" if sure and line.explained > RISING else "medium",
        flags=("-XX:+HeapDumpOnOutOfMemoryError",),
        seen=_span(later),
        weight=min(1.0, line.slope * line.span_s / max(1.0, line.start)),
    )


def _later(samples: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Those of the later half of the time: old collections come ever faster as a leak fills the heap."""
    if not samples:
        return samples
    middle = (samples[0][0] + samples[-1][0]) / 2
    later = [sample for sample in samples if sample[0] >= middle]
    return later if samples[0][0] < samples[-1][0] else samples[len(samples) // 2 :]


def _rises(samples: Sequence[tuple[float, float]]) -> bool:
    chosen = samples[:: max(1, len(samples) // 100)]
    pairs = [later[1] > earlier[1] for at, earlier in enumerate(chosen) for later in chosen[at + 1 :]]
    return sum(pairs) >= RISING * len(pairs)


def _time_left(case: Case, later: Sequence[tuple[float, float]], line: Trend) -> str:
    if not case.heap_max or line.slope <= 0:
        return ""
    left = (case.heap_max - later[-1][1]) / line.slope
    return f" At this rate the heap of {size(case.heap_max)} is full {clock(left)} after the log." if left > 0 else ""


def _span(samples: Sequence[tuple[float, float]]) -> Sighting:
    seen = Sighting()
    for time, live in samples:
        seen.add(time, live)
    return seen


def tight(case: Case) -> Diagnosis | None:
    """The live set leaves little of the heap to allocate in."""
    live, heap = case.live, case.heap_max
    if not live or not heap or not TIGHT * heap <= live <= heap:
        return None
    told = case.metrics.jvm.number("heap_max") is not None
    largest = "the largest heap" if told else "the heap as far as it has grown (the log does not tell -Xmx)"
    return finding(
        "info" if not told else "error" if live >= VERY_TIGHT * heap else "warning",
        f"The live set fills {live / heap:.0%} of {largest}, which leaves {size(max(0, heap - live))} for new objects.",
        f"{size(live)} live of {size(heap)}",
        "Collections cost the least when the heap is two to three times the live set: raise -Xmx, or keep less alive.",
        flags=("-Xmx",),
        confidence="low" if not told else "high" if case.metrics.heap.live.count >= 3 else "medium",
        weight=min(1.0, live / heap),
    )


def unused(case: Case) -> Diagnosis | None:
    """A heap that is never used."""
    live, heap, peak = case.live, case.heap_max, case.metrics.heap.peak_used
    if not live or not heap or (case.elapsed_s or 0.0) < UNUSED_S:
        return None
    if peak > UNUSED_PEAK * heap or live > UNUSED_LIVE * heap:
        return None
    return finding(
        "info",
        f"Less than half of the heap was ever in use: {size(peak)} of {size(heap)}.",
        f"live set {size(live)} in {clock(case.elapsed_s)}",
        "A smaller -Xmx saves memory; see that the log covers the busiest time first.",
        flags=("-Xmx",),
        confidence="medium",
        weight=1 - peak / heap,
    )


def resizing(case: Case) -> Diagnosis | None:
    """The heap grows and shrinks all the time."""
    seen, least = case.seen.resized, case.seen.least_capacity
    most = case.metrics.heap.max_capacity
    count = case.metrics.pauses.summary().count or 0
    if seen.count < max(RESIZES, RESIZE_SHARE * count) or not least or most - least < RESIZE_SPAN * most:
        return None
    jvm = case.metrics.jvm
    if jvm.number("heap_initial") and jvm.number("heap_min") == jvm.number("heap_max"):
        return None
    return finding(
        "info",
        f"The heap changed its size {many(seen.count, 'time')}, between {size(least)} and {size(most)}; each change is "
        "made in a pause, and growing asks the system for memory.",
        when(seen),
        "Set -Xms to -Xmx where the memory is the program's own anyway.",
        flags=("-Xms",),
        seen=seen,
        weight=min(1.0, seen.count / max(1, count)) / 10,
    )


def metadata(case: Case) -> Diagnosis | None:
    """Collections for class metadata."""
    seen = case.seen.causes.of(*METADATA)
    if not seen.count:
        return None
    full = case.seen.full_causes.of(*METADATA)
    start, elapsed = case.metrics.first_s or 0.0, case.elapsed_s or 0.0
    late = seen.last_s is not None and seen.last_s > start + METADATA_EARLY * elapsed
    grave = full.count >= METADATA_COUNT and late
    metaspace = case.metrics.metaspace.items
    value = f"-XX:MetaspaceSize={_round_up(max(metaspace))}" if metaspace else "-XX:MetaspaceSize"
    return finding(
        "warning" if grave else "info",
        f"{many(seen.count, 'collection')} started because class metadata reached its threshold, not because the heap "
        f"was full{'; ' + many(full.count, 'full one') if full.count else ''}.",
        when(seen, f"metaspace up to {size(max(metaspace))}" if metaspace else "", "ms"),
        "Set MetaspaceSize to what the program needs after its start"
        + (
            "; classes are still being loaded late in the log: look for class loaders that come and go."
            if late
            else "."
        ),
        flags=(value,),
        seen=seen,
        weight=case.share(seen.total),
    )


def _round_up(value: int) -> str:
    """With an eighth to spare, in whole multiples of 16 MB."""
    step = 16 * MIB
    return f"{-(-(value + value // 8) // step) * 16}m"


def metaspace_growth(case: Case) -> Diagnosis | None:
    """Metadata that grows for as long as the log goes."""
    items = case.metrics.metaspace.items
    later = items[len(items) // 2 :]
    if len(later) < METASPACE_SAMPLES or (case.elapsed_s or 0.0) < METASPACE_S:
        return None
    grown = later[-1] - later[0]
    if grown < METASPACE_GROWTH * later[0] or not _rises([(0.0, float(value)) for value in later]):
        return None
    return finding(
        "warning",
        f"Class metadata keeps growing: {size(later[0])} in the middle of the log, {size(later[-1])} at its end.",
        f"{many(len(items), 'sample')}, {size(items[0])} at first",
        "Class loaders that stay alive, or classes that are generated without end: see jcmd PID VM.classloader_stats.",
        confidence="medium",
        flags=("-XX:MaxMetaspaceSize",),
        weight=min(1.0, grown / later[0]),
    )


def humongous(case: Case) -> Diagnosis | None:
    """Large objects start collections of G1."""
    count, regions = case.metrics.failures.humongous, case.metrics.failures.humongous_regions
    if not count:
        return None
    seen = case.seen.causes.of("G1 Humongous Allocation")
    share = count / max(1, case.metrics.pauses.summary().count or 0)
    region = case.metrics.heap.region
    larger = _larger_region(region, case.metrics.heap.humongous_step or 1, case.heap_max)
    return finding(
        "warning" if share >= HUMONGOUS_SHARE else "info",
        f"Objects of half a region{f' ({size(region // 2)})' if region else ''} or more started "
        f"{many(count, 'collection')}, {share:.0%} of all: they take whole regions of old at once.",
        when(seen, f"up to {many(regions, 'humongous region')}" if regions else "", "ms"),
        "Allocate such buffers once and reuse them, or make regions so large that they no longer count as humongous.",
        flags=(f"-XX:G1HeapRegionSize={larger}",) if larger else (),
        seen=seen,
        weight=share / 2,
    )


def _larger_region(region: int | None, step: int, heap_max: int | None) -> str | None:
    """Regions of which the objects fill less than half; None where those would be too large, or too few for G1.

    `step` is the number of regions that an object takes at most.
    """
    if not region:
        return None
    wanted = 1 << (2 * step * region - 1).bit_length()
    if wanted > LARGEST_REGION or (heap_max and heap_max < LEAST_REGIONS * wanted):
        return None
    return f"{wanted // MIB}m"


def too_large(case: Case) -> Diagnosis | None:
    """A heap that does not fit the machine."""
    memory, heap = case.logged_memory, case.heap_max
    metaspace = max(case.metrics.metaspace.items, default=0)
    if not memory or not heap or heap + metaspace <= memory:
        return None
    return finding(
        "error",
        f"The largest heap ({size(heap)}) and class metadata ({size(metaspace)}) do not fit the memory of "
        f"{size(memory)}: the process will swap or be killed.",
        f"memory as the JVM printed it: {size(memory)}",
        "Lower -Xmx to leave room for metadata, code, threads and direct buffers.",
        flags=("-Xmx",),
        weight=1.0,
    )


def oops(case: Case) -> Diagnosis | None:
    """A heap just beyond what compressed references reach."""
    heap = case.heap_max
    if not heap or not OOPS_LOST <= heap < OOPS_WORTH or case.collector in ("zgc", "zgc-generational"):
        return None
    return finding(
        "info",
        f"A heap of {size(heap)} holds hardly more objects than one just below 32 GB: references take 8 bytes instead "
        "of 4.",
        f"largest heap {size(heap)}",
        "Stay below 32 GB (-Xmx31g), or go well beyond 40 GB.",
        flags=("-Xmx31g",),
        confidence="high",
        weight=0.1,
    )


def bursts(case: Case) -> Diagnosis | None:
    """Allocation in bursts."""
    meter = case.metrics.heap.allocation
    if meter.intervals < BURST_INTERVALS or meter.running_s <= 0 or case.collector in CONCURRENT:
        return None
    mean = meter.total / meter.running_s
    if meter.variation < BURST_VARIATION or meter.peak < BURST_PEAK * mean or mean <= 0:
        return None
    return finding(
        "info",
        f"Allocation comes in bursts: {Rate(meter.peak).human()} in the worst second, {meter.peak / mean:.1f} times "
        f"the mean of {Rate(mean).human()}.",
        f"coefficient of variation {meter.variation:.1f} over {many(meter.intervals, 'interval')}",
        "Size the heap and its head-room for the bursts, not for the mean; concurrent collectors need it most.",
        flags=("-Xmx",),
        weight=0.05,
    )


CHECKS = (
    Check(
        "growing-live-set",
        "What survives old collections keeps growing.",
        f"Over the later half of the time the lower end of the 95 % interval of the slope means at least "
        f"{GROWTH_MATTERS:.0%} of growth, and {RISING:.0%} of all pairs of live sets rise.",
        "Least squares with an interval for correlated samples; medium confidence below 10 minutes.",
        leak,
    ),
    Check(
        "tight-heap",
        "The live set leaves little of the heap to allocate in.",
        f"The live set is {TIGHT:.0%} of the largest heap or more (error: {VERY_TIGHT:.0%}); info where the "
        "log does not tell -Xmx.",
        "Collection cost grows with 1 / (1 - live / heap): 3.3 times that of an empty heap at 70 %, 10 times at 90 %.",
        tight,
    ),
    Check(
        "heap-beyond-memory",
        "Heap and metadata do not fit the memory.",
        "Their sum is above the memory that the log prints.",
        "garbagecat compares the same.",
        too_large,
    ),
    Check(
        "unused-heap",
        "The heap is larger than anything that was ever used.",
        f"In {UNUSED_S / 60:.0f} minutes or more, peak use is at most {UNUSED_PEAK:.0%} and the live set at most "
        f"{UNUSED_LIVE:.0%} of the largest heap.",
        "A heap of four times the live set has hardly any cost of collection left to save.",
        unused,
    ),
    Check(
        "heap-resizing",
        "The heap changes its size all the time.",
        f"{RESIZES} changes or more, in {RESIZE_SHARE:.0%} of the pauses or more, over {RESIZE_SPAN:.0%} of the "
        "largest size or more, unless the smallest heap is the largest.",
        "HotSpot resizes in pauses; adaptive survivors of Parallel alone stay below the 20 %.",
        resizing,
    ),
    Check(
        "metadata-collections",
        "Class metadata starts collections.",
        f"Any collection for the metadata threshold; a warning where {METADATA_COUNT} or more are full and one comes "
        f"after the first {METADATA_EARLY:.0%} of the log.",
        "MetaspaceSize (21 MB on 64-bit) is the first threshold; HotSpot metaspace.cpp.",
        metadata,
    ),
    Check(
        "metaspace-growth",
        "Class metadata keeps growing.",
        f"It rises by {METASPACE_GROWTH:.0%} or more over the later half of a log of {METASPACE_S / 60:.0f} minutes or "
        "more.",
        "A program that has started up loads few classes.",
        metaspace_growth,
    ),
    Check(
        "humongous-allocations",
        "Large objects start collections of G1.",
        f"Any collection with that cause; a warning from {HUMONGOUS_SHARE:.0%} of the pauses.",
        "HotSpot g1CollectedHeap.cpp: half a region and more goes to old directly.",
        humongous,
    ),
    Check(
        "compressed-references-lost",
        "The heap is just too large for compressed references.",
        "The largest heap is from 32 GB to 40 GB, except ZGC, which has none.",
        "32 GB at 8-byte alignment; DaCapo h2 needs 32 % more heap without them.",
        oops,
    ),
    Check(
        "allocation-bursts",
        "Allocation comes in bursts.",
        f"Coefficient of variation {BURST_VARIATION:g} or more and a worst second of {BURST_PEAK:g} times the mean.",
        "A Poisson-like process of many small requests stays well below 1.",
        bursts,
    ),
)
