"""FILE -> FINDINGS: the JVM flags in files, as the JVM that gets them would judge them."""

from __future__ import annotations

from advisor.lint.options import LintOptions
from advisor.lint.run import lint_paths

__all__ = ["LintOptions", "lint_paths"]
