"""Bad input: one message that names the file, never a traceback; bounded memory and time."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.analyze import analyze_logs
from advisor.analyze.formats.unified import Unified
from advisor.analyze.metrics import Metrics
from advisor.model.errors import AdvisorError, InputError, NotModelledError, UsageError
from advisor.model.profile import WorkloadProfile
from advisor.report.analyze_text import analyze_text
from advisor.report.json import to_json
from tests.analyze.logs import SAMPLES, serial_log

SAMPLE = SAMPLES / "orders-jdk17-g1.log.gz"
BAD = {
    "empty": b"",
    "blank lines": b"\n\n\n",
    "binary": bytes(range(256)) * 20,
    "another program": b"hello\nworld\n",
    "broken gzip": b"\x1f\x8bgarbage",
    "gzip header alone": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "empty gzip": gzip.compress(b""),
    "gzip of gzip": gzip.compress(gzip.compress(b"x" * 10000)),
    "one endless line": b"a" * 1_000_000,
    "utf-16": "[0.1s][info][gc] Using G1\n".encode("utf-16"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_give_one_input_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.log"
    path.write_bytes(BAD[name])
    with pytest.raises(InputError) as caught:
        analyze_logs((str(path),))
    assert str(path) in str(caught.value)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    for name, message in ((tmp_path, "no file in the folder"), (tmp_path / "missing.log", "cannot read")):
        with pytest.raises(InputError, match=message):
            analyze_logs((str(name),))


def test_standard_input_is_read_alone() -> None:
    with pytest.raises(UsageError):
        analyze_logs(("-", str(SAMPLE)))
    with pytest.raises(UsageError):
        analyze_logs(())


def test_logs_of_jdk_8_are_read(tmp_path: Path) -> None:
    path = tmp_path / "old.log"
    line = "{}.234: [GC [PSYoungGen: 1024K->512K(2048K)] 1024K->600K(4096K), 0.0012345 secs]\n"
    path.write_text("".join(line.format(second) for second in range(5)))
    analysis = analyze_logs((str(path),))
    assert (analysis.source.format, analysis.pauses.count) == ("jdk8", 5)
    assert analysis.pauses.total_ms == pytest.approx(5 * 1.2345, abs=0.001)


FRAGMENTS_OF_ONE_PAUSE = {
    "older": "12.500: [GC [PSYoungGen: 1024K->512K(2048K)] 1024K->600K(4096K), 2.5000000 secs]\n",
    "unified": "[15.000s] GC(7) Pause Young (Allocation Failure) 10M->6M(40M) 2500.000ms\n",
}


@pytest.mark.parametrize("name", FRAGMENTS_OF_ONE_PAUSE)
def test_a_log_lasts_at_least_as_long_as_its_pauses(name: str, tmp_path: Path) -> None:
    """The one time stamp is the start of the pause, or its end; how much a program ran beside it is not known."""
    path = tmp_path / "gc.log"
    path.write_text(FRAGMENTS_OF_ONE_PAUSE[name])
    analysis = analyze_logs((str(path),))
    assert (analysis.duration_s, analysis.throughput) == (2.5, None)


NAMELESS = {
    "g1": ("Young (Normal) (GCLocker Initiated GC)", "Remark"),
    "cms": ("Young (Allocation Failure)", "Initial Mark", "Remark"),
    "parallel": ("Young (Allocation Failure)", "Full (Ergonomics)"),
    "serial": ("Young (Allocation Failure)", "Full (Allocation Failure)"),
}


@pytest.mark.parametrize("collector", NAMELESS)
def test_a_log_that_lost_its_first_lines_is_read(collector: str, tmp_path: Path) -> None:
    """Plain -Xlog:gc names the collector once, in a part that rotation removes."""
    path = tmp_path / "gc.log"
    path.write_text(
        "".join(
            f"[{number}.000s][info][gc] GC({number}) Pause {name} 20M->10M(40M) 2.000ms\n"
            for number, name in enumerate(NAMELESS[collector] * 5, 100)
        )
    )
    analysis = analyze_logs((str(path),))
    assert analysis.source.collector == collector
    assert any("No line tells the collector" in sentence for sentence in analysis.assumptions)


OTHER_JVMS = {
    "J9": '<?xml version="1.0" ?>\n<verbosegc version="200811_07">\n<af type="tenured" id="1" intervalms="0.000">\n',
    "JRockit": "[INFO ][memory ] GC mode: Static, strategy: Concurrent Mark & Sweep\n",
    "HP-UX": "<GC: 1 0  1497.914474 1002 1672 31 143130624 1672 143130624 6794648 7370728 17891328>\n",
}


@pytest.mark.parametrize("name", OTHER_JVMS)
def test_logs_of_other_jvms_are_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "gc.log"
    path.write_text(OTHER_JVMS[name])
    with pytest.raises(NotModelledError, match=name):
        analyze_logs((str(path),))


def test_epsilon_shows_what_is_allocated(tmp_path: Path) -> None:
    """No pauses is an answer: none. What is in use only grows, and all of it was allocated."""
    path = tmp_path / "epsilon.log"
    used = (20, 60, 140, 220)
    path.write_text(
        "[0.000s][info][gc] Using Epsilon\n[0.006s][info][gc,init] Memory: 2048M\n"
        + "".join(
            f"[{second}.000s][info][gc] Heap: 2048M reserved, 256M (12.50%) committed, {size}M (5.05%) used\n"
            for second, size in enumerate(used, 1)
        )
    )
    analysis = analyze_logs((str(path),))
    assert (analysis.source.collector, analysis.pauses.count, analysis.throughput) == ("epsilon", 0, 1.0)
    assert analysis.allocation.total_bytes == 220 << 20
    assert analysis.allocation.rate_bytes_s == pytest.approx(55 << 20, rel=0.01)
    assert analysis.heap.peak_used_bytes == 220 << 20
    assert analysis.heap.live_bytes is None
    assert any("Epsilon" in note for note in analysis.source.notes)
    WorkloadProfile.model_validate(analysis.profile)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_gzip_file_is_analysed_as_far_as_it_goes(share: float, tmp_path: Path) -> None:
    raw = SAMPLE.read_bytes()
    path = tmp_path / "cut.log.gz"
    path.write_bytes(raw[: int(share * len(raw))])
    whole, part = analyze_logs((str(SAMPLE),)), analyze_logs((str(path),))
    assert 0 < (part.pauses.count or 0) < (whole.pauses.count or 0)
    assert "log-cut" in {finding.id for finding in part.diagnosis}
    assert "log-cut" not in {finding.id for finding in whole.diagnosis}


def test_a_log_without_any_heap_size_asks_for_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "young.log"
    path.write_text("[0.006s][info][gc] Using G1\n[1.006s][info][gc] GC(0) Pause Remark 1.000ms\n")
    with pytest.raises(InputError, match="memory"):
        analyze_logs((str(path),))


@pytest.mark.parametrize("seed", range(12))
def test_pieces_and_shuffled_lines_give_a_valid_profile(seed: int, tmp_path: Path) -> None:
    """Whatever part of a log is left, in whatever order, the answer is an analysis or an error of ours."""
    stream = random.Random(seed)
    name = stream.choice(sorted(SAMPLES.glob("*.log.gz")))
    with gzip.open(name, "rt", encoding="utf-8") as text:
        lines = text.read().split("\n")
    start = stream.randrange(len(lines) // 2)
    lines = [line for line in lines[start : stream.randrange(start + 1, len(lines))] if stream.random() < 0.9]
    if seed % 3 == 0:
        stream.shuffle(lines)
    path = tmp_path / "piece.log"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        analysis = analyze_logs((str(path),))
    except AdvisorError as error:
        assert str(path) in str(error)
        return
    WorkloadProfile.model_validate(analysis.profile)
    assert analyze_text(analysis)
    assert to_json(analysis)


def _streamed(batches: Iterator[list[str]]) -> Metrics:
    metrics = Metrics()
    for event in Unified().events(batches):
        metrics.add(event)
    return metrics


def _long_log(megabytes: int) -> Iterator[list[str]]:
    body = "\n".join(serial_log()[7:])
    for _ in range(megabytes * 1_000_000 // len(body)):
        yield body.split("\n")


def test_memory_is_bounded() -> None:
    """Four times the log takes no more memory: nothing is kept per line."""
    peaks = []
    for megabytes in (1, 4):
        tracemalloc.start()
        _streamed(_long_log(megabytes))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 300_000


def test_a_compressed_bomb_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "bomb.log.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(40):
            stream.write(b"z" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(InputError):
        analyze_logs((str(path),))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


FRAGMENTS = st.sampled_from(
    [
        *serial_log()[:12],
        "[1.0s] GC(3) ",
        f"GC(1) - age 3: {'9' * 5000} bytes",
        f"GC(1) Pause Young {'9' * 5000}M->1M(3M) {'9' * 5000}.0ms",
        f"Heap Max Capacity: {'9' * 5000}M",
        f"[{'9' * 5000}.000s] GC(1) Concurrent Mark Cycle {'9' * 400}.0ms",
        "GC(99999999999999999999) Pause Young 1M->2M(3M) 4.0ms",
        "GC(1) Pause Full (System.gc()) 1M->999999999999999999M(3M) 4.0ms",
        "[1e9s] GC(1) Pause Young (Allocation Failure) 1M->0M(3M) 9999999999999999.0ms",
        "GC(1) - age 999999999: 5 bytes",
        "GC(1) - age 3: 99999999999999999999999 bytes",
        "GC(1) DefNew: 1K->2K(3K)",
        "GC(1) Metaspace: 1K(2K)->3K(4K)",
        "Heap Max Capacity: 99999999999999G",
        "Heap Max Capacity: 0M",
        "Memory: 0M",
        "CPUs: 0 total, 0 available",
        "Version: 999.0",
        "Using G1",
        "Using The Z Garbage Collector",
        "GC(1) Y: Used: 1M (1%) 2M (2%) 3M (3%) 4M (4%)",
        "GC(1) Major Collection (Warmup) 20M(10%)->18M(9%) 0.113s",
        "GC(1) Concurrent cleanup 73M->12M(256M) 0.059ms",
        "[5.000s][info][gc] GC(1) Concurrent Mark Cycle 31.165ms",
        "[2026-99-99T99:99:99.999+0000] Using Serial",
        'Safepoint "X", Time since last: 1 ns, Reaching safepoint: 1 ns, At safepoint: 1 ns, Total: 1 ns',
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=600), st.lists(st.one_of(FRAGMENTS, st.text(max_size=80)), max_size=30)))
def test_any_text_gives_an_analysis_or_an_error_of_ours(tmp_path: Path, content: bytes | list[str]) -> None:
    """No input whatever ends in a traceback, and every analysis has a valid profile."""
    path = tmp_path / "any.log"
    path.write_bytes(content if isinstance(content, bytes) else "\n".join(content).encode("utf-8", "replace"))
    try:
        analysis = analyze_logs((str(path),))
    except AdvisorError as error:
        assert error.message
        return
    WorkloadProfile.model_validate(analysis.profile)
    analysis.model_dump_json()
