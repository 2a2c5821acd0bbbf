"""Writes `docs/diagnosis.md` from the checks themselves: `python -m advisor.analyze.diagnose.docs [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from advisor.analyze.diagnose import THEMES
from advisor.analyze.diagnose.check import Check

DOCUMENT = "docs/diagnosis.md"
_HEAD = """# Diagnosis

<!-- Written by `python -m advisor.analyze.diagnose.docs` from advisor/analyze/diagnose/. -->

`jvm-advisor analyze` judges every log by the checks below. A finding says what is wrong with its numbers, when it was
seen first, last and worst (seconds on the log's clock), how sure it is, and what to do.

* `error`: the collector failed at something, or the program hardly runs. `warning`: it costs, or it will fail when the
  load grows. `info`: worth knowing. Failures of a collector that come less than once in ten minutes and take less than
  0.1 % of the time are warnings.
* Confidence is a different matter: `high` is counted or printed by the JVM, `medium` follows from several figures or
  from a short log, `low` is a hint.
* Findings of one severity are in the order of `weight`, about the share of the running time at stake.
* A check that needs lines which the log does not have stays silent; `incomplete-log` says which lines those are.
"""


def document() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *(_theme(title, checks) for title, checks in THEMES)])


def _theme(title: str, checks: Sequence[Check]) -> str:
    rows = [f"| `{check.id}` | {check.says} | {check.rule} | {check.source} |" for check in checks]
    head = [f"## {title}", "", "| id | what | when it speaks | source of the limits |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def main(arguments: Sequence[str]) -> int:
    """Writes the document, or with `--check` compares it; returns the exit code."""
    path, text = Path(DOCUMENT), document()
    if "--check" in arguments:
        fresh = path.is_file() and path.read_text(encoding="utf-8") == text
        if not fresh:
            sys.stderr.write(f"{path} is not what the checks say; run python -m advisor.analyze.diagnose.docs\n")
        return 0 if fresh else 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
