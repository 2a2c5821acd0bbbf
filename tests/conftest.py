"""What all tests share: the real JVMs and the reference material beside the project."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests import jvms

ROOT = Path(__file__).resolve().parent.parent
JvmRun = Callable[[int, Sequence[str]], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material; the test is skipped where it is absent."""
    path = Path(os.environ.get("JVM_ADVISOR_SHARED", ROOT.parent / "shared"))
    if not (path / "gclogs").is_dir():
        pytest.skip("the reference material is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def run_jvm() -> JvmRun:
    """Starts the real JVM of a release with options and `-version`; returns the finished process.

    A runtime that is not in the cache is installed; where that is impossible the test fails, it is not skipped.
    """

    def run(jdk: int, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
        environment = {
            k: v for k, v in os.environ.items() if k not in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
        }
        command = [str(jvms.install(jdk)), *options, "-version"]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=120,
            env=environment,
            check=False,
            cwd=tempfile.gettempdir(),  # a JVM that crashes leaves a file where it stands
        )

    return run
