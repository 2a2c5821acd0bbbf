"""Where logs come from: folders, patterns, archives, rotation, copies, encodings."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.analyze.formats import choose
from advisor.analyze.sources import MAX_LINE, Source, groups, opened_in_order
from advisor.analyze.sources.names import natural
from advisor.model.analysis import Analysis
from advisor.model.errors import InputError
from tests.analyze.logs import SAMPLES, serial_log

LINES = serial_log()
TEXT = "\n".join(LINES) + "\n"
HEADER = 7


def sniff(lines: Sequence[str]) -> str | None:
    form = choose(lines)
    return form.name if form else None


def order(*names: Path) -> list[str]:
    """The file names in the order in which they are read."""
    return [Path(source.name).name for source in opened_in_order([str(name) for name in names], sniff).sources]


def figures(analysis: Analysis) -> dict[str, object]:
    """Everything but where it came from."""
    return analysis.model_dump(exclude={"source": {"files", "notes", "bytes", "lines"}, "profile": {"name"}})


def analysed(*names: Path) -> Analysis:
    return analyze_logs([str(name) for name in names])


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    path = tmp_path_factory.mktemp("plain") / "gc.log"
    path.write_text(TEXT)
    return figures(analysed(path))


def cut_in(folder: Path, names: Sequence[str], lines: Sequence[str] = LINES) -> list[Path]:
    """The log as rotation leaves it: its parts under these names, the oldest first."""
    step = -(-len(lines) // len(names))
    paths = []
    for number, name in enumerate(names):
        text = "\n".join(lines[number * step : (number + 1) * step]) + "\n"
        path = folder / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        paths.append(path)
    return paths


ROTATIONS = {
    "wrapped around": ("gc.log.3", "gc.log.4", "gc.log.0", "gc.log.1", "gc.log"),
    "ten and more": ("gc.log.8", "gc.log.9", "gc.log.10", "gc.log.11", "gc.log"),
    "JDK 8": ("gc.log.1", "gc.log.2", "gc.log.3", "gc.log.0.current"),
    "compressed since": ("gc.log.0.gz", "gc.log.1.gz", "gc.log"),
}


@pytest.mark.parametrize("name", ROTATIONS)
def test_rotated_parts_are_one_log(name: str, tmp_path: Path, expected: dict[str, object]) -> None:
    """However they are given: in any order, as a folder, as a pattern, in an archive."""
    paths = cut_in(tmp_path, ROTATIONS[name])
    archive = tmp_path.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in paths[::-1]:
            packed.write(path, f"logs/{path.name}")
        packed.writestr("__MACOSX/gc.log", "x")
    for names in (paths, paths[::-1], [tmp_path], [tmp_path / "gc.log*"], [archive]):
        analysis = analysed(*names)
        assert figures(analysis) == expected
        assert [Path(name).name for name in analysis.source.files] == list(ROTATIONS[name])
        assert analysis.source.notes == ()


def test_dates_come_before_uptime(tmp_path: Path) -> None:
    """After a restart uptime begins anew; dates go on."""
    for name, day, uptime in (("gc.log", 23, 1), ("gc.log.0", 21, 90), ("gc.log.1", 22, 500)):
        line = (
            f"[2026-11-{day}T10:00:00.000+0100][{uptime}.000s][info][gc] GC(3) Pause Young (Normal) 3M->2M(9M) 1.0ms\n"
        )
        (tmp_path / name).write_text(line)
    assert order(tmp_path) == ["gc.log.0", "gc.log.1", "gc.log"]


def test_without_time_stamps_the_numbers_of_collections_tell(tmp_path: Path) -> None:
    bare = [line.partition("] ")[2].partition("] ")[2] or line.rpartition("] ")[2] for line in LINES[HEADER:]]
    assert bare[0].startswith("GC(0) ")
    names = ("gc.log.2", "gc.log.0", "gc.log.1", "gc.log")
    assert order(*cut_in(tmp_path, names, bare)[::-1]) == list(names)


def test_the_newest_part_of_another_run_comes_last(tmp_path: Path) -> None:
    """Uptime alone would put the part that the restarted JVM writes first."""
    paths = cut_in(tmp_path, ("gc.log.0", "gc.log.1"), LINES[40:])
    newest = tmp_path / "gc.log"
    newest.write_text(TEXT)
    opened = opened_in_order([str(path) for path in (newest, *paths)], sniff)
    assert [Path(source.name).name for source in opened.sources] == ["gc.log.0", "gc.log.1", "gc.log"]
    assert "another run" in opened.notes[0]


def test_copies_are_read_once(tmp_path: Path, expected: dict[str, object]) -> None:
    """The same file by two names, a compressed copy, and a copy made while the log was shorter."""
    whole = tmp_path / "gc.log"
    whole.write_text(TEXT)
    (tmp_path / "gc.log.gz").write_bytes(gzip.compress(TEXT.encode()))
    (tmp_path / "gc-yesterday.log").write_text("\n".join(LINES[:60]) + "\n")
    (tmp_path / "link.log").symlink_to(whole)
    analysis = analysed(tmp_path)
    assert figures(analysis) == expected
    assert len(analysis.source.notes) == 2
    assert all("left out" in note for note in analysis.source.notes)
    assert analysed(whole, whole, tmp_path / ".." / tmp_path.name / "gc.log").source.notes == ()


def test_other_files_of_a_folder_are_left_out_and_named(tmp_path: Path, expected: dict[str, object]) -> None:
    (tmp_path / "gc.log").write_text(TEXT)
    (tmp_path / "app.log").write_text("INFO started\n" * 50)
    (tmp_path / "app.jar").write_bytes(bytes(range(256)))
    (tmp_path / "empty.log").touch()
    (tmp_path / ".hidden").write_text(TEXT)
    analysis = analysed(tmp_path)
    assert figures(analysis) == expected
    assert analysis.source.notes == ("3 files without a line of a GC log left out: app.jar, app.log, empty.log.",)


def test_a_named_file_that_is_no_log_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "gc.log").write_text(TEXT)
    (tmp_path / "app.jar").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="binary"):
        analysed(tmp_path / "gc.log", tmp_path / "app.jar")


def test_a_folder_without_a_log(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text("INFO started\n" * 50)
    with pytest.raises(InputError, match="no GC log among the files"):
        analysed(tmp_path)
    with pytest.raises(InputError, match="no file matches"):
        analysed(tmp_path / "*.txt")


def test_formats_are_not_mixed(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(TEXT)
    (tmp_path / "b.log").write_text(
        "1.234: [GC [PSYoungGen: 1024K->512K(2048K)] 1024K->600K(4096K), 0.0012 secs]\n" * 5
    )
    with pytest.raises(InputError, match="different formats"):
        analysed(tmp_path)


def test_groups_are_the_logs_of_one_name(tmp_path: Path) -> None:
    """Rotated parts belong together; a folder of other services' logs does not."""
    for service in ("orders", "users"):
        (tmp_path / service).mkdir()
        cut_in(tmp_path / service, ("gc.log.0", "gc.log.1.gz", "gc.log"))
    (tmp_path / "users" / "batch-20261123.log").write_text(TEXT)
    found = groups([str(tmp_path / "orders"), str(tmp_path / "users")], sniff)
    assert [[Path(name).name for name in group] for group in found] == [
        ["gc.log", "gc.log.0", "gc.log.1.gz"],
        ["batch-20261123.log"],
        ["gc.log", "gc.log.0", "gc.log.1.gz"],
    ]
    assert all(analyze_logs(group).pauses.count == 40 for group in found)


