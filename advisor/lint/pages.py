"""The page of each check: what it finds, why that matters, what to do. One YAML file in `rules/lint/` each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from advisor.lint.checks import CHECKS
from advisor.model.base import Frozen
from advisor.model.documents import build, parse_yaml, read_text
from advisor.model.errors import InputError
from advisor.model.finding import CheckPage, FindingConfidence, Severity
from advisor.model.machine import Jdk
from advisor.model.resources import shipped

DOCUMENT = "docs/lint.md"
Text = Annotated[str, Field(min_length=1)]


class Example(Frozen):
    """A file in which the check finds something on a release, and what to write instead."""

    file: Text
    jdk: Jdk
    text: Text
    instead: Text


class PageFile(Frozen):
    """One file of `rules/lint/`, named after its id."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    title: Text
    severity: Severity
    confidence: FindingConfidence
    what: Text
    why: Text
    remediation: Text
    jdk: Text
    example: Example


def page_files() -> tuple[PageFile, ...]:
    """All pages as written, in the order of the checks. Raises InputError for a page that is missing or wrong."""
    folder = shipped("rules") / "lint"
    return tuple(_read(folder / f"{check.id}.yaml") for check in CHECKS)


def pages() -> tuple[CheckPage, ...]:
    """All pages for reports."""
    return tuple(_page(found) for found in page_files())


def _read(path: Path) -> PageFile:
    found = build(PageFile, parse_yaml(read_text(path), str(path)))
    if found.id != path.stem:
        raise InputError(f"the id {found.id!r} is not the name of the file", where=str(path))
    return found


def _page(found: PageFile) -> CheckPage:
    texts = found.model_dump(exclude={"example"})
    return CheckPage(**texts, example=found.example.text, instead=found.example.instead, url=page_url(found.id))


def page_url(check: str) -> str:
    """Where the page of a check is."""
    return f"{DOCUMENT}#{check}"
