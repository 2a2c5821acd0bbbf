"""The JSON of every command keeps the contract that other programs are run against."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.shared
def test_the_contract_is_kept(shared: Path) -> None:
    checker = shared / "contract_check.py"
    command = Path(sys.executable).parent / "jvm-advisor"
    done = subprocess.run([sys.executable, str(checker), str(command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "SHORT" not in done.stdout
