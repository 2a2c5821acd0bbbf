"""From figures to the profile: closed forms, known mixtures, machines that are not in the log."""

from __future__ import annotations

import gzip
import math
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analyze import LogTarget, analyze_logs
from advisor.analyze.accumulators import PauseTally, RateMeter, Thinned
from advisor.analyze.costs import phase_cost, theil_sen
from advisor.analyze.heap_use import Survival
from advisor.analyze.lifetimes import component_of_totals, fit_components
from advisor.analyze.target import nearest_release
from advisor.model.errors import InputError
from advisor.model.outcome import Pauses
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import Bytes, Duration, Rate
from tests.analyze.logs import SAMPLES, serial_log

MIB = 1 << 20
RATE = 400.0 * MIB


def written(tmp_path: Path, lines: list[str]) -> str:
    path = tmp_path / "gc.log"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def profile_of(name: str, target: LogTarget | None = None) -> WorkloadProfile:
    analysis = analyze_logs((name,), target) if target else analyze_logs((name,))
    return WorkloadProfile.model_validate(analysis.profile)


def test_a_known_log_gives_its_own_figures(tmp_path: Path) -> None:
    """32 MB of eden every 0.32 s, 4 ms pauses, 2 MB survive and 1 MB of it is promoted, 10 MB stay."""
    profile = profile_of(written(tmp_path, serial_log(collections=100)))
    assert profile.allocation is not None
    assert profile.observed is not None
    total = 100 * 0.32 + 90 * 0.004 + 10 * 0.020
    assert profile.allocation.rate == pytest.approx(100 * 32 * MIB / total, rel=0.01)
    assert profile.allocation.burstiness == pytest.approx(0.0, abs=0.02)
    assert profile.allocation.peak == pytest.approx(100 * MIB, rel=0.02)
    assert profile.observed.throughput == pytest.approx(1 - 0.56 / total, abs=0.001)
    assert profile.observed.live == profile.lifetimes.retained == 10 * MIB
    assert profile.observed.survived_per_young == 3 * MIB
    assert profile.observed.promotion == pytest.approx(90 * MIB / total, rel=0.02)
    assert (profile.observed.young_count, profile.observed.full_count) == (90, 10)
    assert (profile.machine.cpus, profile.machine.memory, profile.machine.container) == (2, 2048 * MIB, True)
    assert profile.jdk == 17
    assert profile.flags == ("-XX:+UseSerialGC", "-Xmx128m", "-Xms128m")
    assert profile.costs is not None
    assert profile.costs.gc_threads == 1


@given(st.floats(0.01, 0.3), st.floats(0.02, 0.5), st.floats(0.002, 0.05), st.floats(8.0, 60.0), st.floats(0.05, 0.3))
def test_a_mixture_is_found_again(short: float, mean: float, long: float, factor: float, interval: float) -> None:
    """Cohorts of two exponentials, as the sampling integral gives them: the fit tells the same survival at all ages."""
    parts = [(short, mean), (long, mean * factor)]

    def cohort(age: int) -> float:
        return RATE * sum(p * m * -math.expm1(-interval / m) * math.exp(-(age - 1) * interval / m) for p, m in parts)

    ages = tuple(round(cohort(age)) for age in range(1, 7))
    survivals = [Survival(interval, ages, sum(ages), round(cohort(7)), overflow=False, fresh=False, threshold=6)] * 40
    fitted = fit_components(survivals, RATE)
    assert fitted
    for age in range(1, 8):
        found = RATE * sum(
            c.share * c.mean_s * -math.expm1(-interval / c.mean_s) * math.exp(-(age - 1) * interval / c.mean_s)
            for c in fitted
        )
        assert found == pytest.approx(cohort(age), rel=0.25, abs=0.01 * cohort(1))


def test_overflowing_survivors_and_missing_ages_fit_nothing() -> None:
    full = [Survival(0.1, (5 * MIB,), 5 * MIB, 3 * MIB, overflow=True, fresh=False, threshold=1)] * 40
    assert fit_components(full, RATE) == ()
    assert fit_components([Survival(0.1, (), MIB, MIB, overflow=False, fresh=False, threshold=7)] * 40, RATE) == ()
    assert fit_components([], RATE) == ()


