"""One thing that a JVM has against one option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advisor.model.flags import Option

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`error`: the JVM does not start. `warning`: it says so or drops the option. `info`: it does neither.

    `replacement` is text to put in the option's place; empty means to delete it, None that there is no safe one.
    """

    check: str
    severity: Severity
    flag: str | None
    option: Option
    message: str
    replacement: str | None = None
    confidence: Confidence = "high"
