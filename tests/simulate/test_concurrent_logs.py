"""ZGC against logs of real JVMs: from what a log says of its program, the model gives the log's own cycles."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.analyze import LogTarget, analyze_logs
from advisor.model.profile import WorkloadProfile
from advisor.simulate import simulate

PACED = ("jdk11-zgc-steady", "jdk21-zgc-classic", "jdk25-zgc-gen", "fmt-jdk21-zgc-gen-debug", "fmt-jdk25-zgc-time-only")
"""Programs that allocate at an even rate, in heaps with room: nothing but the director's rules decides."""


@pytest.mark.shared
@pytest.mark.parametrize("name", PACED)
def test_the_directors_rules_give_the_number_of_pauses_of_a_real_log(shared: Path, name: str) -> None:
    log = shared / "gclogs" / "generated" / f"{name}.log.gz"
    analysis = analyze_logs((str(log),), LogTarget(cpus=2))
    profile = WorkloadProfile.model_validate(analysis.profile)
    outcome = simulate(profile, profile.flags, replicates=1)
    assert analysis.pauses.count
    assert outcome.pauses.count == pytest.approx(analysis.pauses.count, rel=0.2)
    assert outcome.failures["allocation_stall"] == 0


@pytest.mark.shared
@pytest.mark.parametrize("name", ["jdk17-zgc-alloc-stall", "jdk21-zgc-gen-alloc-stall"])
def test_programs_that_waited_for_memory_are_predicted_to_wait(shared: Path, name: str) -> None:
    log = shared / "gclogs" / "generated" / f"{name}.log.gz"
    profile = WorkloadProfile.model_validate(analyze_logs((str(log),), LogTarget(cpus=2)).profile)
    assert profile.observed is not None
    assert profile.observed.allocation_stalls > 100
    assert simulate(profile, profile.flags, replicates=1).failures["allocation_stall"]