def test_a_member_of_an_archive_is_a_name(tmp_path: Path, expected: dict[str, object]) -> None:
    archive = tmp_path / "logs.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("pod/gc.log", TEXT)
        packed.writestr("pod/other.log.gz", gzip.compress(TEXT.encode()))
    assert figures(analysed(archive / "pod" / "gc.log")) == expected
    assert figures(analysed(archive / "pod" / "other.log.gz")) == expected
    with pytest.raises(InputError, match="no such file"):
        analysed(archive / "missing.log")


def utf16(text: str) -> bytes:
    return text.encode("utf-16")


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16 little endian": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 big endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "carriage returns alone": lambda text: text.replace("\n", "\r").encode(),
    "emptied while it was written": lambda text: b"\0" * 700_000 + text.encode(),
    "gzip of UTF-16": lambda text: gzip.compress(text.encode("utf-16")),
    "gzip in two members": lambda text: gzip.compress(text[:3000].encode()) + gzip.compress(text[3000:].encode()),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings(name: str, tmp_path: Path, expected: dict[str, object]) -> None:
    path = tmp_path / "gc.log"
    path.write_bytes(ENCODINGS[name](TEXT))
    assert figures(analysed(path)) == expected


def test_latin_1_between_the_lines(tmp_path: Path, expected: dict[str, object]) -> None:
    path = tmp_path / "gc.log"
    path.write_bytes(TEXT.encode().replace(b"\n", b"\nStra\xdfe erledigt \x80\xff\n"))
    assert figures(analysed(path)) == expected


