"""Logs of what goes wrong with pauses, the heap, and its collectors."""

from __future__ import annotations

from tests.analyze.script import Log, healthy
from tests.analyze.stories.register import story


def _full_row(*, before: int, after: int, collector: str = "Serial", count: int = 4) -> Log:
    log = Log(collector, heap=128)
    for number in range(count):
        log.pause(10.0 + number, "Full (Allocation Failure)", 200, before, after)
    return log.young(20.0).young(40.0)


@story("heap-exhausted")
def _exhausted() -> Log:
    return _full_row(before=127, after=126)


@story("consecutive-full-collections")
def _row() -> Log:
    return _full_row(before=127, after=90)


@story("metaspace-exhausted")
def _metaspace() -> Log:
    return healthy().pause(310, "Full (Metadata GC Clear Soft References)", 40, 200, 190)


@story("metadata-collections")
def _metadata() -> Log:
    return healthy().pause(310, "Young (Concurrent Start) (Metadata GC Threshold)", 8, 400, 190)


@story("full-collections")
def _fallback() -> Log:
    return healthy().pause(310, "Full (G1 Compaction Pause)", 300, 1000, 200)


@story("serial-full-collections")
def _serial_full() -> Log:
    log = Log("Concurrent Mark Sweep")
    for number in range(1, 20):
        log.young(number * 5.0)
    return log.pause(100, "Full (Allocation Failure)", 300, 900, 200)


@story("concurrent-mode-failure")
def _mode() -> Log:
    log = Log("Concurrent Mark Sweep").pause(5, "Initial Mark", 2, 500, 500)
    log.line(5.1, "gc", "GC(0) Concurrent Mark")
    return log.pause(6, "Full (Allocation Failure)", 300, 1000, 400).young(70)


@story("promotion-failed")
def _promotion() -> Log:
    return healthy("Serial").line(310, "gc", "Promotion failed").young(312)


@story("evacuation-failure")
def _evacuation() -> Log:
    return healthy().pause(310, "Young (Normal) (G1 Evacuation Pause) (Evacuation Failure: Allocation)", 90, 1000, 900)


@story("allocation-stall")
def stall_log() -> Log:
    return z_log().line(130, "gc", "Allocation Stall (main) 12.500ms").line(140, "gc", "Allocation Stall (w1) 37.500ms")


@story("relocation-stall")
def _relocation() -> Log:
    return z_log().line(130, "gc", "Relocation Stall (main) 12.500ms")


def z_log() -> Log:
    log = Log("The Z Garbage Collector", version="17.0.9+9")
    for number in range(1, 20):
        log.line(number * 5.0, "gc,phases", f"GC({number}) Pause Mark Start 0.010ms")
        log.line(number * 5.0 + 0.1, "gc", f"GC({number}) Garbage Collection (Allocation Rate) 500M(50%)->100M(10%)")
    return log


def shenandoah_log() -> Log:
    log = Log("Shenandoah")
    for number in range(1, 20):
        log.line(number * 5.0, "gc", f"GC({number}) Pause Init Mark 0.100ms")
        log.line(number * 5.0 + 0.1, "gc", f"GC({number}) Concurrent cleanup 500M->100M(1024M) 0.100ms")
    log.number = 20
    return log


@story("degenerated")
def _degenerated() -> Log:
    return shenandoah_log().pause(100, "Degenerated GC (Mark)", 25, 1000, 100)


@story("pacing")
def _pacing() -> Log:
    return shenandoah_log().line(100, "gc,stats", "Pacing                         =   20.000 s (a =    12806 us)")


@story("low-throughput")
def _stopped() -> Log:
    log = Log()
    for number in range(1, 101):
        log.young(number, 300)
    return log


@story("stopped-stretch")
def _stretch() -> Log:
    log = healthy()
    for number in range(20):
        log.young(301 + 0.5 * number, 180)
    return log.young(400).young(500)


@story("long-pause")
def _long() -> Log:
    return healthy().young(310, 1500)


@story("pause-goal-missed")
def _goal() -> Log:
    log = healthy()
    for number in range(30):
        log.young(301 + 5 * number, 260)
    return log


def _busy(user: float, system: float, *, collector: str = "Parallel", ms: float = 300) -> Log:
    log = healthy(collector)
    for number in range(8):
        log.young(310 + 10 * number, ms, cpu=(user, system))
    return log


@story("cpu-starved")
def _starved() -> Log:
    return _busy(0.05, 0.01)


@story("system-time")
def _system() -> Log:
    return _busy(0.1, 0.5)


@story("low-parallelism")
def _idle_workers() -> Log:
    log = _busy(0.32, 0.01)
    return log.line(0.006, "gc,init", "Parallel Workers: 4")


@story("serial-on-many-processors")
def _one_of_four() -> Log:
    log = Log("Serial")
    for number in range(1, 101):
        log.young(number, 40)
    return log


@story("growing-live-set")
def _leaking() -> Log:
    log = Log("Serial", heap=4000)
    for number in range(1, 40):
        log.young(number * 20.0, before=900, after=400)
        live = 400 + 10 * number
        log.pause(number * 20.0 + 10, "Full (Ergonomics)", 60, live + 300, live)
    return log


