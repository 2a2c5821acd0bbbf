"""JVM command lines: text or words -> options with the flag each one sets, and typed values back to options.

Words are split as the JVM splits its environment variables (HotSpot arguments.cpp, parse_options_buffer): white space
separates, ' and " group, a backslash is an ordinary character.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from advisor.jvm.catalog import FlagInfo, catalog
from advisor.model.flags import FlagSet, Option, OptionKind
from advisor.model.quantities import Bytes

FlagValue = bool | int | float | str

SIZE_ALIASES: Mapping[str, str] = {
    "-Xmx": "MaxHeapSize",
    "-Xms": "InitialHeapSize",
    "-Xmn": "MaxNewSize",
    "-Xss": "ThreadStackSize",
    "-Xmaxjitcodesize": "ReservedCodeCacheSize",
}
"""Prefix -> the flag it sets. -Xmn sets NewSize too, -Xms sets MinHeapSize too, -Xss is stored in KB: `flag_values`."""
WORD_ALIASES: Mapping[str, tuple[str, bool]] = {
    "-Xnoclassgc": ("ClassUnloading", False),
    "-Xrs": ("ReduceSignalUsage", True),
    "-Xbatch": ("BackgroundCompilation", False),
}
"""Whole options that set one boolean flag."""
TAKES_A_WORD = frozenset(
    {
        "-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path", "--add-modules",
        "--add-opens",
        "--add-exports", "--add-reads", "--patch-module", "--limit-modules", "--enable-native-access", "--source",
        "--describe-module", "-d",
    }
)  # fmt: skip
"""Launcher options whose value is the next word."""
ENDS_OPTIONS = frozenset({"-jar", "-m", "--module"})
"""Launcher options after whose value the program's own arguments begin."""

PRINTS_AND_ENDS = frozenset(
    {"-X", "-help", "-h", "-?", "--help", "--help-extra", "-version", "--version", "-fullversion", "--full-version"}
)
"""Options after which the launcher reads no more: it prints something and is done (java.c, ParseArguments)."""

_BOOLEAN = re.compile(r"-XX:([+-])(.*)\Z", re.DOTALL)
_VALUED = re.compile(r"-XX:([^=]*)=(.*)\Z", re.DOTALL)
_INTEGER = re.compile(r"(-?)(0[xX][0-9a-fA-F]+|\d+)([kKmMgGtT]?)\Z")
_DOUBLE_17 = re.compile(r"-?\d+\.(\d+|\d*[eE][+-]?\d+)\Z")
_DOUBLE_21 = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")
_DOUBLE_HEX = re.compile(r"[+-]?0[xX][0-9a-fA-F]+(\.[0-9a-fA-F]*)?([pP][+-]?\d+)?\Z")
_PLACEHOLDER = re.compile(r"\$[\w{(]|\{\{|%[A-Za-z][\w.-]*%|__\w+__|@[\w.-]+@|<[A-Za-z][\w .-]*>|`")
_WORD = 1 << 64
_BITS = {"int": 32, "uint": 32}
"""Bits of a flag's type, where they are not 64."""
_FACTORS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_BY_SIZE = {"MaxHeapSize": "-Xmx", "InitialHeapSize": "-Xms"}


class Word(NamedTuple):
    """A word without its quotes, and where it stands with them."""

    text: str
    start: int
    end: int
    closed: bool = True
    """Whether its quotes are."""


def split(text: str) -> Iterator[Word]:
    """The words of a text; an unclosed quote runs to the end."""
    position, length = 0, len(text)
    while position < length:
        if text[position].isspace():
            position += 1
            continue
        start, parts, quote = position, [], ""
        while position < length and (quote or not text[position].isspace()):
            character = text[position]
            if quote and character == quote:
                quote = ""
            elif not quote and character in "'\"":
                quote = character
            else:
                parts.append(character)
            position += 1
        yield Word("".join(parts), start, position, closed=not quote)


def parse_text(text: str) -> FlagSet:
    """The options of a command line or environment variable. Never fails: what is no option becomes OTHER."""
    return FlagSet(tuple(_options(list(split(text)))))


