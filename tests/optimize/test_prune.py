"""What a flag is worth, against a closed form; and that flags worth nothing go."""

from __future__ import annotations

import pytest

from advisor.jvm.commandline import parse_text
from advisor.jvm.ergonomics import effective
from advisor.model.errors import InputError, NotModelledError
from advisor.model.flags import FlagSet
from advisor.model.goals import Goals
from advisor.model.machine import Collector
from advisor.model.outcome import Outcome
from advisor.optimize.objective import objective
from advisor.optimize.prune import effects, leave_one_out, pruned
from advisor.optimize.ranges import space_for
from advisor.optimize.study import Study
from tests.optimize.workloads import MIB, Analytic, small


def test_effects_are_the_differences_of_the_closed_form() -> None:
    """Without -Xmn the young generation is a third of 600 MB instead of 100 MB; without -Xmx the heap is 256 MB."""
    profile = small()
    flags = parse_text("-XX:+UseParallelGC -Xmx600m -Xmn100m -XX:MaxTenuringThreshold=3")
    found = effects(profile, flags, Analytic(profile))
    assert list(found) == list(flags.words())
    young = effective(17, profile.machine, parse_text("-XX:+UseParallelGC -Xmx600m")).layout.young_max / MIB
    assert young == pytest.approx(200, abs=1)
    assert found["-Xmn100m"]["p99_ms"] == pytest.approx((young - 100) / 4 / 4, abs=0.01)
    assert found["-Xmn100m"]["throughput"] == pytest.approx(1 / 100 - 1 / young, abs=1e-5)
    assert found["-Xmn100m"]["rss_bytes"] == 0
    assert found["-Xmx600m"]["rss_bytes"] == (256 - 600) * MIB
    assert found["-XX:MaxTenuringThreshold=3"] == {"p99_ms": 0, "total_ms": 0, "throughput": 0, "rss_bytes": 0}


def test_a_flag_that_keeps_the_program_alive_is_marked() -> None:
    profile = small(lifetimes={"retained": "200m"})
    found = effects(profile, parse_text("-XX:+UseSerialGC -Xmx600m -Xmn100m"), Analytic(profile))
    assert found["-Xmx600m"]["oom"] == 1.0
    assert "oom" not in found["-Xmn100m"]


def test_what_cannot_be_left_out_alone_has_no_effect_to_tell() -> None:
    """The first is locked without its unlock option; the second has no outcome under another collector."""
    profile = small(machine={"cpus": 4, "memory": "4g"})
    locked = parse_text("-XX:+UseParallelGC -XX:+UnlockDiagnosticVMOptions -XX:+PrintNMethods")
    assert leave_one_out(profile, locked, Analytic(profile))[1][1] == {}

    def only_parallel(flags: FlagSet) -> Outcome:
        if effective(17, profile.machine, flags).collector != Collector.PARALLEL:
            raise NotModelledError("no model")
        return Analytic(profile)(flags)

    assert effects(profile, parse_text("-XX:+UseParallelGC"), only_parallel) == {"-XX:+UseParallelGC": {}}
    with pytest.raises(InputError):
        effects(profile, parse_text("-XX:+UseSerialGC"), only_parallel)


def test_flags_without_effect_go_and_the_others_stay() -> None:
    profile = small()
    space = space_for(profile, (Collector.SERIAL, Collector.PARALLEL))
    study = Study(objective(Goals(priority="latency")), Analytic(profile))
    full = study.run(parse_text("-XX:+UseParallelGC -Xmx160m -Xms160m -Xmn40m -XX:MaxTenuringThreshold=3"))
    assert pruned(space, study, full).flags.words() == ("-XX:+UseParallelGC", "-Xmx160m", "-Xmn40m")


def test_pruning_never_loses_more_than_its_tolerance_in_all() -> None:
    """Each of three flags is worth about 2 % of the pause: one may go, not all three."""
    profile = small()
    worth = {"-XX:MaxTenuringThreshold=3": 0.02, "-XX:SurvivorRatio=4": 0.021, "-Xmx600m": 0.022}

    def evaluate(flags: FlagSet) -> Outcome:
        lost = sum(value for text, value in worth.items() if text not in flags.words())
        whole = Analytic(profile)(parse_text("-XX:+UseParallelGC -Xmx600m"))
        pauses = whole.pauses.model_copy(update={"p99_ms": 1000 * (1 + lost)})
        return whole.model_copy(update={"pauses": pauses})

    space = space_for(profile, (Collector.SERIAL, Collector.PARALLEL))
    study = Study(objective(profile.goals), evaluate)
    full = study.run(parse_text("-XX:+UseSerialGC " + " ".join(worth)))
    left = pruned(space, study, full).flags.words()
    assert set(worth) - set(left) == {"-XX:MaxTenuringThreshold=3"}
