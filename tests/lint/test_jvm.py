"""The real JVM has the last word: it refuses what is an error, and starts with what is left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from advisor.lint import LintOptions
from advisor.lint.inspect import inspect
from advisor.lint.launch import Launch, Word
from advisor.lint.pages import PageFile, page_files
from tests.conftest import JvmRun
from tests.jvms import VERSIONS
from tests.lint.support import format_of, samples

_PLACEHOLDER = re.compile(r"\$\{.*?\}|\{\{.*?\}\}")


def launches() -> Iterator[tuple[str, Launch, int]]:
    """Every launch of the samples on every installed release it may run on; not one that anything may be added to."""
    for sample in samples():
        for number, launch in enumerate(sample.launches):
            for jdk in launch.target.jdks if launch.target else VERSIONS:
                if jdk in VERSIONS and not launch.is_open():
                    yield f"{sample.path.name}-{number}-{jdk}", launch, jdk


CASES = [pytest.param(launch, jdk, id=name) for name, launch, jdk in launches()]


def options(words: tuple[Word, ...]) -> list[str]:
    """What is passed to a JVM: the words whose text is known."""
    return [word.text for word in words if word.known]


def wrong(launch: Launch, jdk: int) -> list[Word]:
    """The words that are errors on a release, in their order."""
    target = LintOptions(jdk=jdk)  # type: ignore[arg-type]
    return [told.problem.word for told in inspect(launch, target) if told.problem.severity == "error"]


@pytest.mark.jvm
@pytest.mark.parametrize(("launch", "jdk"), CASES)
def test_each_error_stops_the_jvm_by_itself_and_the_rest_starts_it(run_jvm: JvmRun, launch: Launch, jdk: int) -> None:
    errors = wrong(launch, jdk)
    words = tuple(word for word in launch.words if jdk in word.condition and (word.is_option or word in errors))
    rest = tuple(word for word in words if word not in errors)
    finished = run_jvm(jdk, options(rest))
    assert finished.returncode == 0, finished.stderr
    for error in errors:
        alone = tuple(word for word in words if word == error or word not in errors)
        filled = [] if error.known else [_PLACEHOLDER.sub("4", error.text)]
        assert run_jvm(jdk, [*options(alone), *filled]).returncode == 1, error.text


PAGES = [page for page in page_files() if page.example.jdk in VERSIONS and page.example.file != "pod.yaml"]


@pytest.mark.jvm
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.id))
def test_the_example_of_a_page_does_what_the_page_says(run_jvm: JvmRun, page: PageFile) -> None:
    example = page.example
    form = format_of(example.file, example.text)
    assert form is not None
    (before,), (after,) = (list(form.launches(text, example.file)) for text in (example.text, example.instead))
    assert run_jvm(example.jdk, options(after.words)).returncode == 0
    refused = run_jvm(example.jdk, options(before.words))
    assert refused.returncode == (1 if page.severity == "error" else 0)
    if page.id in ("obsolete-flag", "deprecated-flag"):
        assert "warning" in refused.stdout + refused.stderr
