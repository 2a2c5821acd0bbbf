"""Every check has its page, and the page tells the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.lint import LintOptions, lint_paths
from advisor.lint.checks import CHECKS
from advisor.lint.docs import document, main
from advisor.lint.pages import PageFile, page_files
from advisor.model.finding import Finding
from advisor.model.resources import shipped
from tests.conftest import ROOT

PAGES = page_files()


def test_there_is_one_page_for_each_check_and_no_other() -> None:
    files = {path.stem for path in (shipped("rules") / "lint").glob("*.yaml")}
    assert files == {check.id for check in CHECKS} == {page.id for page in PAGES}


def findings(page: PageFile, text: str, folder: Path) -> list[Finding]:
    path = folder / page.example.file
    path.write_text(text, encoding="utf-8")
    return list(lint_paths([str(path)], LintOptions(jdk=page.example.jdk, pedantic=True)).findings)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.id))
def test_the_example_is_found_with_the_severity_of_the_page_and_what_is_better_is_clean(
    page: PageFile, tmp_path: Path
) -> None:
    found = [finding for finding in findings(page, page.example.text, tmp_path) if finding.check == page.id]
    assert [finding.severity for finding in found] == [page.severity]
    assert [finding.confidence for finding in found] == [page.confidence]
    assert findings(page, page.example.instead, tmp_path) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.id))
def test_a_page_is_written_in_whole_sentences(page: PageFile) -> None:
    for text in (page.what, page.why, page.remediation, page.jdk):
        assert text.endswith(".")
        assert text[0].isupper() or text[0] in "-`"
    assert not page.title.endswith(".")


def test_the_document_is_fresh_and_has_an_anchor_for_every_url() -> None:
    written = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    assert written == document()
    for check in CHECKS:
        assert f"\n### {check.id}\n" in written


def test_a_stale_document_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("docs").mkdir()
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
