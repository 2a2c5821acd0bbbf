"""Profiles are read strictly, and every refusal names file, line, and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.documents import parse_yaml
from advisor.model.errors import InputError
from advisor.model.goals import Goal
from advisor.model.profile import WorkloadProfile, load_profile

GOOD = """\
jdk: 17
machine: {cpus: 4, memory: 4g}
flags: -Xmx2g -XX:+UseG1GC
allocation: {rate: 350 MB/s, burstiness: 0.4}
lifetimes:
  components:
    - {share: 5%, mean: 2s}
  retained: 800m
goals:
  limits: ["p99_pause < 50ms", "throughput >= 95%"]
  minimize: [rss]
"""


def read(tmp_path: Path, text: str) -> WorkloadProfile:
    path = tmp_path / "profile.yaml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)


def test_a_profile_reads_as_people_write_it(tmp_path: Path) -> None:
    profile = read(tmp_path, GOOD)
    assert profile.flags == ("-Xmx2g", "-XX:+UseG1GC")
    assert profile.allocation is not None
    assert float(profile.allocation.rate) == 350 * (1 << 20)
    assert profile.live == 800 << 20
    assert profile.goals.limit("p99_pause") == pytest.approx(0.05)
    assert profile.goals.floor("throughput") == pytest.approx(0.95)


def test_a_dumped_profile_is_the_same_profile(tmp_path: Path) -> None:
    profile = read(tmp_path, GOOD)
    assert WorkloadProfile.model_validate(profile.model_dump(mode="json")) == profile


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("machine: {cpus", "machin: {cpus"), 2, "did you mean 'machine'"),
        (("burstiness", "burstyness"), 4, "did you mean 'burstiness'"),
        (("rate: 350 MB/s", "rate: fast"), 4, "expected a rate such as 350 MB/s"),
        (("memory: 4g", "memory: -4g"), 2, "not negative"),
        (("cpus: 4", "cpus: many"), 2, "integer"),
        (("jdk: 17", "jdk: 12"), 1, "8, 11, 17, 21 or 25"),
        (("retained: 800m", "retained: 5g"), 1, "does not fit the memory"),
        (("p99_pause < 50ms", "p98_pause < 50ms"), 10, "unknown goal"),
        (("share: 5%", "share: 500%"), 7, "between 0 and 1"),
        (("mean: 2s}", "mean: 2s"), 8, "not valid YAML"),
        (("jdk: 17", "jdk: 17\njdk: 21"), 2, "given twice"),
    ],
)
def test_a_wrong_profile_names_line_and_expectation(
    tmp_path: Path, change: tuple[str, str], line: int, words: str
) -> None:
    assert change[0] in GOOD
    with pytest.raises(InputError) as caught:
        read(tmp_path, GOOD.replace(*change))
    assert str(caught.value).startswith(f"{tmp_path / 'profile.yaml'}:{line}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "just words",
        "a: &x [1]\nb: *x",
        "!!python/object/apply:os.system ['id']",
        "[" * 100,
        "\x00",
        "a: " + "{b: " * 60,
    ],
)
def test_hostile_or_foreign_yaml_is_one_message(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert "profile.yaml" in str(caught.value)


def test_binary_and_missing_files_are_one_message(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    for name in ("binary.yaml", "missing.yaml"):
        with pytest.raises(InputError, match=name):
            load_profile(tmp_path / name)


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_a_document_or_an_input_error(text: str) -> None:
    try:
        parse_yaml(text, "x")
    except InputError as error:
        assert str(error).startswith("x")


def test_goals_hold_their_values_against_the_limit() -> None:
    goal = Goal.parse("rss <= 2g")
    assert goal.met_by(2 << 30)
    assert not goal.met_by((2 << 30) + 1)
    assert str(goal) == "rss <= 2 GB"
