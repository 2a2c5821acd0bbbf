"""Every rule of the shipped pack gives what its own examples say."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.rules.examples import run_example
from advisor.rules.load import load_rules, read_rule
from advisor.rules.schema import Example, Rule
from tests.conftest import ROOT

PACK = sorted((ROOT / "rules" / "recommend").glob("*.yaml"))


@pytest.mark.parametrize("path", PACK, ids=lambda path: path.stem)
def test_every_name_in_a_rule_exists(path: Path) -> None:
    assert read_rule(path).id == path.stem


def test_the_shipped_pack_is_what_the_files_say() -> None:
    written = [read_rule(path).model_dump(exclude={"examples"}) for path in PACK]
    assert [rule.model_dump() for rule in load_rules()] == written


CASES = [(rule, example) for rule in map(read_rule, PACK) for example in rule.examples]


@pytest.mark.parametrize(("rule", "example"), CASES, ids=[f"{r.id}: {e.name}" for r, e in CASES])
def test_example(rule: Rule, example: Example) -> None:
    result = run_example(rule, example)
    assert result.found == result.expected, result.why_silent
