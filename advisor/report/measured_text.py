"""The error that predictions of a kind had on real runs, in a sentence."""

from __future__ import annotations

import math

from advisor.model.outcome import MeasuredError

_NAMES = {
    "pauses.count": "number of pauses",
    "pauses.total_ms": "total pause",
    "pauses.p99_ms": "p99 pause",
    "cpu_s": "processor time",
}
_CHANGES = {
    "repetition": "of the very same flags",
    "sizes": "of other sizes",
    "goals": "of other goals",
    "thresholds": "of other thresholds",
    "several": "of several changes",
    "JDK": "of another JDK",
    "collector": "of another collector",
}


def measured_sentence(error: MeasuredError) -> str:
    """What was compared, and by which factor predictions were off: half of them, and nine of ten."""
    who = "any collector" if error.calibrated_on == "any" else f"{error.calibrated_on} to {error.predicted}"
    what = _CHANGES.get(error.change, error.change)
    figures = [
        f"{name} {math.exp(error.errors[key].median):.2f} ({math.exp(error.errors[key].p90):.1f})"
        for key, name in _NAMES.items()
        if key in error.errors
    ]
    return (
        f"Measured on {error.pairs} pairs of real runs of {error.programs} other programs, predictions {what} "
        f"({who}) were off by a factor of: {', '.join(figures)} - half of them by no more, nine of ten by no more than "
        "what is in parentheses."
    )
