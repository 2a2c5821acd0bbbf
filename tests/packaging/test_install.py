"""A built wheel and an editable installation both work on their own, with the rule packs and the configs in them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.packaging

PROGRAM = """
from advisor.model.resources import shipped
from advisor.rules import load_rules
print(len(load_rules()), shipped("configs"), any(shipped("configs").glob("*.yaml")))
"""


def fresh(folder: Path) -> Path:
    """The bin folder of a new virtual environment."""
    venv.create(folder, with_pip=True, symlinks=True)
    return folder / "bin"


def run(*command: str | Path, **environment: str) -> str:
    """Runs a command away from the checkout; returns what it prints."""
    keep = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        cwd="/",
        env={**keep, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(bin_folder: Path, *words: str | Path) -> None:
    """Runs pip in an environment."""
    run(bin_folder / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", *words)


def test_a_wheel_in_a_fresh_environment_recommends(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    binaries = fresh(tmp_path / "env")
    pip(binaries, "install", wheel)
    count, folder, samples = run(binaries / "python", "-c", PROGRAM).split()
    assert int(count) == len(list((ROOT / "rules" / "recommend").glob("*.yaml")))
    assert str(tmp_path / "env") in folder
    assert samples == "True"
    printed = run(binaries / "jvm-advisor", "recommend", Path(folder) / "samples" / "orders-jdk17-parallel.log.gz")
    assert "-Xmx" in printed


def test_an_editable_installation_reads_the_checkout(tmp_path: Path) -> None:
    binaries = fresh(tmp_path / "env")
    pip(binaries, "install", "--no-deps", "--editable", ROOT)
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    count, folder, _ = run(binaries / "python", "-c", PROGRAM, PYTHONPATH=libraries).split()
    assert int(count) == len(list((ROOT / "rules" / "recommend").glob("*.yaml")))
    assert Path(folder) == ROOT / "configs"
