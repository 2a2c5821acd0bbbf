"""METRICS -> DIAGNOSIS: what is wrong or worth knowing, the evidence, how sure it is, and what to do.

A check is a function that answers for its one subject or stays silent, with its texts a `Check`; a new one is a line in
the `CHECKS` of its theme, and a theme a line in `THEMES`.
"""

from __future__ import annotations

from advisor.analyze.diagnose import cycles, failures, log, memory, pauses, requests, safepoints, young
from advisor.analyze.diagnose.case import Case
from advisor.analyze.diagnose.check import Check
from advisor.analyze.diagnose.flags import usable
from advisor.model.analysis import Diagnosis

__all__ = ["CHECKS", "THEMES", "Case", "Check", "diagnose"]

THEMES: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("Failures", failures.CHECKS),
    ("Pauses", pauses.CHECKS),
    ("Memory", memory.CHECKS),
    ("Young generation", young.CHECKS),
    ("Concurrent cycles", cycles.CHECKS),
    ("Asked for", requests.CHECKS),
    ("Safepoints and side work", safepoints.CHECKS),
    ("The log itself", log.CHECKS),
)
CHECKS: tuple[Check, ...] = tuple(check for _, checks in THEMES for check in checks)
_ORDER = {"error": 0, "warning": 1, "info": 2}


def diagnose(case: Case) -> tuple[Diagnosis, ...]:
    """All findings: the gravest first, then those that cost most."""
    found = [_with_usable(finding, case) for check in CHECKS if (finding := check.run(case)) is not None]
    return tuple(sorted(found, key=lambda finding: (_ORDER[finding.severity], -finding.weight, finding.id)))


def _with_usable(finding: Diagnosis, case: Case) -> Diagnosis:
    """What the log says of its own command line is evidence, not advice."""
    if finding.id in ("questionable-flags", "incomplete-log", "no-time-stamps"):
        return finding
    return finding.model_copy(update={"flags": usable(finding.flags, case)})
