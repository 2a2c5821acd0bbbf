"""A rule file that was damaged or forged anywhere is one message or a rule that does no harm."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.model.errors import InputError
from advisor.rules import propose
from advisor.rules.examples import run_example
from advisor.rules.load import read_rule
from tests.conftest import ROOT
from tests.recommend.profiles import random_profile

PACK = sorted((ROOT / "rules" / "recommend").glob("*.yaml"))
MARKS = "{}[]:,'\"!&*-|>#\t\x00é()0 9e%@"


def damaged(text: str, chance: random.Random) -> str:
    """The text with something put in, cut out, copied or moved."""
    here, there = chance.randrange(len(text)), chance.randrange(len(text))
    match chance.randrange(4):
        case 0:
            return text[:here] + chance.choice(MARKS) + text[here:]
        case 1:
            return text[:here] + text[here + chance.randint(1, 12) :]
        case 2:
            return text[:here] + text[there : there + 20] + text[here:]
    lines = text.split("\n")
    line = chance.randrange(len(lines))
    lines[line], lines[-1 - line] = lines[-1 - line], lines[line]
    return "\n".join(lines)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PACK), st.integers(1, 3), st.randoms(use_true_random=False))
def test_damage_is_told_or_harmless(tmp_path: Path, path: Path, times: int, chance: random.Random) -> None:
    text = path.read_text(encoding="utf-8")
    for _ in range(times):
        text = damaged(text, chance)
    forged = tmp_path / path.name
    forged.write_text(text, encoding="utf-8")
    with contextlib.suppress(InputError):
        rule = read_rule(forged)
        propose(random_profile(chance.randrange(1000)), (rule,))
        for example in rule.examples:
            run_example(rule, example)
