"""What a check is: its name, what its page says, and the function that speaks or stays silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advisor.analyze.diagnose.case import Case
from advisor.model.analysis import Diagnosis

LookAt = Callable[[Case], Diagnosis | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that may be wrong. The texts are those of the table in docs/diagnosis.md."""

    id: str
    """Kebab-case and permanent."""
    says: str
    """What it means when it speaks."""
    rule: str
    """When it speaks, with its thresholds."""
    source: str
    """Where the thresholds come from."""
    look: LookAt

    def run(self, case: Case) -> Diagnosis | None:
        """The finding with this check's id, or None."""
        found = self.look(case)
        return None if found is None else found.model_copy(update={"id": self.id})
