"""Which files of a folder are looked at, against git's own reading of .gitignore."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from advisor.lint import LintOptions, lint_paths
from advisor.lint.walk import files
from advisor.model.errors import InputError

FILES = (
    "Dockerfile",
    "build/Dockerfile",
    "src/build/Dockerfile",
    "a.log",
    "keep.log",
    "logs/x/y.options",
    "logs/keep.options",
    "docs/a/b/c.args",
    "docs/c.args",
    "docs/build",
    "temp1/x.args",
    "tempX/x.args",
    "sub/only-here.args",
    "only-here.args",
    "sub/deep/z.args",
    "weird[1].args",
    "node_modules/x/Dockerfile",
)
IGNORE = """# built things
build/
*.log
!keep.log
/logs/*
!/logs/keep.options
docs/**/c.args
temp[0-9]
node_modules
[z-a]broken
"""


def tree(root: Path) -> None:
    for name in FILES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    (root / ".gitignore").write_text(IGNORE, encoding="utf-8")
    (root / "sub" / ".gitignore").write_text("/only-here.args\n!deep/\n", encoding="utf-8")


@pytest.mark.parametrize("folder", ["", "sub", "docs"])
def test_a_walk_sees_what_git_sees(tmp_path: Path, folder: str) -> None:
    tree(tmp_path)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "-z", "."],
        cwd=tmp_path / folder,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {name for name in listed.stdout.split("\0") if name}
    found = [found.path.relative_to(tmp_path / folder).as_posix() for found in files([str(tmp_path / folder)])]
    assert set(found) == expected
    assert found == sorted(found, key=lambda name: name.split("/"))


def test_a_file_that_is_named_is_looked_at_even_if_it_is_ignored(tmp_path: Path) -> None:
    tree(tmp_path)
    path = tmp_path / "build" / "Dockerfile"
    path.write_text("FROM openjdk:17\nENV JAVA_OPTS=-XX:+NoSuchFlag\n", encoding="utf-8")
    assert len(lint_paths([str(path), str(path)]).findings) == 1


def test_a_path_that_is_not_there_is_bad_input() -> None:
    with pytest.raises(InputError, match="no such file"):
        list(files(["no/such/place"]))


def test_a_file_of_no_known_kind_is_looked_at_only_when_named_and_when_it_begins_with_options(tmp_path: Path) -> None:
    (tmp_path / "flags.txt").write_text("# ours\n-XX:+UseG1CG -Xmx1g\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("use -XX:+UseG1CG\n", encoding="utf-8")
    assert lint_paths([str(tmp_path)]).files == 0
    assert lint_paths([str(tmp_path / "notes.txt")]).files == 0
    (finding,) = lint_paths([str(tmp_path / "flags.txt")], LintOptions(jdk=17)).findings
    assert (finding.line, finding.column, finding.check) == (2, 1, "unknown-flag")


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "Dockerfile").write_text("FROM x\n", encoding="utf-8")
    assert [found.path.name for found in files([str(tmp_path)])] == ["Dockerfile"]
