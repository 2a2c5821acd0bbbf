"""Every rule of the shipped pack gives what its own examples say."""

from __future__ import annotations

import pytest

from advisor.rules.examples import run_example
from advisor.rules.load import load_rules
from advisor.rules.schema import Example, Rule

CASES = [(rule, example) for rule in load_rules() for example in rule.examples]


@pytest.mark.parametrize(("rule", "example"), CASES, ids=[f"{r.id}: {e.name}" for r, e in CASES])
def test_example(rule: Rule, example: Example) -> None:
    result = run_example(rule, example)
    assert result.found == result.expected, result.why_silent
