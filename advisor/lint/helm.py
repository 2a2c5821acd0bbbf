"""Go templates in YAML: actions hidden so that the file parses, and the branches that they make.

Hiding keeps every offset: an action inside a line becomes as many placeholder characters, one that has its lines to
itself becomes as many empty lines, which YAML allows everywhere.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, replace

from advisor.lint.launch import Launch
from advisor.lint.located import ACTION, MASK

_ACTION = re.compile(ACTION)
_WORD = re.compile(r"-?\s*(\w*)")
_LONGEST = 1_000
"""Characters of a line that are looked at around an action."""
_DEEPEST = 50
"""Branches inside one another that are told apart."""
_OPENS = frozenset({"if", "with", "range", "define", "block"})


@dataclass(frozen=True, slots=True)
class Template:
    """A template with its actions hidden. `branches[i]` is the chain of branches from offset `offsets[i]` on."""

    hidden: str
    offsets: tuple[int, ...]
    branches: tuple[tuple[int, ...], ...]

    def branch(self, offset: int) -> tuple[int, ...]:
        """The chain of branches that an offset stands in; empty outside all of them."""
        index = bisect.bisect_right(self.offsets, offset) - 1
        return self.branches[index] if index >= 0 else ()

    def placed(self, launch: Launch) -> Launch:
        """The launch with the branch of each word."""
        return replace(launch, words=tuple(replace(w, branch=self.branch(w.start)) for w in launch.words))


def template(source: str) -> Template:
    """The template that a file is; one without actions is hidden nowhere."""
    parts: list[str] = []
    offsets: list[int] = []
    chains: list[tuple[int, ...]] = []
    chain: tuple[int, ...] = ()
    position = 0
    for number, action in enumerate(_ACTION.finditer(source), start=1):
        parts += [source[position : action.start()], _hidden(source, action.start(), action.end())]
        position = action.end()
        word = _WORD.match(action[1])
        chain = _after(chain, word[1] if word else "", number)
        offsets.append(position)
        chains.append(chain)
    return Template("".join([*parts, source[position:]]), tuple(offsets), tuple(chains))


def _after(chain: tuple[int, ...], word: str, number: int) -> tuple[int, ...]:
    if word in _OPENS and len(chain) < _DEEPEST:
        return (*chain, number)
    if word == "else" and chain:
        return (*chain[:-1], number)
    return chain[:-1] if word == "end" else chain


def _hidden(source: str, start: int, end: int) -> str:
    begin = source.rfind("\n", max(0, start - _LONGEST), start) + 1
    stop = source.find("\n", end, end + _LONGEST)
    around = source[max(begin, start - _LONGEST) : start] + source[end : stop if stop >= 0 else end + _LONGEST]
    alone = not _ACTION.sub("", around).strip()
    return ("\n" if alone else MASK) * (end - start)
