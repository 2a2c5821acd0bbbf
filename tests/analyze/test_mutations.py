"""Damaged logs: never a crash, never a wrong number in silence."""

from __future__ import annotations

import gzip
import random
import re
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.model.analysis import Analysis
from tests.analyze.logs import SAMPLES, serial_log
from tests.analyze.mutations import MUTATIONS, Lines, check, excerpts, marked, mutated

LOGS = sorted(SAMPLES.glob("*.log.gz"))
PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_laws_hold_whatever_happens_to_a_log(part: int, tmp_path: Path) -> None:
    """500 mutations of the sample logs."""
    path = tmp_path / "damaged.log"
    for what, text in mutated(excerpts(LOGS, 1), 50, 1000 + part):
        path.write_bytes(text)
        try:
            check(path)
        except Exception as error:
            error.add_note(what)
            raise


def whole(name: Path) -> Lines:
    """A sample log up to where its JVM begins to end, less what comes after the last collection."""
    return gzip.decompress(name.read_bytes()).rstrip(b"\n").split(b"\n")


def analysed(lines: Lines, path: Path) -> Analysis:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return analyze_logs((str(path),))


@pytest.mark.parametrize("name", LOGS, ids=lambda path: path.name)
def test_a_whole_log_is_not_marked(name: Path, tmp_path: Path) -> None:
    found = analysed(whole(name), tmp_path / "gc.log")
    assert not marked(found)
    assert found.source.lines_skipped == 0


def ends(lines: Lines) -> list[int]:
    """The lines that end a pause."""
    return [index for index, line in enumerate(lines) if re.search(rb"GC\(\d+\) Pause .*ms$", line)]


@pytest.mark.parametrize("name", LOGS, ids=lambda path: path.name)
@pytest.mark.parametrize("what", ["cut", "garbled", "lost", "repeated", "joined", "moved"])
def test_damage_to_a_pause_is_said(what: str, name: Path, tmp_path: Path) -> None:
    """One line in the midst of a log: either the figures stay, or the answer says that they are partial."""
    original = whole(name)
    before = analysed(original, tmp_path / "whole.log").pauses
    stream = random.Random(what)
    for index in stream.sample(ends(original)[5:-5], 3):
        lines = list(original)
        if what == "cut":
            lines[index] = lines[index][: -stream.randrange(1, 12)]
        elif what == "garbled":
            at = lines[index].index(b"Pause") + stream.randrange(12)
            lines[index] = lines[index][:at] + b"\xff\0" + lines[index][at + 2 :]
        elif what == "lost":
            del lines[index]
        elif what == "repeated":
            lines.insert(index, lines[index])
        elif what == "joined":
            lines[index : index + 2] = [lines[index] + lines[index + 1]]
        else:
            lines.insert(10, lines.pop(index))
        found = analysed(lines, tmp_path / "gc.log")
        same = (found.pauses.count, found.pauses.total_ms, found.pauses.max_ms)
        assert marked(found) or same == (before.count, before.total_ms, before.max_ms), (what, original[index])
        if what == "repeated":
            assert same == (before.count, before.total_ms, before.max_ms)
            assert found.source.lines_skipped == 1


def test_a_pause_of_plain_logging_that_is_lost_leaves_a_gap(tmp_path: Path) -> None:
    """Without start lines the numbers of the collections tell."""
    lines = [line.encode() for line in serial_log() if "Pause" in line or "GC(" not in line]
    del lines[15]
    found = analysed(lines, tmp_path / "gc.log")
    assert any("neither a pause nor a phase" in note for note in found.source.notes)


def test_a_log_without_its_beginning_says_so(tmp_path: Path) -> None:
    """Rotation took it, or a hand."""
    lines = [line.encode() for line in serial_log()]
    at = next(index for index, line in enumerate(lines) if b"GC(17) " in line)
    found = analysed(lines[at:], tmp_path / "gc.log")
    assert found.source.notes == ("The log begins with collection 17: what came before is not in it.",)
    assert found.pauses.count == 40 - 17


def test_two_lines_in_one_are_two_pauses(tmp_path: Path) -> None:
    lines = [line.encode() for line in serial_log() if "Pause" in line or "GC(" not in line]
    whole_log = analysed(lines, tmp_path / "whole.log")
    lines[15:17] = [lines[15] + lines[16]]
    assert analysed(lines, tmp_path / "gc.log").pauses == whole_log.pauses


def test_a_pause_longer_than_the_time_it_had_is_left_out(tmp_path: Path) -> None:
    """A digit too many: 4 ms become 94 s, more than the JVM had run."""
    lines = serial_log()
    before = analysed([line.encode() for line in lines], tmp_path / "whole.log")
    index = next(i for i, line in enumerate(lines) if "GC(20) Pause Young" in line)
    lines[index] = lines[index].replace("4.000ms", "94004.000ms")
    found = analysed([line.encode() for line in lines], tmp_path / "gc.log")
    assert found.source.lines_skipped == 1
    assert found.source.notes == ("Lines skipped: 1 (1 contradictory).",)
    assert found.pauses.max_ms == before.pauses.max_ms
    assert found.pauses.count == (before.pauses.count or 0) - 1


def test_a_wrong_time_stamp_does_not_stretch_the_log(tmp_path: Path) -> None:
    lines = serial_log()
    before = analysed([line.encode() for line in lines], tmp_path / "whole.log")
    index = next(i for i, line in enumerate(lines) if "GC(20) Pause Young" in line)
    lines[index] = re.sub(r"^\[", "[99", lines[index])
    found = analysed([line.encode() for line in lines], tmp_path / "gc.log")
    assert found.duration_s == before.duration_s
    assert marked(found)


def test_two_jvms_that_write_to_one_file_are_told(tmp_path: Path) -> None:
    """Their lines alternate: pauses are those of both."""
    first = [line.encode() for line in serial_log(collections=300)]
    second = [line.encode() for line in serial_log(collections=20, rate_mb_s=7.0)]
    second = second[:7] + second[7:]
    mixed = first[:600]
    for number, line in enumerate(second):
        mixed[600 + 5 * number : 600 + 5 * number] = [line]
    mixed += first[600:]
    found = analysed(mixed, tmp_path / "gc.log")
    assert any("mixed" in note or "runs of a JVM" in note for note in found.source.notes)


def test_every_mutation_changes_something() -> None:
    stream = random.Random(5)
    lines = [line.encode() for line in serial_log()]
    other = [line.encode() for line in serial_log(collections=60, survive_mb=4)]
    for name, mutate in MUTATIONS.items():
        results = [mutate(list(lines), stream, [other]) for _ in range(5)]
        assert any(result != lines for result in results), name
