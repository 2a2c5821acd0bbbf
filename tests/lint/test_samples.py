"""Whole files: what is wrong in them, and only that."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from advisor.lint import LintOptions, lint_paths
from tests.lint.support import SAMPLES, expected, sample_id


@pytest.mark.parametrize("path", SAMPLES, ids=sample_id)
def test_a_sample_has_exactly_the_findings_that_its_comments_name(path: Path) -> None:
    report = lint_paths([str(path)], LintOptions(pedantic=True))
    assert Counter((finding.line, finding.check) for finding in report.findings) == expected(path)
    assert report.notes == ()


@pytest.mark.parametrize("path", [path for path in SAMPLES if "clean" in path.name], ids=sample_id)
def test_clean_samples_hold_options_and_promise_no_finding(path: Path) -> None:
    assert not expected(path)
    assert "-XX:" in path.read_text(encoding="utf-8")


def test_all_samples_together_are_reported_in_order_and_the_same_way_twice() -> None:
    folder = str(SAMPLES[0].parent.parent)
    first, second = (lint_paths([folder], LintOptions(pedantic=True)) for _ in range(2))
    assert first == second
    places = [(f.path, f.line, f.column) for f in first.findings]
    assert places == sorted(places)
    assert first.files == len(SAMPLES)
    assert first.suppressed == 1
    assert len(first.findings) == sum(sum(expected(path).values()) for path in SAMPLES)
