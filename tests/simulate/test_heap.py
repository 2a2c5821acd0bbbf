"""Who survives, who is promoted, and the tenuring threshold."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.simulate.heap import Young, evacuate, tenuring_threshold
from advisor.simulate.mutator import Filling

_DESIRED = re.compile(r"Desired survivor size (\d+) bytes, new threshold (\d+) \(max threshold (\d+)\)")
_AGE = re.compile(r"- age +(\d+): +(\d+) bytes")


def _age_tables(path: Path) -> list[tuple[int, int, int, list[int]]]:
    """(desired, printed threshold, maximum, bytes by age) of every collection of a log."""
    tables: list[tuple[int, int, int, list[int]]] = []
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if found := _DESIRED.search(line):
                tables.append((int(found[1]), int(found[2]), int(found[3]), []))
            elif (found := _AGE.search(line)) and tables:
                sizes = tables[-1][3]
                sizes.extend([0] * (int(found[1]) - len(sizes)))
                sizes[int(found[1]) - 1] = int(found[2])
    return tables


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "gclogs/generated/jdk11-serial-steady.log.gz",
        "gclogs/generated/jdk17-serial-steady.log.gz",
        "gclogs/generated/jdk21-serial-leak.log.gz",
        "gclogs/generated/jdk25-serial-steady.log.gz",
        "truth/h2oltp--serial.log.gz",
        "truth/jython--serial.log.gz",
    ],
)
def test_the_threshold_rule_reproduces_what_real_jvms_printed(shared: Path, name: str) -> None:
    tables = _age_tables(shared / name)
    assert len(tables) >= 30
    for desired, printed, most, sizes in tables:
        assert tenuring_threshold(sizes, desired, 100, most) == printed


def _young(ages: list[float], eden: float, survivor: float) -> Young:
    return Young(1000.0, survivor, Filling(1000.0, [eden]), [[size] for size in ages], sum(ages))


bytes_ = st.floats(0, 500)


@given(st.lists(bytes_, max_size=15), bytes_, st.floats(1, 600), st.integers(0, 16))
def test_every_live_byte_is_copied_or_promoted(ages: list[float], eden: float, survivor: float, threshold: int) -> None:
    outcome = evacuate(_young(ages, eden, survivor), threshold)
    assert outcome.copied + outcome.promoted == pytest.approx(sum(ages) + eden)
    assert outcome.copied == pytest.approx(sum(map(sum, outcome.staying)))
    assert outcome.copied <= survivor * (1 + 1e-9)
    assert outcome.overflow == (
        outcome.copied == survivor and eden + sum(ages[: max(0, threshold - 1)]) > survivor and threshold > 0
    )


@given(st.lists(bytes_, max_size=15), bytes_, st.integers(0, 15))
def test_without_overflow_a_higher_threshold_never_promotes_more(
    ages: list[float], eden: float, threshold: int
) -> None:
    young = _young(ages, eden, 1e9)
    assert evacuate(young, threshold + 1).promoted <= evacuate(young, threshold).promoted


@given(st.lists(bytes_, max_size=15), st.floats(1, 600), st.integers(1, 99), st.integers(0, 15))
def test_a_larger_target_never_lowers_the_threshold(ages: list[float], survivor: float, target: int, most: int) -> None:
    lower = tenuring_threshold(ages, survivor, target, most)
    assert lower <= tenuring_threshold(ages, survivor, target + 1, most) <= most


def test_threshold_zero_promotes_all_and_overflow_thins_all_ages_alike() -> None:
    young = _young([30.0, 20.0], 50.0, 40.0)
    assert evacuate(young, 0).promoted == 100.0
    spilled = evacuate(young, 15)
    assert [sum(vector) for vector in spilled.staying] == pytest.approx([20.0, 12.0, 8.0])
    assert spilled.promoted == pytest.approx(60.0)
