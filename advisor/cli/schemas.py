"""JSON Schemas of what people write and what the commands print, generated from the models.

`python -m advisor.cli.schemas` writes configs/schema; `--check` says which file is stale (exit code 1).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from advisor.model.analysis import Analysis
from advisor.model.analysis_sets import Comparison, Fleet
from advisor.model.effective import EffectiveResult
from advisor.model.explanation import Explanation
from advisor.model.finding import LintReport
from advisor.model.measurement import Measurement
from advisor.model.migration import Migration
from advisor.model.outcome import Simulation
from advisor.model.profile import WorkloadProfile
from advisor.model.recommendation import Recommendation
from advisor.model.resources import shipped
from advisor.model.study import Studies
from advisor.model.trial import Optimization
from advisor.rules.schema import WrittenRule

MODELS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("profile", WorkloadProfile),
    ("rule", WrittenRule),
    ("analyze", Analysis),
    ("analyze-fleet", Fleet),
    ("analyze-compare", Comparison),
    ("recommend", Recommendation),
    ("simulate", Simulation),
    ("optimize", Optimization),
    ("lint", LintReport),
    ("effective", EffectiveResult),
    ("migrate", Migration),
    ("measure", Measurement),
    ("explain", Explanation),
    ("studies", Studies),
)


def schema_text(name: str, model: type[BaseModel]) -> str:
    """One schema, the same bytes every time."""
    mode: Literal["validation", "serialization"] = "validation" if name in ("profile", "rule") else "serialization"
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{name}.schema.json",
        **model.model_json_schema(by_alias=True, mode=mode),
    }
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def stale(folder: Path) -> list[str]:
    """The files that are not what the models give."""
    wrong = []
    for name, model in MODELS:
        path = folder / f"{name}.schema.json"
        if not path.exists() or path.read_text(encoding="utf-8") != schema_text(name, model):
            wrong.append(path.name)
    return wrong


def main(arguments: list[str]) -> int:
    """Writes or checks the schemas."""
    folder = shipped("configs") / "schema"
    if "--check" in arguments:
        wrong = stale(folder)
        for name in wrong:
            sys.stderr.write(f"configs/schema/{name} is stale: run `make schemas`\n")
        return 1 if wrong else 0
    for name, model in MODELS:
        (folder / f"{name}.schema.json").write_text(schema_text(name, model), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