def parse_words(words: Sequence[str]) -> FlagSet:
    """The options of words that are split already; offsets are those of the words joined by single blanks."""
    placed: list[Word] = []
    position = 0
    for word in words:
        placed.append(Word(word, position, position + len(word)))
        position += len(word) + 1
    return FlagSet(tuple(_options(placed)))


def _options(words: list[Word]) -> Iterator[Option]:
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word.text in TAKES_A_WORD or word.text in ENDS_OPTIONS:
            end = words[index].end if index < len(words) else word.end
            value = words[index].text if index < len(words) else None
            yield Option(word.text, OptionKind.LAUNCHER, word.text, value, word.start, end)
            index += 1
            if word.text in ENDS_OPTIONS:
                break
        elif index == 1 and re.fullmatch(r"(.*/)?java(\.exe)?", word.text):
            yield Option(word.text, OptionKind.OTHER, word.text, None, word.start, word.end)
        else:
            option = parse_option(word.text, word.start, word.end)
            yield option
            if word.text in PRINTS_AND_ENDS:
                break
            if option.kind is OptionKind.OTHER and not word.text.startswith("@") and word.text.strip():
                break
    for word in words[index:]:
        yield Option(word.text, OptionKind.OTHER, word.text, None, word.start, word.end)


def parse_option(text: str, start: int = 0, end: int | None = None) -> Option:
    """One word as an option."""
    kind, name, value = _read(text)
    return Option(text, kind, name, value, start, start + len(text) if end is None else end)


def _read(text: str) -> tuple[OptionKind, str, str | bool | None]:
    if text.startswith("-XX:"):
        return _read_flag(text)
    if text in WORD_ALIASES:
        return OptionKind.ALIAS, *WORD_ALIASES[text]
    for prefix, name in SIZE_ALIASES.items():
        if text.startswith(prefix):
            return OptionKind.ALIAS, name, text[len(prefix) :]
    if text.startswith("-X"):
        name, colon, value = text.partition(":")
        return OptionKind.X, name, value if colon else None
    if text.startswith("-D"):
        name, equals, value = text[2:].partition("=")
        return OptionKind.PROPERTY, name, value if equals else None
    if text.startswith(("-", "@")) and len(text) > 1:
        name, equals, value = text.partition("=")
        return OptionKind.LAUNCHER, name, value if equals else None
    return OptionKind.OTHER, text, None


def _read_flag(text: str) -> tuple[OptionKind, str, str | bool | None]:
    if found := _BOOLEAN.match(text):
        return OptionKind.BOOLEAN, found[2], found[1] == "+"
    if found := _VALUED.match(text):
        return OptionKind.VALUED, found[1], found[2]
    return OptionKind.BARE, text[len("-XX:") :], None


@lru_cache(maxsize=8192)
def has_placeholder(text: str) -> bool:
    """Whether something else fills the text in later: `${X}`, `{{ x }}`, `%X%`, `__X__`, `@x@`, `<x>`."""
    return bool(_PLACEHOLDER.search(text))


def parse_size(text: str) -> int:
    """A number of bytes as -Xmx and size flags take it: digits or 0x hex, and one of k m g t. Raises ValueError."""
    found = _INTEGER.match(text)
    if not found or found[1]:
        raise ValueError("expected digits and at most one of k, m, g, t")
    size = int(found[2], 0 if found[2][:2].lower() == "0x" else 10) * _FACTORS[found[3].lower()]
    if size >= _WORD:
        raise ValueError("expected less than 16 exabytes")
    return size


def parse_value(info: FlagInfo, text: str, jdk: int) -> int | float | str:
    """The typed value of a -XX:Name=text option, by the grammar of the release. Raises ValueError saying what is legal.

    Integers take decimal or 0x hex and one size letter. Doubles: `_double`.
    """
    if info.is_text:
        return text
    if info.type == "double":
        return _double(text, jdk)
    found = _INTEGER.match(text)
    if not found:
        raise ValueError("expected a whole number, with at most one of k, m, g, t after it")
    number = parse_size(text.removeprefix("-"))
    if found[1] and not info.is_signed:
        raise ValueError("expected a number that is not negative")
    return _fitted(-number if found[1] else number, info, jdk)


