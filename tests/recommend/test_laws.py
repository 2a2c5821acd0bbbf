"""Laws that every recommendation keeps, over thousands of random profiles, with real JVMs as the judge of the flags."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from advisor.jvm.commandline import flag_values, parse_words
from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import effective
from advisor.model.machine import Jdk
from advisor.model.profile import WorkloadProfile
from advisor.model.recommendation import Recommendation
from advisor.recommend import recommend
from tests.conftest import JvmRun
from tests.recommend.profiles import random_profile

PROFILES = 2000
ON_REAL_JVMS = 200
"""Profiles per release whose flags start the real JVM."""
HOST_BYTES = 384 << 20
"""Heaps above this are scaled down before a real JVM is started: the flags may ask it to touch all of it."""


def advised(seeds: range) -> Iterator[tuple[WorkloadProfile, Recommendation]]:
    """Profiles with what is recommended for them, unsimulated."""
    for seed in seeds:
        profile = random_profile(seed)
        yield profile, recommend(profile, simulated=False)


@pytest.fixture(scope="module")
def cases() -> list[tuple[WorkloadProfile, Recommendation]]:
    return list(advised(range(PROFILES)))


def test_most_profiles_are_answered(cases: list[tuple[WorkloadProfile, Recommendation]]) -> None:
    refused = sum(result.refused is not None for _, result in cases)
    assert refused < 0.35 * PROFILES


def test_memory_parts_stay_within_the_limit(cases: list[tuple[WorkloadProfile, Recommendation]]) -> None:
    for profile, result in cases:
        if result.refused is None:
            assert sum(result.memory.parts.values()) + result.memory.headroom_bytes == profile.machine.memory
            assert all(size >= 0 for size in result.memory.parts.values())


def test_the_heap_holds_the_live_set_or_the_advice_is_refused(
    cases: list[tuple[WorkloadProfile, Recommendation]],
) -> None:
    for profile, result in cases:
        if result.refused is None and profile.live is not None:
            assert result.memory.parts["heap"] >= profile.live
        if result.refused is not None:
            assert result.flags == ()
            assert len(result.refused) > 20


def test_no_flag_equals_the_effective_default(cases: list[tuple[WorkloadProfile, Recommendation]]) -> None:
    for profile, result in cases:
        for flag in result.flags:
            if "Unlock" in flag:
                continue
            implied = "-Xms" if flag.startswith("-Xmx") else "none"
            words = [word for word in (*result.kept, *result.flags) if word != flag and not word.startswith(implied)]
            others = parse_words(words)
            without = effective(profile.jdk, profile.machine, others)
            wanted = flag_values(parse_words([flag]), profile.jdk)
            assert any(without.value(name) != value for name, value in wanted.items()), (flag, result.flags)


def test_no_flag_is_refused_or_warned_about(cases: list[tuple[WorkloadProfile, Recommendation]]) -> None:
    for profile, result in cases:
        verdicts = judge(parse_words([*result.kept, *result.flags]), profile.jdk, profile.machine)
        assert [v for v in verdicts if v.severity != "info"] == [], (profile.jdk, result.flags)


def test_every_flag_has_a_reason_with_rule_and_source(cases: list[tuple[WorkloadProfile, Recommendation]]) -> None:
    for _, result in cases:
        assert [reason.flag for reason in result.reasons] == list(result.flags)
        assert all(reason.rule and reason.because and reason.source for reason in result.reasons)
        assert all("{" not in reason.because for reason in result.reasons)


def test_the_same_profile_gives_the_same_bytes() -> None:
    for seed in range(60):
        first, second = (recommend(random_profile(seed), seed=1).model_dump_json() for _ in range(2))
        assert first == second


def _for_this_host(flags: tuple[str, ...], jdk: int) -> list[str]:
    """The flags with the sizes of heap and generations scaled down; every name, and every ratio between them, stays."""
    values = flag_values(parse_words(flags), jdk)
    heap = values.get("MaxHeapSize", 0)
    if not isinstance(heap, int) or heap <= HOST_BYTES:
        return list(flags)
    words: list[str] = []
    for option in parse_words(flags):
        size = next((v for v in flag_values(parse_words([option.text]), jdk).values() if isinstance(v, int)), 0)
        prefix = re.match(r"-Xm[xsn]|-XX:(?:NewSize|MaxNewSize|SoftMaxHeapSize)=", option.text)
        words.append(f"{prefix[0]}{max(1, size * HOST_BYTES // heap >> 20)}m" if prefix else option.text)
    return words


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_real_jvms_accept_the_flags_without_a_word(jdk: Jdk, run_jvm: JvmRun) -> None:
    seeds = random.Random(jdk).sample(range(100_000), 4 * ON_REAL_JVMS)
    tried: set[tuple[str, ...]] = set()
    answered = 0
    for seed in seeds:
        result = recommend(random_profile(seed, jdk), simulated=False)
        if result.refused is not None:
            continue
        answered += 1
        words = _for_this_host(result.flags, jdk)
        if tuple(words) not in tried:
            tried.add(tuple(words))
            done = run_jvm(jdk, words)
            assert done.returncode == 0, (seed, words, done.stdout, done.stderr)
            assert "warning" not in (done.stdout + done.stderr).lower(), (seed, words, done.stdout, done.stderr)
        if answered == ON_REAL_JVMS:
            break
    assert answered == ON_REAL_JVMS
