"""Located text into words, by the rules of whoever splits it: the JVM, a shell, the launcher's @argfiles, JSON.

Expansions are not words' ends: hide them first (`Located.mask`) where they may hold blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from advisor.lint.located import Located, gather

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_JSON_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_JSON_TOKEN = re.compile(r'\s*(?:([\[\],])|"((?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+)")')
_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How words are split. `tokens` has the groups `between`, `comment`, `operator`, `quoted`, `bare`.

    `escapes` finds an escape in a quoted or bare stretch: its group 1 is the character meant, no group is none at all.
    """

    tokens: re.Pattern[str]
    escapes: re.Pattern[str] | None = None
    bare_escapes: re.Pattern[str] | None = None
    single_raw: bool = True
    """Whether single quotes keep everything, backslashes too."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """What an escaped letter means, where it does not mean itself."""


JVM = Dialect(re.compile(r"""(?P<between>\s+)|(?P<quoted>'[^']*'?|"[^"]*"?)|(?P<bare>[^\s'"]+)"""))
"""HotSpot arguments.cpp, parse_options_buffer: white space; both quotes; a backslash is an ordinary character."""
ARGFILE = Dialect(
    re.compile(
        r"""(?P<between>\s+)|(?P<comment>\#[^\n]*)|(?P<quoted>'(?:[^'\\]++|\\.)*+'?|"(?:[^"\\]++|\\.)*+"?)|(?P<bare>[^\s'"\#]+|.)""",
        re.DOTALL,
    ),
    escapes=re.compile(r"\\(?:\r?\n[ \t\f]*|(.))", re.DOTALL),
    single_raw=False,
    letters={"f": "\f", "n": "\n", "r": "\r", "t": "\t"},
)
"""The launcher's args.c (JDK 9+): # to the end of the line, and what it touches on its left is lost too (seen on 17).

A backslash escapes, and continues lines, inside quotes only.
"""
SHELL = Dialect(
    re.compile(
        r"""(?P<between>[^\S\n]+|(?<![^\s;|&()])\#[^\n]*)|(?P<operator>[;|&<>()\n])"""
        r"""|(?P<quoted>'[^']*'?|"(?:[^"\\]++|\\.)*+"?)|(?P<bare>(?:[^\s;|&<>()'"\\]++|\\.)+|.)""",
        re.DOTALL,
    ),
    escapes=re.compile(r"""\\(?:\n|(["\\$`]))"""),
    bare_escapes=re.compile(r"\\(?:\n|(.))", re.DOTALL),
)
"""POSIX shell, chapter 2.2: single quotes keep all, a backslash in double quotes takes only `"`, `$`, itself..."""

DOCKER = Dialect(
    re.compile(
        r"""(?P<between>\s+)|(?P<quoted>'[^']*'?|"(?:[^"\\]++|\\.)*+"?)|(?P<bare>(?:[^\s'"\\]++|\\.)+|.)""", re.DOTALL
    ),
    escapes=SHELL.escapes,
    bare_escapes=SHELL.bare_escapes,
)
"""The builder's word splitting of ENV and ARG: a shell without operators and comments."""


def commands(text: Located, dialect: Dialect) -> Iterator[list[Located]]:
    """The words of each simple command; one command unless there are operators. Unclosed quotes run to the end."""
    command: list[Located] = []
    parts: list[Located] = []
    for token in dialect.tokens.finditer(text.text):
        kind = token.lastgroup or "bare"
        if kind in ("quoted", "bare"):
            parts.append(_stretch(text, token.span(), dialect, first=not parts))
            continue
        if kind != "comment":
            _end_word(command, parts)
        parts = []
        if kind == "operator" and command:
            yield command
            command = []
    _end_word(command, parts)
    if command:
        yield command


def words(text: Located, dialect: Dialect) -> list[Located]:
    """All words of the text, whatever commands they belong to."""
    return [word for command in commands(text, dialect) for word in command]


def unquoted(text: Located, dialect: Dialect) -> Located:
    """The text without its quotes and escapes, white space as it is."""
    parts: list[Located] = []
    for token in dialect.tokens.finditer(text.text):
        begin, end = token.span()
        between = token.lastgroup == "between"
        parts.append(text[begin:end] if between else _stretch(text, (begin, end), dialect, first=False))
    return Located.join(parts)


def _end_word(command: list[Located], parts: list[Located]) -> None:
    word = Located.join(parts)
    if word:
        command.append(word)


def _stretch(text: Located, span: tuple[int, int], dialect: Dialect, *, first: bool) -> Located:
    """A quoted or bare stretch of a word. Quotes around a whole word are no part of it, a later closing quote is."""
    begin, end = span
    quote = text.text[begin]
    if quote not in "'\"":
        return _meant(text[begin:end], dialect.bare_escapes, {})
    closed = end - begin > 1 and text.text[end - 1] == quote
    inner = text[begin + 1 : end - 1 if closed else end]
    raw = quote == "'" and dialect.single_raw
    meant = inner if raw else _meant(inner, dialect.escapes, dialect.letters)
    return meant.until(text.ends[end - 1]) if closed and not first else meant


def _meant(text: Located, escapes: re.Pattern[str] | None, letters: Mapping[str, str]) -> Located:
    """The text with its escapes replaced by what they mean."""
    if escapes is None or "\\" not in text.text:
        return text
    parts, position = [], 0
    for found in escapes.finditer(text.text):
        parts.append(text[position : found.start()])
        if found[1] is not None:
            parts.append(gather([(letters.get(found[1], found[1]), *_places(text, found.span()))]))
        position = found.end()
    return Located.join([*parts, text[position:]])


def _places(text: Located, span: tuple[int, int]) -> tuple[int, int]:
    return text.starts[span[0]], text.ends[span[1] - 1]


def json_strings(text: Located) -> list[Located] | None:
    """The strings of a JSON array of strings; None where it is not one."""
    position, expected, found = 0, "[", list[Located]()
    while expected:
        token = _JSON_TOKEN.match(text.text, position)
        if not token or (token[1] or "string") not in expected.split("/"):
            return None
        if token[1] is None:
            found.append(_json_string(text[token.start(2) : token.end(2)] if token[2] else Located()))
        expected = {"[": "string/]", None: ",/]", ",": "string", "]": ""}[token[1]]
        position = token.end()
    return None if text.text[position:].strip() else found


def _json_string(text: Located) -> Located:
    parts, position = [], 0
    for found in _JSON_ESCAPE.finditer(text.text):
        parts.append(text[position : found.start()])
        character = chr(int(found[1], 16)) if found[1] else _JSON_ESCAPES.get(found[2], found[2])
        if "\ud800" <= character <= "\udfff":
            character = _REPLACEMENT  # half of a pair: no option holds one, and it could not be printed
        parts.append(gather([(character, *_places(text, found.span()))]))
        position = found.end()
    return Located.join([*parts, text[position:]])