def _fitted(number: int, info: FlagInfo, jdk: int) -> int:
    """Up to JDK 17 a number that is too large for its C++ type loses its upper bits; later releases refuse it."""
    bits = _BITS.get(info.type, 64)
    low = -(1 << bits - 1) if info.is_signed else 0
    fitted = (number - low) % (1 << bits) + low
    if fitted != number and jdk >= 21:
        raise ValueError(f"expected a number of {bits} bits")
    return fitted


def _double(text: str, jdk: int) -> float:
    """Up to JDK 17 what integer flags take, or digits on both sides of a point; from JDK 21 on what strtod takes.

    Checked on 11, 17, 21 and 25: `7.5e1` and `0x10` are read by all, `1k` up to 17, `1e1` and `.5` from 21 on.
    """
    if jdk < 21 and _INTEGER.match(text):
        return float(parse_size(text))
    if (_DOUBLE_21 if jdk >= 21 else _DOUBLE_17).match(text):
        number = float(text)
    elif jdk >= 21 and _DOUBLE_HEX.match(text):
        number = float.fromhex(text)
    else:
        raise ValueError("expected a plain decimal number")
    if math.isinf(number):
        raise ValueError("expected a smaller number")
    return number


def flag_values(flags: FlagSet, jdk: int) -> dict[str, FlagValue]:
    """The typed value of every flag that the options set, aliases expanded, the last one winning.

    Options whose value cannot be read, and flags the release does not know, are left out: `constraints` judges those.
    ThreadStackSize is in KB, as in the JVM.
    """
    values: dict[str, FlagValue] = {}
    for option in flags:
        if not option.sets_flag:
            continue
        try:
            values.update(option_values(option, jdk))
        except ValueError:
            continue
    return values


def option_values(option: Option, jdk: int) -> Mapping[str, FlagValue]:
    """The typed value of every flag that one option sets. Raises ValueError where the value cannot be read."""
    return _values(option.kind, option.name, option.value, option.text, jdk)


@lru_cache(maxsize=8192)
def _values(kind: OptionKind, name: str, value: str | bool | None, text: str, jdk: int) -> Mapping[str, FlagValue]:
    """What `option_values` gives; the same few options come again and again."""
    if isinstance(value, bool):
        info = catalog(jdk).flag(name)
        return {info.name: value} if info and info.is_bool else {}
    if value is None:
        return {}
    if kind is OptionKind.ALIAS:
        return _alias_values(name, parse_size(value), text, jdk)
    info = catalog(jdk).flag(name)
    if info is None or info.is_bool:
        return {}
    return {info.name: parse_value(info, value, jdk)}


def _alias_values(name: str, size: int, text: str, jdk: int) -> dict[str, FlagValue]:
    if text.startswith("-Xss"):
        return {name: -(-size // 1024)}
    if text.startswith("-Xmn"):
        return {"NewSize": size, "MaxNewSize": size}
    if text.startswith("-Xms") and jdk >= 17:
        return {"InitialHeapSize": size, "MinHeapSize": size}
    return {name: size}


def render(name: str, value: FlagValue, jdk: int) -> str:
    """The option that sets a flag to a value, as people write it: `-Xmx4g`, `-XX:+UseG1GC`, `-XX:MaxNewSize=64m`."""
    if isinstance(value, bool):
        return f"-XX:{'+' if value else '-'}{name}"
    if isinstance(value, str):
        return f"-XX:{name}={value}"
    if isinstance(value, float):
        return f"-XX:{name}={value:g}" if value != int(value) else f"-XX:{name}={int(value)}"
    if name in _BY_SIZE:
        return f"{_BY_SIZE[name]}{Bytes(value)}"
    if name == "ThreadStackSize":
        return f"-Xss{Bytes(value << 10)}"
    info = catalog(jdk).flag(name)
    sized = value >= 1 << 10 and (name.endswith("Size") or bool(info and info.type == "size_t"))
    return f"-XX:{name}={Bytes(value) if sized else value}"
