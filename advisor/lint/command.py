"""The words of a program call -> the options that its JVM gets."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from advisor.jvm.commandline import ENDS_OPTIONS, TAKES_A_WORD
from advisor.lint.located import MASK, Located
from advisor.lint.words import SHELL, commands

_JAVA = re.compile(r"(?:.*/)?java(?:\.exe)?\Z")
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|a|z|k)?sh\Z")
_BEFORE = re.compile(
    r"(?:\w+=.*|(?:.*/)?(?:exec|env|nohup|time|sudo|tini|dumb-init|gosu|su-exec|nice|--|-g|-s)|!)\Z", re.DOTALL
)
"""Words that may stand before the program: assignments and wrappers that take no further word."""
_OPTION = re.compile(rf"[-\u2010-\u2015\u2212@$\"'{MASK}]|\{{\{{")
"""How an option, an @argfile or a placeholder for some begins; a main class begins otherwise."""
_FIRST_OF_JVM = re.compile(r"-(?:X|D\w|jar\Z|cp\Z|classpath\Z|javaagent:)")


def java_calls(call: Sequence[Located]) -> Iterator[list[Located]]:
    """The words after `java` for each JVM that a program call (its words) starts, also through `sh -c`."""
    script = _script(call)
    if script is not None:
        for command in commands(script.mask(), SHELL):
            yield from _java_call(command)
    else:
        yield from _java_call(call)


def shell_java_calls(script: Located) -> Iterator[list[Located]]:
    """The words after `java` for each JVM that a shell text starts."""
    for command in commands(script.mask(), SHELL):
        yield from java_calls(command)


def starts_with_jvm_option(call: Sequence[Located]) -> bool:
    """Whether the words are arguments for an entry point that is `java` itself."""
    return bool(call) and bool(_FIRST_OF_JVM.match(call[0].text))


def _script(call: Sequence[Located]) -> Located | None:
    if len(call) < 3 or not _SHELL.match(call[0].text):
        return None
    for option, following in itertools.pairwise(call[1:]):
        if re.fullmatch(r"-\w*c", option.text):
            return following
        if not option.text.startswith("-"):
            return None
    return None


def _java_call(call: Sequence[Located]) -> Iterator[list[Located]]:
    for index, text in enumerate(call):
        if _JAVA.match(text.text):
            yield jvm_options(call[index + 1 :])
            return
        if not _BEFORE.match(text.text):
            return


def without_pairs(words: Iterable[Located]) -> Iterator[Located]:
    """The words less the launcher's options whose value is the next word, and those values."""
    following = iter(words)
    for text in following:
        if text.text in TAKES_A_WORD:
            next(following, None)
        else:
            yield text


def jvm_options(call: Sequence[Located]) -> list[Located]:
    """The words that are the JVM's: up to the main class, or to the module or archive that is named instead of one."""
    return list(itertools.takewhile(_may_be_option, without_pairs(call)))


def _may_be_option(text: Located) -> bool:
    return text.text not in ENDS_OPTIONS and bool(_OPTION.match(text.text))