@pytest.mark.parametrize("threshold", [1, 4])
def test_one_component_is_found_from_totals_alone(threshold: int) -> None:
    """8 % of the bytes live 0.2 s on average; survivors and promotion at a threshold give both figures back."""
    interval, mean = 0.1, 0.2
    q = math.exp(-interval / mean)
    born = RATE * 0.08 * mean * (1 - q)
    survived = round(sum(born * q**age for age in range(threshold)))
    told = Survival(
        interval, (), survived, round(born * q**threshold), overflow=False, fresh=False, threshold=threshold
    )
    (found,) = component_of_totals([told] * 20, RATE)
    assert found.mean_s == pytest.approx(mean, rel=0.01)
    assert found.share == pytest.approx(0.08, rel=0.01)


def test_theil_sen_passes_over_outliers() -> None:
    """A straight line with a third of its points spoilt."""
    stream = random.Random(1)
    points = [(float(x), 2.0 + 0.5 * x + (stream.uniform(0, 90) if x % 3 == 0 else 0.0)) for x in range(90)]
    slope = theil_sen(points)
    assert slope is not None
    assert slope == pytest.approx(0.5, abs=0.03)
    assert theil_sen([(1.0, 2.0), (1.0, 3.0)]) is None


def test_cost_of_a_phase() -> None:
    """1.5 ms and 0.2 ms a megabyte, with 10 % of noise; the ratio alone when the bytes do not vary."""
    stream = random.Random(2)
    samples: Thinned[tuple[float, float]] = Thinned()
    for _ in range(2000):
        mb = stream.uniform(2, 60)
        samples.add((mb, (1.5 + 0.2 * mb) * math.exp(stream.gauss(0, 0.1))))
    cost = phase_cost(samples, "serial")
    assert cost is not None
    assert Duration.parse(cost["fixed"]).ms == pytest.approx(1.5, abs=0.4)
    assert Duration.parse(cost["per_mb"]).ms == pytest.approx(0.2, rel=0.1)
    assert cost["spread"] == pytest.approx(0.1, abs=0.02)
    assert cost["samples"] == 2000
    constant: Thinned[tuple[float, float]] = Thinned()
    for _ in range(20):
        constant.add((10.0, 4.0))
    flat = phase_cost(constant, "serial")
    assert flat is not None
    assert Duration.parse(flat["fixed"]).ms + 10 * Duration.parse(flat["per_mb"]).ms == pytest.approx(4.0, rel=0.01)


@given(st.lists(st.tuples(st.sampled_from(["young", "full"]), st.floats(0.001, 5000).map(lambda x: round(x, 3)))))
def test_the_tally_is_the_summary_of_the_pauses(pairs: list[tuple[str, float]]) -> None:
    tally = PauseTally()
    for kind, ms in pairs:
        tally.add(kind, ms)
    found, expected = tally.summary(), Pauses.of(pairs)
    for name in ("count", "total_ms", "mean_ms", "p50_ms", "p90_ms", "p99_ms", "p99_9_ms", "max_ms"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=0.0011), name
    assert {k: v.count for k, v in found.by_kind.items()} == {k: v.count for k, v in expected.by_kind.items()}


@given(st.lists(st.tuples(st.floats(0.001, 4.0), st.integers(0, 10**9)), min_size=2, max_size=50))
def test_the_meter_keeps_every_byte(steps: list[tuple[float, int]]) -> None:
    """The worst second holds at least the mean of the whole seconds and at most everything."""
    meter, time = RateMeter(), 0.0
    for span, allocated in steps:
        meter.add(time, time + span, allocated)
        time += span
    assert meter.total == sum(allocated for _, allocated in steps)
    assert meter.running_s == pytest.approx(time)
    assert meter.peak <= max(allocated / min(span, 1.0) for span, allocated in steps) * len(steps) + 1
    if time >= 2:
        assert meter.peak >= 0.99 * meter.total / (math.floor(time) + 1)


def test_thinning_keeps_the_order_and_the_spread() -> None:
    kept: Thinned[int] = Thinned(limit=100)
    for number in range(100_000):
        kept.add(number)
    assert 50 <= len(kept.items) <= 101
    assert kept.items == sorted(kept.items)
    assert kept.items[0] == 0
    assert kept.items[-1] > 98_000
    assert kept.count == 100_000


def test_a_leak_is_told_from_a_steady_live_set(tmp_path: Path) -> None:
    """Each full collection leaves 2 MB more than the one before: 2 MB every 3.26 s."""
    steady = serial_log(collections=300)
    assert profile_of(written(tmp_path, steady)).lifetimes.growth == Rate(0)
    leaking, extra = [], 0
    for line in steady:
        text = line
        if "Tenured:" in line:
            before, after = (int(part.split("K")[0]) for part in line.split("Tenured: ")[1].split("->"))
            text = line.replace(f"{before}K(", f"{before + extra}K(")
            extra += 2048 if after <= 10240 < before else 0
            text = text.replace(f">{after}K(", f">{after + extra}K(")
        leaking.append(text)
    profile = profile_of(written(tmp_path, leaking))
    assert profile.lifetimes.growth == pytest.approx(2 * MIB / (10 * 0.32 + 9 * 0.004 + 0.02), rel=0.05)


