"""The measured error that a prediction shows is that of its own kind, and comes from the benchmark's pairs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.jvm.commandline import parse_text
from advisor.jvm.ergonomics import effective
from advisor.report.measured_text import measured_sentence
from advisor.simulate import measured
from advisor.simulate.measured import KINDS, kind_of_change, measured_error
from tests.simulate.programs import fixed, profile

OBSERVED = {"collector": "serial", "duration": "60s", "young_count": 100, "jdk": 17}


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ("-Xmx1g -XX:+UseSerialGC", "repetition"),
        ("-Xmx1024m -XX:+UseSerialGC -Dx=y", "sizes"),
        ("-Xmx2g -XX:+UseSerialGC", "sizes"),
        ("-Xmx1g -XX:+UseSerialGC -XX:MaxGCPauseMillis=9", "goals"),
        ("-Xmx1g -XX:+UseSerialGC -XX:MaxTenuringThreshold=1", "thresholds"),
        ("-Xmn100m -XX:+UseSerialGC -Xmx1g -XX:MaxTenuringThreshold=1", "several"),
    ],
)
def test_kind_of_change(after: str, kind: str) -> None:
    """By the flags that differ, whatever their order; a property is no tuning."""
    assert kind_of_change(True, True, parse_text("-Xmx1g -XX:+UseSerialGC"), parse_text(after)) == kind


def test_collector_before_release_before_flags() -> None:
    """The largest difference names the kind."""
    old, new = parse_text("-Xmx1g"), parse_text("-Xmx2g")
    assert kind_of_change(False, False, old, new) == "collector"
    assert kind_of_change(True, False, old, new) == "JDK"


def test_the_row_is_of_the_same_collectors_and_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own row where there is one, else that of all collectors; nothing for a profile without a log."""

    def row(source: str, target: str, median: float) -> dict[str, object]:
        errors = {"pauses.total_ms": {"median": median, "p90": 0.5}}
        return {"from": source, "to": target, "change": "sizes", "pairs": 9, "programs": 3, "errors": errors}

    rows = [row("serial", "serial", 0.1), row("any", "any", 0.2)]
    (tmp_path / "fidelity.json").write_text(json.dumps({"rows": rows}), encoding="utf-8")
    monkeypatch.setattr(measured, "DATA", tmp_path / "fidelity.json")
    measured._rows.cache_clear()
    try:
        for collector, median in (("serial", 0.1), ("parallel", 0.2)):
            words = fixed(collector=collector)
            program = profile(collector, observed={**OBSERVED, "collector": collector}, flags=" ".join(words))
            flags = parse_text(" ".join(fixed(collector=collector, heap="800m")))
            target = effective(17, program.machine, flags)
            found = measured_error(program, target, flags)
            assert found is not None
            assert found.errors["pauses.total_ms"].median == median
            assert "9 pairs of real runs of 3 other programs" in measured_sentence(found)
        assert measured_error(profile(), target, flags) is None
    finally:
        measured._rows.cache_clear()


def test_shipped_rows_are_sound() -> None:
    """Every row is of a known kind, and no median is above its nine of ten."""
    for (source, target, change), row in measured._rows().items():
        assert change in KINDS, (source, target)
        assert row["pairs"] >= 5
        assert all(0 <= spread["median"] <= spread["p90"] for spread in row["errors"].values())
    assert measured._rows()
