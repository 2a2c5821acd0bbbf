"""Sizes, times, rates and shares that read and print what people write: `4g`, `350 MB/s`, `50ms`, `75%`.

Sizes count in powers of two, as the JVM does: 1k = 1024 B, and `MB` means the same as `m`.
"""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import SerializationInfo
from pydantic_core import CoreSchema, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40

_SIZE_UNITS = {"": 1, "b": 1, "k": KIB, "m": MIB, "g": GIB, "t": TIB}
_TIME_UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
_NUMBER = r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*"
_SIZE = re.compile(_NUMBER + r"([bkmgtBKMGT]?)(?:i?[bB])?\s*\Z")
_TIME = re.compile(_NUMBER + r"(ns|us|µs|ms|s|min|m|h|d|)\s*\Z")
_RATE = re.compile(r"(.+?)\s*/\s*(s|sec|second|min|h)\s*\Z")
_RATIO = re.compile(_NUMBER + r"(%?)\s*\Z")


def _trim(number: float) -> str:
    """A number with up to six significant digits and no trailing zeros."""
    return f"{number:.6g}"


EXACT: dict[str, Any] = {"exact": True}
"""Serialization context under which quantities are plain numbers in their base unit, to the last digit."""


def is_exact(info: SerializationInfo) -> bool:
    """Whether a document is written with `context=EXACT`."""
    return bool(info.context and info.context.get("exact"))


def _written(quantity: Any, info: SerializationInfo) -> str | float:
    return float(quantity) if is_exact(info) else str(quantity)


class _Quantity:
    """What the four kinds share: reading text or numbers, pydantic validation, JSON Schema."""

    expected: ClassVar[str]
    examples: ClassVar[tuple[str, ...]]

    @classmethod
    @abstractmethod
    def parse(cls, text: str) -> Self:
        """Reads what a person writes. Raises ValueError that says what was expected."""

    @classmethod
    def of(cls, value: object) -> Self:
        """Takes text or a plain number in the base unit. Raises ValueError for anything else, and for negatives."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return cls._checked(float(value))
        raise ValueError(f"expected {cls.expected}, found {value!r}")

    @classmethod
    def _checked(cls, number: float) -> Self:
        if not math.isfinite(number) or number < 0:
            raise ValueError(f"expected {cls.expected} that is not negative, found {_trim(number)}")
        return cls(number)  # type: ignore[call-arg]

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.of, serialization=core_schema.plain_serializer_function_ser_schema(_written, info_arg=True)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "anyOf": [{"type": "string"}, {"type": "number", "minimum": 0}],
            "description": f"{cls.expected}",
            "examples": list(cls.examples),
        }


class Bytes(_Quantity, int):
    """A size in bytes."""

    expected = "a size such as 512m or 4g"
    examples = ("512m", "4g")

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _SIZE.match(text)
        if not found:
            raise ValueError(f"expected {cls.expected}, found {text!r}")
        return cls._checked(float(found[1]) * _SIZE_UNITS[found[2].lower()])

    @classmethod
    def _checked(cls, number: float) -> Self:
        if not math.isfinite(number) or number < 0:
            raise ValueError(f"expected {cls.expected} that is not negative, found {_trim(number)}")
        return cls(round(number))

    def __str__(self) -> str:
        """The shortest exact form, as the JVM reads it: `4g`, `1536m`, `1000`."""
        for unit, factor in (("t", TIB), ("g", GIB), ("m", MIB), ("k", KIB)):
            if self and int(self) % factor == 0:
                return f"{int(self) // factor}{unit}"
        return f"{int(self)}"

    def human(self) -> str:
        """Three significant digits for reading: `1.5 GB`."""
        for unit, factor in (("TB", TIB), ("GB", GIB), ("MB", MIB), ("kB", KIB)):
            if self >= factor:
                return f"{self / factor:.3g} {unit}" if self < 1000 * factor else f"{self / factor:.0f} {unit}"
        return f"{int(self)} B"


class Duration(_Quantity, float):
    """A time in seconds."""

    expected = "a time such as 50ms or 10s"
    examples = ("50ms", "10s")

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _TIME.match(text)
        if not found:
            raise ValueError(f"expected {cls.expected}, found {text!r}")
        return cls._checked(float(found[1]) * _TIME_UNITS[found[2]])

    @property
    def ms(self) -> float:
        """Milliseconds."""
        return float(self) * 1000.0

    def __str__(self) -> str:
        if self >= 1 or not self:
            return f"{_trim(self)}s"
        if self >= 1e-3:
            return f"{_trim(self * 1e3)}ms"
        return f"{_trim(self * 1e6)}us"

    human = __str__


class Rate(_Quantity, float):
    """Bytes a second."""

    expected = "a rate such as 350 MB/s"
    examples = ("350 MB/s",)

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _RATE.match(text.strip())
        if not found:
            raise ValueError(f"expected {cls.expected}, found {text!r}")
        size = _SIZE.match(found[1])
        if not size:
            raise ValueError(f"expected {cls.expected}, found {text!r}")
        seconds = _TIME_UNITS["s" if found[2].startswith("s") else found[2]]
        return cls._checked(float(size[1]) * _SIZE_UNITS[size[2].lower()] / seconds)

    def __str__(self) -> str:
        for unit, factor in (("GB", GIB), ("MB", MIB), ("kB", KIB)):
            if self >= factor:
                return f"{_trim(self / factor)} {unit}/s"
        return f"{_trim(self)} B/s"

    def human(self) -> str:
        """Three significant digits for reading."""
        return f"{Bytes(round(self)).human()}/s"


class Ratio(_Quantity, float):
    """A share between 0 and 1."""

    expected = "a share such as 75% or 0.75"
    examples = ("75%", "0.75")

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _RATIO.match(text)
        if not found:
            raise ValueError(f"expected {cls.expected}, found {text!r}")
        return cls._checked(float(found[1]) / (100.0 if found[2] else 1.0))

    @classmethod
    def _checked(cls, number: float) -> Self:
        if not 0 <= number <= 1:
            raise ValueError(f"expected {cls.expected} between 0 and 1, found {_trim(number)}")
        return cls(number)

    def __str__(self) -> str:
        return f"{_trim(self * 100)}%"

    human = __str__
