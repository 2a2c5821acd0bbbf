"""FILE -> LAUNCHES. A format recognises its files and yields the launches in them, each word with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from advisor.lint.formats.commandline import CommandLine
from advisor.lint.formats.dockerfile import Dockerfile
from advisor.lint.formats.jvm_options import JvmOptions
from advisor.lint.formats.kubernetes import Kubernetes
from advisor.lint.launch import Launch


class Format(Protocol):
    """One kind of file. Neither method raises anything but InputError, whatever the text is."""

    name: str
    paths: re.Pattern[str]
    """The paths that are worth opening."""

    def matches(self, path: str, head: str) -> bool:
        """Whether a file of this path, beginning with this text, is of the kind."""
        ...

    def launches(self, text: str, path: str) -> Iterator[Launch]:
        """The launches that the whole text describes."""
        ...


FORMATS: tuple[Format, ...] = (Dockerfile(), JvmOptions(), Kubernetes(), CommandLine())
"""All formats, in the order in which they are asked: the last also knows files by their look."""
