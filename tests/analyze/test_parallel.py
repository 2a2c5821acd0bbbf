"""One log read in pieces, by one process or several: the same events, wherever it is cut."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.analyze.events import Event, Hint, Pause, Phase
from advisor.analyze.formats.unified.reader import Reader
from advisor.analyze.parallel import Parallel, is_worth_it
from advisor.analyze.sources import Source
from advisor.analyze.sources.source import BLOCK
from advisor.analyze.wire import Packer, unpacked

SAMPLES = Path(__file__).parents[2] / "configs" / "samples"
G1, PARALLEL = "orders-jdk17-g1.log.gz", "orders-jdk17-parallel.log.gz"


def text_of(sample: str) -> str:
    return "".join(f"{line}\n" for piece in Source(str(SAMPLES / sample)).batches() for line in piece)


def moved(text: str, runs: int) -> str:
    """One run of so many times the length: times and numbers of collections go on."""
    body = text[text.index("\n", text.index("GC(0)")) + 1 :]
    last = max(float(time) for time in re.findall(r"\[(\d+\.\d{3})s\]", text)) + 0.1
    number = max(int(number) for number in re.findall(r"GC\((\d+)\)", text)) + 1
    parts = [text]
    for run in range(1, runs):
        later = re.sub(r"\[(\d+\.\d{3})s\]", lambda m, off=run * last: f"[{float(m[1]) + off:.3f}s]", body)  # type: ignore[misc]
        parts.append(re.sub(r"GC\((\d+)\)", lambda m, off=run * number: f"GC({int(m[1]) + off})", later))  # type: ignore[misc]
    return "".join(parts)


def serial(path: Path) -> list[Event]:
    return told(Reader().read(Source(str(path)).batches()))


def told(events: Iterator[Event]) -> list[Event]:
    """Without what each process says again."""
    return [event for event in events if not isinstance(event, Hint)]


def damaged(text: str) -> str:
    """Lines lost, cut, repeated and out of place, and bytes that are none of a log."""
    chance = random.Random(7)
    lines = text.splitlines(keepends=True)
    for _ in range(len(lines) // 400):
        at = chance.randrange(1, len(lines))
        lines[at] = chance.choice(("", lines[at][: len(lines[at]) // 2], lines[at] * 2, "\0\x80 junk\n", lines[at - 1]))
    return "".join(lines)


@pytest.mark.parametrize("make", [moved, lambda text, runs: text * runs, lambda text, runs: damaged(moved(text, runs))])
@pytest.mark.parametrize("sample", [G1, PARALLEL])
def test_several_processes_find_the_same_events(sample: str, make: object, tmp_path: Path) -> None:
    """One long run, several runs one after the other, and a damaged one."""
    text = text_of(sample)
    path = tmp_path / "gc.log"
    path.write_text(make(text, 6 * BLOCK // len(text) + 1))  # type: ignore[operator]
    source, whole = Source(str(path)), Source(str(path))
    reading = Parallel(source, workers=2, segment=2, first=1)
    assert told(reading.events()) == told(Reader().read(whole.batches()))
    assert (source.lines, source.size, source.cut) == (whole.lines, whole.size, whole.cut)


def test_a_long_run_is_guessed_right(tmp_path: Path) -> None:
    """Otherwise reading with several processes would be slower than with one."""
    text = text_of(G1)
    path = tmp_path / "gc.log"
    path.write_text(moved(text, 6 * BLOCK // len(text) + 1))
    reading = Parallel(Source(str(path)), workers=2, segment=2, first=1)
    assert any(isinstance(event, Pause) for event in reading.events())
    assert reading.misses == 0


def test_blocks_may_end_anywhere() -> None:
    text = text_of(G1).encode()
    expected = told(Reader().read(Source(str(SAMPLES / G1)).batches()))
    chance = random.Random(3)
    for _ in range(5):
        cuts = sorted(chance.sample(range(len(text)), 40))
        blocks = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        assert told(Reader().read(Source("-").pieces(blocks, b""))) == expected


def test_the_analysis_is_the_same_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = text_of(G1)
    path = tmp_path / "gc.log"
    path.write_text(moved(text, 8 * BLOCK // len(text) + 1))
    alone = analyze_logs((str(path),)).model_dump_json()
    monkeypatch.setattr("advisor.analyze.parallel.WORTH_BYTES", BLOCK)
    assert is_worth_it(Source(str(path)))
    assert analyze_logs((str(path),), workers=2).model_dump_json() == alone


def test_events_come_back_as_they_were() -> None:
    events = [event for sample in (G1, PARALLEL) for event in serial(SAMPLES / sample)]
    packer = Packer()
    for event in events:
        packer.add(event)
    assert list(unpacked(packer.packed())) == events
    for before, after in zip(events, unpacked(packer.packed(), 2.5), strict=True):
        if isinstance(before, Pause) and isinstance(after, Pause):
            assert after.end_s == pytest.approx((before.end_s or 0.0) + 2.5)
            assert after._replace(end_s=None) == before._replace(end_s=None)
        elif isinstance(before, Phase) and isinstance(after, Phase):
            assert after.time_s == pytest.approx((before.time_s or 0.0) + 2.5)


def test_only_large_plain_files_are_worth_it(tmp_path: Path) -> None:
    path = tmp_path / "gc.log"
    path.write_bytes(b"[0.1s] x\n" * 10)
    assert is_worth_it(Source(str(path)), worth_bytes=10)
    assert not is_worth_it(Source(str(path)))
    path.write_bytes(b"\x1f\x8b" + bytes(90))
    for source in (Source(str(path)), Source("-"), Source(str(tmp_path)), Source(str(tmp_path / "none"))):
        assert not is_worth_it(source, worth_bytes=10)