class TestWhatTheLogDoesNotSay:
    """The CMS sample is of JDK 11, which prints neither version, processors nor memory."""

    SAMPLE = str(SAMPLES / "orders-jdk11-cms.log.gz")

    def test_is_inferred_or_assumed_and_said(self) -> None:
        analysis = analyze_logs((self.SAMPLE,))
        profile = WorkloadProfile.model_validate(analysis.profile)
        assert (analysis.source.jdk, analysis.source.cpus, analysis.source.memory_bytes) == (None, None, None)
        assert (profile.jdk, profile.machine.cpus) == (11, 2)
        assert profile.machine.memory > 320 * MIB
        assert len(analysis.assumptions) == 3

    def test_is_taken_from_the_caller(self) -> None:
        target = LogTarget(jdk=11, cpus=4, memory=Bytes.parse("2g"), flags=("-XX:+UseConcMarkSweepGC", "-Xmx320m"))
        analysis = analyze_logs((self.SAMPLE,), target)
        profile = WorkloadProfile.model_validate(analysis.profile)
        assert (profile.machine.cpus, profile.machine.memory) == (4, Bytes.parse("2g"))
        assert profile.flags == target.flags
        assert analysis.assumptions == ()

    def test_too_little_memory_is_refused(self) -> None:
        with pytest.raises(InputError, match="live set"):
            analyze_logs((self.SAMPLE,), LogTarget(memory=Bytes.parse("64m")))


@pytest.mark.parametrize(("release", "nearest"), [(9, 8), (10, 11), (14, 11), (15, 17), (19, 17), (22, 21), (26, 25)])
def test_nearest_release(release: int, nearest: int) -> None:
    assert nearest_release(release) == nearest


def test_humongous_objects_of_g1_are_measured() -> None:
    """Every 2000th request of 18.6 kB also makes a buffer of 768 kB: 2 % of all bytes, in regions of 1 MB."""
    profile = profile_of(str(SAMPLES / "orders-jdk17-g1.log.gz"))
    assert profile.allocation is not None
    assert profile.allocation.large is not None
    assert profile.allocation.large.size == 768 << 10
    assert profile.allocation.large.share == pytest.approx(768 / (2000 * 18.6 + 768), rel=0.1)


@pytest.mark.parametrize("name", ["jdk17-parallel", "jdk21-serial", "jdk11-cms", "jdk17-g1"])
def test_plain_gc_logs_tell_nearly_the_same(name: str, tmp_path: Path) -> None:
    """`-Xlog:gc` alone gives whole heaps in megabytes: the same pauses, and rates that are nearly the same."""
    whole = SAMPLES / f"orders-{name}.log.gz"
    with gzip.open(whole, "rt", encoding="utf-8") as stream:
        plain = [line.rstrip("\n") for line in stream if re.search(r"\[gc\s*\]", line)]
    expected, found = analyze_logs((str(whole),)), analyze_logs((written(tmp_path, plain),))
    assert found.pauses == expected.pauses
    assert found.cycles == expected.cycles
    assert found.allocation.rate_bytes_s == pytest.approx(expected.allocation.rate_bytes_s, rel=0.03)
    assert found.heap.live_bytes == pytest.approx(expected.heap.live_bytes, rel=0.12)
    assert found.promotion.rate_bytes_s == pytest.approx(expected.promotion.rate_bytes_s, rel=0.4)


@pytest.mark.parametrize("name", ["jdk17-parallel", "jdk17-g1", "jdk21-serial", "jdk11-cms"])
def test_samples_show_what_their_program_did(name: str) -> None:
    """9600 MB of arrays in 24.1 s, an order book of 120 MB (which the pessimal cycle of G1 and CMS may not reach)."""
    analysis = analyze_logs((str(SAMPLES / f"orders-{name}.log.gz"),))
    profile = WorkloadProfile.model_validate(analysis.profile)
    assert profile.allocation is not None
    assert profile.allocation.rate == pytest.approx(Rate.parse("400 MB/s"), rel=0.03)
    assert analysis.heap.live_bytes is not None
    assert 110 < analysis.heap.live_bytes / MIB < 150
    assert profile.jdk == int(name[3:5])
    assert analysis.source.collector == name.partition("-")[2]
