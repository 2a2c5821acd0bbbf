"""Command lines become options with places and typed values, and values become options again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.jvm.commandline import flag_values, has_placeholder, parse_size, parse_text, parse_words, render
from advisor.model.flags import OptionKind


def test_words_have_places_and_the_flag_they_set() -> None:
    text = "java  -Xmx4g '-XX:OnError=kill %p' -Dkey=v -cp a:b -XX:+UseG1GC Main -Xmx1g"
    options = parse_text(text)
    assert [(o.kind, o.name) for o in options] == [
        (OptionKind.OTHER, "java"),
        (OptionKind.ALIAS, "MaxHeapSize"),
        (OptionKind.VALUED, "OnError"),
        (OptionKind.PROPERTY, "key"),
        (OptionKind.LAUNCHER, "-cp"),
        (OptionKind.BOOLEAN, "UseG1GC"),
        (OptionKind.OTHER, "Main"),
        (OptionKind.OTHER, "-Xmx1g"),
    ]
    assert text[options.options[2].start : options.options[2].end] == "'-XX:OnError=kill %p'"


def test_values_are_typed_and_the_last_one_wins() -> None:
    flags = parse_words(
        ["-Xmx1g", "-XX:MaxHeapSize=2g", "-Xms512m", "-Xmn64m", "-Xss2m", "-XX:MaxRAMPercentage=75", "-XX:-UseG1GC"]
    )
    assert flag_values(flags, 17) == {
        "MaxHeapSize": 2 << 30,
        "InitialHeapSize": 512 << 20,
        "MinHeapSize": 512 << 20,
        "NewSize": 64 << 20,
        "MaxNewSize": 64 << 20,
        "ThreadStackSize": 2048,
        "MaxRAMPercentage": 75.0,
        "UseG1GC": False,
    }
    assert "MinHeapSize" not in flag_values(flags, 11)


@pytest.mark.parametrize(
    ("text", "size"), [("1g", 1 << 30), ("512M", 512 << 20), ("0x400", 1024), ("7", 7), ("1T", 1 << 40)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["1.5g", "1gb", "1 g", "", "g", "-1g", "1p", "1e3"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_size(text)


@pytest.mark.parametrize(
    "text", ["-Xmx${HEAP}", "{{ .x }}", "%HEAP%", "__XMX__", "@heap@", "<size>", "$(calc)", "`calc`"]
)
def test_placeholders(text: str) -> None:
    assert has_placeholder(text)


@pytest.mark.parametrize("text", ["-Xmx4g", "-XX:OnError=kill %p", "-Dx=a@b", "-XX:+UseG1GC", "100%"])
def test_no_placeholders(text: str) -> None:
    assert not has_placeholder(text)


@given(
    st.sampled_from(
        [
            ("MaxHeapSize", 1 << 40),
            ("InitialHeapSize", 1 << 40),
            ("MaxNewSize", 1 << 40),
            ("SurvivorRatio", 1000),
            ("MetaspaceSize", 1 << 34),
        ]
    ),
    st.integers(0, 1 << 40),
    st.sampled_from([11, 17, 21, 25]),
)
def test_rendered_values_read_back(flag: tuple[str, int], number: int, jdk: int) -> None:
    name, most = flag
    value = number % most
    assert flag_values(parse_words([render(name, value, jdk)]), jdk)[name] == value


@given(st.text(max_size=200))
def test_any_text_is_split_at_its_places(text: str) -> None:
    end = 0
    for option in parse_text(text):
        assert end <= option.start < option.end <= len(text)
        end = option.end
