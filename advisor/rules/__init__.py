"""PROFILE -> RULES -> PROPOSALS."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.model.goals import Goals
from advisor.model.profile import WorkloadProfile
from advisor.rules.load import load_rules
from advisor.rules.resolve import Overruled, Proposals, Proposed, Silence
from advisor.rules.resolve import propose as _propose
from advisor.rules.schema import Rule

__all__ = ["Overruled", "Proposals", "Proposed", "Rule", "Silence", "load_rules", "propose"]


def propose(profile: WorkloadProfile, rules: Sequence[Rule] | None = None, *, goals: Goals | None = None) -> Proposals:
    """What the rules (the shipped pack by default) propose for a profile, `goals` in place of the profile's own.

    The decision starts from the JVM's defaults. Raises InputError when the rule pack contradicts itself.
    """
    asked = profile if goals is None else profile.model_copy(update={"goals": goals})
    return _propose(asked, load_rules() if rules is None else rules)
