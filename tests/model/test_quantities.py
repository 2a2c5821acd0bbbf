"""Quantities read what people write and print what reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model.quantities import GIB, KIB, MIB, Bytes, Duration, Rate, Ratio


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4g", 4 * GIB), ("512M", 512 * MIB), ("64 kB", 64 * KIB), ("1.5 GiB", 3 * GIB // 2),
        ("1000", 1000), ("0", 0), ("2 t", 2 * 1024 * GIB), ("10 B", 10),
    ],
)  # fmt: skip
def test_sizes_count_in_powers_of_two(text: str, expected: int) -> None:
    assert Bytes.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "seconds"), [("50ms", 0.05), ("10s", 10), ("2m", 120), ("1h", 3600), ("250us", 2.5e-4), ("3", 3)]
)
def test_times(text: str, seconds: float) -> None:
    assert Duration.parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "rate"), [("350 MB/s", 350 * MIB), ("1g/s", GIB), ("60 MB/min", MIB), ("5k / s", 5 * KIB)]
)
def test_rates(text: str, rate: float) -> None:
    assert Rate.parse(text) == pytest.approx(rate)


@pytest.mark.parametrize(("text", "share"), [("75%", 0.75), ("0.75", 0.75), ("100 %", 1.0)])
def test_ratios(text: str, share: float) -> None:
    assert Ratio.parse(text) == pytest.approx(share)


@pytest.mark.parametrize("kind", [Bytes, Duration, Rate, Ratio])
@pytest.mark.parametrize("text", ["", "fast", "-5", "-5m", "nan", "inf", "1e999", "4 gigs", "5 %%", "1,5g"])
def test_nonsense_is_refused_with_what_was_expected(kind: type[Bytes | Duration | Rate | Ratio], text: str) -> None:
    with pytest.raises(ValueError, match="expected a"):
        kind.parse(text)


@given(st.integers(min_value=0, max_value=1 << 50))
def test_printed_sizes_read_back_exactly(size: int) -> None:
    assert Bytes.parse(str(Bytes(size))) == size


@given(st.floats(min_value=0, max_value=1e15))
def test_printed_times_and_rates_read_back_to_six_digits(number: float) -> None:
    assert Duration.parse(str(Duration(number))) == pytest.approx(number, rel=1e-5, abs=1e-11)
    assert Rate.parse(str(Rate(number))) == pytest.approx(number, rel=1e-5, abs=1e-5)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in (Bytes, Duration, Rate, Ratio):
        try:
            value = kind.parse(text)
        except ValueError:
            continue
        assert value >= 0