FOREIGN = {
    "git-lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    "flight recording": b"FLR\0\0\2\0\1" + bytes(100),
    "heap dump": b"JAVA PROFILE 1.0.2\0" + bytes(100),
    "bzip2": bz2.compress(TEXT.encode()),
    "xz": lzma.compress(TEXT.encode()),
    "zip archive": b"PK\x03\x04 but not really",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_kinds_of_files_are_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "gc.log"
    path.write_bytes(FOREIGN[name])
    with pytest.raises(InputError, match=name) as caught:
        analysed(path)
    assert caught.value.hint


def test_damaged_archives(tmp_path: Path) -> None:
    """Cut anywhere: an error of ours, or what is there."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("gc.log", TEXT)
    raw = buffer.getvalue()
    path = tmp_path / "logs.zip"
    for damaged in (raw[:200], raw[:-10], raw[:100] + b"\xff" * 40 + raw[140:]):
        path.write_bytes(damaged)
        try:
            analysis = analysed(path)
        except InputError as error:
            assert str(path) in str(error)
        else:
            assert "log-cut" in {finding.id for finding in analysis.diagnosis}


def test_a_bomb_that_begins_like_a_log_is_stopped(tmp_path: Path) -> None:
    """Gigabytes of blanks after a log: neither time nor memory goes there."""
    gzipped, archive = tmp_path / "bomb.log.gz", tmp_path / "bomb.zip"
    megabyte = b" " * ((1 << 20) - 1) + b"\n"
    with gzip.open(gzipped, "wb", compresslevel=1) as stream:
        stream.write(TEXT.encode())
        for _ in range(300):
            stream.write(megabyte)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("gc.log", "w") as member:
        member.write(TEXT.encode())
        for _ in range(300):
            member.write(megabyte)
    for path in (gzipped, archive):
        tracemalloc.start()
        with pytest.raises(InputError, match="times its size"):
            list(map(len, opened_in_order([str(path)], sniff).sources[0].batches()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8_000_000


def test_a_line_without_end_is_cut_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "gc.log"
    path.write_bytes(TEXT.encode() + b"x" * (100 << 20) + b"\n" + LINES[-1].encode() + b"\n")
    source = Source(str(path))
    lengths = [len(line) for batch in source.batches() for line in batch]
    assert max(lengths) <= MAX_LINE + (1 << 18)
    assert source.long_lines == 1


def test_a_pipe_is_a_source(monkeypatch: pytest.MonkeyPatch, expected: dict[str, object]) -> None:
    """Standard input, gzipped or not."""
    for data in (TEXT.encode(), gzip.compress(TEXT.encode())):
        end, other = os.pipe()
        os.write(other, data)
        os.close(other)
        with open(end, "rb", closefd=True) as stream:  # noqa: PTH123 - a descriptor
            monkeypatch.setattr("sys.stdin", stream)
            assert figures(analyze_logs(("-",))) == expected


def test_numbers_in_names_are_numbers() -> None:
    names = ["gc.log.10", "gc.log.9", "gc.log", "gc.log.010", "gc.log.1"]
    assert sorted(names, key=natural) == ["gc.log", "gc.log.1", "gc.log.9", "gc.log.010", "gc.log.10"]


def test_samples_analyse_the_same_from_an_archive(tmp_path: Path) -> None:
    """A real log, packed as people send it."""
    sample = SAMPLES / "orders-jdk17-g1.log.gz"
    archive = tmp_path / "logs.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(sample, "a/b/gc.log.gz")
    assert figures(analysed(archive)) == figures(analysed(sample))
