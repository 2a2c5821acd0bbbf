"""What ships beside the code: schemas are fresh, and every YAML names its schema, fits it, and loads."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from advisor.cli.schemas import stale
from advisor.model.profile import load_profile
from tests.conftest import ROOT

PROFILES = sorted((ROOT / "configs").glob("*.yaml"))
RULES = sorted((ROOT / "rules" / "recommend").glob("*.yaml"))
SCHEMAS = sorted((ROOT / "configs" / "schema").glob("*.json"))


def test_schemas_are_what_the_models_give() -> None:
    assert stale(ROOT / "configs" / "schema") == []


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schemas_are_schemas(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [*PROFILES, *RULES], ids=lambda path: path.name)
def test_every_file_names_and_fits_its_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prefix = "# yaml-language-server: $schema="
    first = text.splitlines()[0]
    assert first.startswith(prefix)
    schema = json.loads((path.parent / first.removeprefix(prefix)).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.name)
def test_sample_profiles_load(path: Path) -> None:
    assert load_profile(path).name
