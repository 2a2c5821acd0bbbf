"""The expression that finds telling lines finds what a look at every line finds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from advisor.analyze.events import Event, Hint, Pause
from advisor.analyze.formats.unified import Unified, reader
from advisor.analyze.sources import Source
from advisor.analyze.text import Text
from tests.analyze.logs import SAMPLES, serial_log
from tests.analyze.mutations import excerpts, mutated

LOGS = sorted(SAMPLES.glob("*.log.gz"))


def scanned(pieces: Sequence[Text]) -> list[Event]:
    """Without hints at the release, which are told once or every time."""
    return [event for event in Unified().events(pieces) if not isinstance(event, Hint)]


def line_by_line(pieces: Sequence[Text], monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    with monkeypatch.context() as patch:
        patch.setattr(reader, "is_decorated", lambda _text: False)
        return scanned(pieces)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.name)
def test_samples(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = list(Source(str(path)).batches())
    found = scanned(pieces)
    assert found == line_by_line(pieces, monkeypatch)
    assert sum(isinstance(event, Pause) for event in found) > 20


@pytest.mark.shared
def test_reference_logs(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted((shared / "gclogs" / "generated").glob("*.gz"))[::3]:
        pieces = list(Source(str(path)).batches())
        assert scanned(pieces) == line_by_line(pieces, monkeypatch), path.name


def test_damaged_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are the same, whatever happened to the lines around them."""
    path = tmp_path / "damaged.log"
    for what, text in mutated(excerpts(LOGS, 3, lines=150), 120, 77):
        if text.count(b"\0") or b"GC(" not in text[:200]:
            continue
        path.write_bytes(text)
        pieces = list(Source(str(path)).batches())
        found, wanted = scanned(pieces), line_by_line(pieces, monkeypatch)
        assert [event for event in found if isinstance(event, Pause)] == [
            event for event in wanted if isinstance(event, Pause)
        ], what


def test_where_a_log_is_parted_does_not_matter() -> None:
    """Blocks end anywhere between lines: in the midst of a collection, too."""
    lines = serial_log()
    whole = scanned([Text("\n".join(lines))])
    stream = random.Random(1)
    for _ in range(20):
        at = stream.randrange(1, len(lines))
        assert scanned([Text("\n".join(lines[:at])), Text("\n".join(lines[at:]))]) == whole


def test_a_text_is_its_lines() -> None:
    text = Text("a\nb\n\nc")
    assert (len(text), list(text), text[1], text[-2:]) == (4, ["a", "b", "", "c"], "b", ["", "c"])
    assert len(Text("")) == 1
