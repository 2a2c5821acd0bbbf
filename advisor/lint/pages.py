"""The page of each check: what it finds, why that matters, what to do. One YAML file in `rules/lint/` each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from advisor.model.base import Frozen
from advisor.model.documents import build, parse_yaml, read_text
from advisor.model.errors import InputError
from advisor.model.finding import CheckPage, FindingConfidence, Severity
from advisor.model.resources import shipped

Text = Annotated[str, Field(min_length=1)]


class PageFile(Frozen):
    """One file of `rules/lint/`, named after its id."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    title: Text
    severity: Severity
    confidence: FindingConfidence
    what: Text
    why: Text
    remediation: Text
    example: Text
    jdk: Text


def pages() -> tuple[CheckPage, ...]:
    """All pages, in the order of the checks. Raises InputError for a page that is missing or wrong."""
    from advisor.lint.checks import CHECKS

    folder = shipped("rules") / "lint"
    return tuple(_page(folder / f"{check.id}.yaml") for check in CHECKS)


def _page(path: Path) -> CheckPage:
    found = build(PageFile, parse_yaml(read_text(path), str(path)))
    if found.id != path.stem:
        raise InputError(f"the id {found.id!r} is not the name of the file", where=str(path))
    return CheckPage(**found.model_dump(), url=f"docs/lint.md#{found.id}")