@story("tight-heap")
def tight_log() -> Log:
    log = healthy("Serial")
    for number in range(4):
        log.pause(310 + 60 * number, "Full (System.gc())", 60, 1000, 800).young(340 + 60 * number)
    return log


@story("heap-beyond-memory")
def _beyond() -> Log:
    return healthy(heap=9000)


@story("unused-heap")
def _unused() -> Log:
    log = healthy(heap=4096)
    return log.young(700).young(900)


@story("heap-resizing")
def _resizing() -> Log:
    log = Log()
    for number in range(1, 60):
        log.heap = 400 if number % 2 else 900
        log.young(number * 5.0)
    return log


@story("metaspace-growth")
def _loaders() -> Log:
    log = Log()
    for number in range(1, 200):
        log.young(number * 5.0, parts=(f"Metaspace: {20000 + 400 * number}K(90000K)->{20000 + 400 * number}K(90000K)",))
    return log


@story("humongous-allocations")
def _humongous() -> Log:
    log = healthy()
    for number in range(8):
        log.pause(310 + number, "Young (Concurrent Start) (G1 Humongous Allocation)", 4, 700, 300)
    return log


@story("compressed-references-lost")
def _oops() -> Log:
    return healthy(heap=33 * 1024)


@story("allocation-bursts")
def _bursts() -> Log:
    log = Log("Parallel", heap=4096)
    for number in range(1, 60):
        log.young(number * 20.0, before=110, after=100)
        log.young(number * 20.0 + 0.5, before=2000, after=100)
    return log


@story("small-young")
def _small() -> Log:
    log = Log("Serial")
    for number in range(1, 300):
        log.young(number * 0.3, 30)
    return log


def _serial_spaces(number: int, promoted: int, survivors: int) -> tuple[str, ...]:
    old = 10000 + number * promoted
    return (
        f"DefNew: 90000K(92160K)->{survivors}K(92160K) Eden: 81920K(81920K)->0K(81920K) "
        f"From: {survivors}K(10240K)->{survivors}K(10240K)",
        f"Tenured: {old}K(900000K)->{old + promoted}K(900000K)",
    )


@story("survivor-overflow")
def _overflow() -> Log:
    log = Log("Serial")
    for number in range(1, 60):
        log.young(number * 5.0, parts=_serial_spaces(number, 5000, 10240))
    return log


@story("premature-promotion")
def _premature() -> Log:
    log, old = Log("Serial"), 10000
    for number in range(1, 60):
        grown = old + 20000
        parts = ("DefNew: 82920K(92160K)->1000K(92160K)", f"Tenured: {old}K(900000K)->{grown}K(900000K)")
        log.young(number * 5.0, parts=parts)
        old = grown
        if number % 10 == 0:
            parts = ("DefNew: 1000K(92160K)->0K(92160K)", f"Tenured: {old}K(900000K)->10000K(900000K)")
            log.pause(number * 5.0 + 2, "Full (Allocation Failure)", 50, 210, 10, parts=parts)
            old = 10000
    return log


@story("young-larger-than-old")
def _inverted() -> Log:
    log = Log("Serial")
    for number in range(1, 20):
        log.young(number * 5.0, parts=("DefNew: 500000K(600000K)->9K(600000K)", "Tenured: 9K(90000K)->9K(90000K)"))
    return log.pause(110, "Full (System.gc())", 30)


@story("late-cycles")
def late_log() -> Log:
    log = Log()
    for number in range(1, 12):
        log.pause(number * 10.0, "Young (Concurrent Start) (G1 Evacuation Pause)", 6, 990, 940)
        log.pause(number * 10.0 + 1, "Full (G1 Compaction Pause)", 200, 1020, 500)
    return log


@story("constant-cycles")
def _constant() -> Log:
    log = healthy()
    for number in range(100):
        log.line(302 + 4 * number, "gc", f"GC({1000 + number}) Concurrent Mark Cycle 3900.000ms")
    return log


@story("no-mixed-collections")
def _no_mixed() -> Log:
    log = Log()
    for number in range(1, 6):
        log.pause(number * 20.0, "Young (Concurrent Start) (G1 Evacuation Pause)", 6, 700, 600)
        log.line(number * 20.0 + 1, "gc", f"GC({log.number}) Concurrent Mark Cycle 900.000ms")
        log.pause(number * 20.0 + 5, "Full (G1 Compaction Pause)", 200, 1020, 500)
    return log


@story("aborted-cycles")
def _aborted() -> Log:
    log = healthy().pause(310, "Full (G1 Compaction Pause)", 200, 1020, 500)
    return log.line(310.1, "gc,marking", "GC(5) Concurrent Mark Abort")


@story("preventive-collections")
def _preventive() -> Log:
    log = healthy()
    for number in range(8):
        log.pause(310 + number, "Young (Normal) (G1 Preventive Collection)", 4, 700, 300)
    return log
