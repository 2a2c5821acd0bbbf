"""Logs of what the program, its tools, and its logging bring about."""

from __future__ import annotations

from tests.analyze.script import Log, healthy
from tests.analyze.stories.register import story


@story("explicit-collections")
def explicit_log() -> Log:
    return healthy().pause(310, "Full (System.gc())", 30, 700, 200)


@story("rmi-collections")
def _rmi() -> Log:
    log = healthy()
    for hour in range(1, 5):
        log.pause(hour * 3600.0 + 0.05 * hour, "Full (System.gc())", 30, 700, 200)
    return log


@story("heap-dump")
def _dump() -> Log:
    return healthy().pause(310, "Full (Heap Dump Initiated GC)", 30, 700, 200)


@story("heap-inspection")
def _inspection() -> Log:
    return healthy().pause(310, "Full (Heap Inspection Initiated GC)", 30, 700, 200)


@story("tool-collections")
def _tool() -> Log:
    return healthy().pause(310, "Full (Diagnostic Command)", 30, 700, 200)


@story("gc-locker")
def _locker() -> Log:
    log = healthy("Parallel")
    for number in range(8):
        log.pause(310 + 5 * number, "Young (GCLocker Initiated GC)", 4, 700, 300)
    return log


@story("slow-safepoint")
def _slow() -> Log:
    return healthy().safepoint(310, "G1CollectForAllocation", reaching_ms=80)


@story("other-safepoints")
def _other() -> Log:
    log = healthy()
    for number in range(100):
        log.safepoint(301 + number, "PrintThreads", at_ms=150)
    return log


@story("reference-processing")
def _references() -> Log:
    log = healthy()
    for number in range(10):
        log.young(310 + 5 * number, 100, parts=("    Reference Processing: 80.0ms",))
    return log


@story("class-unloading")
def _unloading() -> Log:
    log = healthy()
    for number in range(4):
        log.pause(310 + 5 * number, "Remark", 90, 220, 220, parts=("Class Unloading 70.000ms",))
    return log


@story("long-remark")
def _remark() -> Log:
    log = healthy()
    for number in range(30):
        log.pause(310 + 5 * number, "Remark", 90, 220, 220)
    return log


@story("string-deduplication")
def _deduplication() -> Log:
    log = healthy()
    for number in range(50):
        log.line(
            310 + number,
            "stringdedup",
            "Concurrent String Deduplication 236/8256.0B (new), 1/10.0B (deduped), avg 0.1%, 500.000ms of 500.069ms",
        )
    return log


@story("no-time-stamps")
def _timeless() -> Log:
    log = healthy()
    log.lines = [line.partition("]")[2] for line in log.lines]
    return log


@story("several-runs")
def _twice() -> Log:
    log = healthy()
    log.lines += healthy().lines
    return log


@story("no-old-collection")
def _young_only() -> Log:
    return healthy("Serial")


@story("log-cut")
def _cut() -> Log:
    return healthy().line(310, "gc,start", "GC(900) Pause Young (Normal) (G1 Evacuation Pause)")


@story("short-log")
def _short() -> Log:
    return healthy(collections=8)


@story("late-start")
def _headless() -> Log:
    log = healthy("Serial")
    parts = ("DefNew: 82920K(92160K)->1000K(92160K)", "Tenured: 9K(900000K)->9K(900000K)")
    log.lines = []
    for number in range(20):
        log.young(400 + 10 * number, parts=parts)
    return log


@story("incomplete-log")
def _terse() -> Log:
    return healthy()


@story("questionable-flags")
def _flags() -> Log:
    return healthy().line(0.006, "arguments", "jvm_args: -Xmx1024m -XX:+UseConcMarkSweepGC -XX:+AggressiveOpts")
