"""The options of an advice -> those that the release of the log has and that would change something."""

from __future__ import annotations

from advisor.analyze.diagnose.case import Case
from advisor.jvm.catalog import catalog
from advisor.model.machine import JDKS

PARALLEL_REFERENCES = 17
"""From this release on G1 and Parallel process references in parallel by themselves (HotSpot g1Arguments.cpp)."""


def usable(flags: tuple[str, ...], case: Case) -> tuple[str, ...]:
    """Without flags that the release lacks, that are its default, or that the log shows in use; with what unlocks them.

    All of them where the log does not tell its release.
    """
    if case.logged_jdk not in JDKS:
        return flags
    kept = [flag for flag in flags if _changes(flag, case)]
    unlocks = sorted({unlock for flag in kept if (unlock := _unlock(flag, case)) is not None})
    return (*(f"-XX:+{unlock}" for unlock in unlocks), *kept)


def _name(flag: str) -> str | None:
    """`CMSScavengeBeforeRemark` of `-XX:+CMSScavengeBeforeRemark`; None for options that are no flags."""
    return flag.removeprefix("-XX:").lstrip("+-").partition("=")[0] if flag.startswith("-XX:") else None


def _changes(flag: str, case: Case) -> bool:
    name = _name(flag)
    if name is None:
        return True
    known = catalog(case.logged_jdk or 0).flag(name)
    if known is None or known.debug_only or flag in case.flags:
        return False
    if name == "ParallelRefProcEnabled" and (case.logged_jdk or 0) >= PARALLEL_REFERENCES:
        return False
    return not known.is_bool or (known.default == "true") != flag.startswith("-XX:+")


def _unlock(flag: str, case: Case) -> str | None:
    name = _name(flag)
    known = catalog(case.logged_jdk or 0).flag(name) if name else None
    unlock = known.unlocked_by if known else None
    return None if unlock is None or f"-XX:+{unlock}" in case.flags else unlock
