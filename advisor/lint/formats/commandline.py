"""Plain command lines: `*.args` and `*.jvmargs` as the launcher reads an @argfile, anything else as a shell text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from advisor.lint.command import java_calls, jvm_options, starts_with_jvm_option
from advisor.lint.launch import Carrier, Launch, word
from advisor.lint.located import Located
from advisor.lint.words import ARGFILE, SHELL, commands, words

STDIN = "<stdin>"
_NAMED = re.compile(r"\.(?:args|jvmargs|argfile)\Z")
_LOOK = re.compile(r"\s*+(?:#[^\n]*\n\s*+)*+[\"']?(?:-XX:|-X[ms]|-D\w|(?:\S*/)?java\s+-)")


class CommandLine:
    """A plain command line."""

    name = "command line"
    paths = _NAMED

    def matches(self, path: str, head: str) -> bool:
        """By the suffix of the file, because it is standard input, or because it begins with options of a JVM."""
        return path == STDIN or bool(_NAMED.search(path)) or bool(_LOOK.match(head))

    def launches(self, text: str, path: str) -> Iterator[Launch]:
        """One launch for a file or for bare options; one for each call of `java` in a shell text."""
        whole = Located.of(text).mask()
        if _NAMED.search(path):
            yield from _launch(jvm_options(words(whole, ARGFILE)), text)
            return
        calls = [call for command in commands(whole, SHELL) for call in java_calls(command)]
        if calls:
            for call in calls:
                yield from _launch(call, text)
            return
        options = [piece for command in commands(whole, SHELL) for piece in command]
        yield from _launch(jvm_options(options) if starts_with_jvm_option(options) else options, text)


def _launch(options: Sequence[Located], source: str) -> Iterator[Launch]:
    found = tuple(word(piece, source, Carrier.COMMAND_LINE, anchor=piece.start) for piece in options)
    if found:
        yield Launch("command line", found)
