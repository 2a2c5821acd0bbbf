"""Public files with verdicts by hand: what lint says of the flags that they carry.

The reference lists each file's flags with their lines, so they are linted as command lines for the release that the
verdict assumed: one launch where a file is one launch, one launch a line where it describes several.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from advisor.jvm.commandline import has_placeholder
from advisor.lint import LintOptions
from advisor.lint.inspect import inspect
from advisor.lint.launch import Carrier, Launch, Target, Word
from advisor.lint.target import releases

FAMILIES = {
    "JF001": "unknown-flag", "JF002": "removed-flag", "JF003": "malformed-flag", "JF004": "bad-value",
    "JF005": "out-of-range", "JF006": "locked-flag", "JF007": "debug-build-flag", "JF008": "multiple-collectors",
    "JF011": "removed-option", "JF101": "deprecated-flag", "JF102": "obsolete-flag", "JF103": "deprecated-flag",
}  # fmt: skip
"""The reference's name of a finding -> the check that makes it."""
ONE_LAUNCH = {
    "jvm.options", "jvm.config (Trino/Presto)", "*.vmoptions", ".jvmopts", ".jvmopts-ci", "eclipse.ini", "Dockerfile",
    "Helm template",
}  # fmt: skip
MANY_LAUNCHES = {"Helm values", "YAML (k8s/ansible/app)"}


@dataclass(frozen=True)
class Row:
    """One file of the corpus."""

    number: str
    carrier: str
    jdk: int
    options: tuple[tuple[int, str], ...]
    wrong: frozenset[tuple[int, str]]
    """(line, check) by hand."""

    def found(self) -> frozenset[tuple[int, str]]:
        """(line, check) by lint, of the checks that the reference speaks of."""
        words = [
            (line, Word(text, place, place, Carrier.COMMAND_LINE, known=not has_placeholder(text)))
            for place, (line, text) in enumerate(self.options)
        ]
        lines = {word.start: line for line, word in words}
        groups = (
            [words] if self.carrier in ONE_LAUNCH else [[w for w in words if w[0] == n] for n in set(lines.values())]
        )
        launches = [Launch("corpus", tuple(word for _, word in group), _target(self.jdk)) for group in groups]
        told = [one.problem for launch in launches for one in inspect(launch, LintOptions())]
        return frozenset((lines[p.word.start], p.check) for p in told if p.check in FAMILIES.values())


def _target(jdk: int) -> Target:
    return releases(jdk, "assumed")


def _lines(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _verdicts(text: str) -> Iterator[tuple[int, str]]:
    for found in re.finditer(r"(?:^|; )([\d,-]+) (JF\d+) (?:error|warn)\b", text):
        if found[2] in FAMILIES:
            yield from ((line, FAMILIES[found[2]]) for line in _lines(found[1]))


def _options(text: str, jdk: int) -> Iterator[tuple[int, str]]:
    for line, prefix, option in re.findall(r"L(\d+):(\d+-?\d*:(?=-))?(\S+)", text.strip('"')):
        first, dash, last = prefix.rstrip(":").partition("-")
        if not prefix or int(first) <= jdk <= int(last or (999 if dash else first)):
            yield int(line), option.strip('"')


def rows(shared: Path) -> list[Row]:
    """The files whose carrier lint reads."""
    with (shared / "lint_corpus.tsv").open(encoding="utf-8", newline="") as stream:
        read = list(csv.DictReader(stream, delimiter="\t"))
    return [
        Row(
            row["n"],
            row["carrier"],
            int(row["jdk_assumed"]),
            tuple(_options(row["flags_in_file"], int(row["jdk_assumed"]))),
            frozenset(_verdicts(row["expected_findings_hand"])),
        )
        for row in read
        if row["carrier"] in ONE_LAUNCH | MANY_LAUNCHES
    ]


@pytest.mark.shared
def test_lint_says_of_public_files_what_a_careful_reader_said(shared: Path) -> None:
    corpus = rows(shared)
    assert len(corpus) >= 28
    wanted = {(row.number, *place) for row in corpus for place in row.wrong}
    found = {(row.number, *place) for row in corpus for place in row.found()}
    assert len(wanted) > 25
    recall = len(wanted & found) / len(wanted)
    precision = len(wanted & found) / len(found)
    assert recall >= 0.95, sorted(wanted - found)
    assert precision >= 0.9, sorted(found - wanted)


@pytest.mark.shared
def test_files_that_a_careful_reader_found_clean_stay_clean(shared: Path) -> None:
    clean = [row for row in rows(shared) if not row.wrong]
    assert len(clean) > 15
    assert {row.number: row.found() for row in clean if row.found()} == {}
