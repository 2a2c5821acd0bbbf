"""Dockerfiles: ENV in both forms, ENTRYPOINT and CMD in exec and shell form, ARG, FROM for the release.

What runs is the last stage, but a stage that nothing builds on may be the target of a build as well, so each stage that
no other stage starts from is a container of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from advisor.lint.command import java_calls, jvm_options, shell_java_calls, starts_with_jvm_option
from advisor.lint.container import Container, Variable
from advisor.lint.launch import Launch, Target
from advisor.lint.located import Located
from advisor.lint.target import from_image, releases
from advisor.lint.variables import carries_options, expand
from advisor.lint.words import DOCKER, json_strings, unquoted, words
from advisor.model.errors import InputError

_NAMED = re.compile(
    r"(?:^|/)(?:(?:Dockerfile|Containerfile)(?:[.-][^/]*)?|[^/]*\.(?:[Dd]ockerfile|[Cc]ontainerfile))\Z"
)
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)[ \t]+(?=\S)")
_HEREDOC = re.compile(r"<<-?([\"']?)(\w+)\1")
_ESCAPE = re.compile(r"#\s*escape\s*=\s*(\S)\s*\Z", re.IGNORECASE)
_FROM = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+[Aa][Ss]\s+(\S+))?")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
_INSTALLED = re.compile(r"\b(?:openjdk-?|temurin-|zulu-?|java-(?=\d+-))(\d{1,2})\b[\w-]*")
MAX_INSTRUCTIONS = 2_000
_REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::-([^{}]*))?\})")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, continuation lines joined and comments between them left out."""

    name: str
    arguments: Located
    anchor: int


@dataclass(slots=True)
class Stage:
    """What a stage has gathered so far; a stage that starts from another begins with what that one had."""

    label: str
    base: str
    target: Target | None = None
    environment: dict[str, Variable] = field(default_factory=dict)
    entrypoint: Instruction | None = None
    command: Instruction | None = None

    def value(self, name: str) -> Located | None:
        """The value of a variable so far."""
        variable = self.environment.get(name)
        return variable.value if variable else None


class Dockerfile:
    """A recipe of a container image."""

    name = "Dockerfile"
    paths = _NAMED

    def matches(self, path: str, head: str) -> bool:
        """By the name of the file."""
        return bool(_NAMED.search(path))

    def launches(self, text: str, path: str) -> Iterator[Launch]:
        """The launches of each stage that no other stage starts from. Raises InputError where they are too many."""
        stages = _stages(text, path)
        started_from = {stage.base for stage in stages}
        for stage in stages:
            if stage.label not in started_from:
                yield from _container(stage, text).launches()


def instructions(source: str) -> Iterator[Instruction]:
    """The instructions of a file, here-documents skipped."""
    escape, parts, terminators, begun = "\\", list[Located](), list[str](), False
    for line in Located.of(source).lines():
        if terminators:
            if line.text.strip() == terminators[0]:
                terminators.pop(0)
            continue
        if line.text.lstrip().startswith("#") or (parts and not line.text.strip()):
            found = None if begun else _ESCAPE.match(line.text)
            escape = found[1] if found else escape
            continue
        begun = True
        continued = line.text.rstrip().endswith(escape)
        parts.append(line[: len(line.text.rstrip()) - 1] if continued else line)
        if not continued:
            yield from _instruction(parts)
            terminators = _heredocs(parts)
            parts = []
    yield from _instruction(parts)


def _instruction(parts: list[Located]) -> Iterator[Instruction]:
    whole = Located.join(parts)
    found = _INSTRUCTION.match(whole.text)
    if found:
        yield Instruction(found[1].upper(), whole[found.end() :].stripped(), whole.start)


def _heredocs(parts: list[Located]) -> list[str]:
    text = "".join(part.text for part in parts)
    if not re.match(r"\s*(?:RUN|COPY|ADD)\b", text, re.IGNORECASE):
        return []
    return [found[2] for found in _HEREDOC.finditer(text)]


def _stages(source: str, path: str) -> list[Stage]:
    stages: list[Stage] = []
    arguments: dict[str, str] = {}
    for count, instruction in enumerate(instructions(source)):
        if count > MAX_INSTRUCTIONS:
            raise InputError("too many instructions", where=path, hint=f"at most {MAX_INSTRUCTIONS} are read")
        if instruction.name == "FROM":
            stages.append(_new_stage(instruction.arguments.text, stages, arguments))
        elif not stages:
            if instruction.name == "ARG":
                arguments |= {key: value.text for key, value in _assignments(instruction.arguments)}
        else:
            _apply(stages[-1], instruction)
    return stages


def _new_stage(text: str, stages: list[Stage], arguments: Mapping[str, str]) -> Stage:
    found = _FROM.match(text)
    written, label = (found[1], found[2]) if found else (text, None)
    label = (label or f"stage {len(stages)}").lower()
    parent = next((stage for stage in reversed(stages) if stage.label == written.lower()), None)
    if parent:
        return replace(parent, label=label, base=parent.label, environment=dict(parent.environment))
    image = _REFERENCE.sub(lambda use: arguments.get(use[1] or use[2]) or use[3] or use[0], written)
    via = f" ({written} with the default of its ARG)" if image != written else ""
    return Stage(label, written.lower(), from_image(image, via=via))


def _apply(stage: Stage, instruction: Instruction) -> None:
    if instruction.name == "ENV":
        given = [(k, expand(v, stage.value)) for k, v in _assignments(instruction.arguments, blank_form=True)]
        stage.environment.update((key, Variable(value, instruction.anchor)) for key, value in given)
    elif instruction.name == "ARG":
        for key, value in _assignments(instruction.arguments):
            if key not in stage.environment and carries_options(key, value.text) and value.text.startswith("-"):
                stage.environment[key] = Variable(value, instruction.anchor)
    elif instruction.name == "RUN" and stage.target is None:
        if found := _INSTALLED.search(instruction.arguments.text):
            stage.target = releases(int(found[1]), f"{found[0]} is installed")
    elif instruction.name == "ENTRYPOINT":
        stage.entrypoint, stage.command = instruction, None
    elif instruction.name == "CMD":
        stage.command = instruction


def _assignments(arguments: Located, *, blank_form: bool = False) -> Iterator[tuple[str, Located]]:
    """`NAME=value NAME="value" ...`, and with `blank_form` also `NAME value to the end of the line`."""
    first = arguments.text.split(maxsplit=1)
    if blank_form and first and "=" not in first[0]:
        if len(first) == 2:
            yield first[0], unquoted(arguments[len(first[0]) :].stripped(), DOCKER)
        return
    for piece in words(arguments, DOCKER):
        found = _ASSIGNMENT.match(piece.text)
        if found:
            yield found[1], piece[found.end() :]


def _container(stage: Stage, source: str) -> Container:
    parts = [part for part in (stage.entrypoint, stage.command) if part]
    listed = frozenset((text.start, text.end) for part in parts for text in json_strings(part.arguments) or ())
    anchors = sorted(part.anchor for part in parts)
    return Container(stage.label, source, stage.environment, list(_calls(stage)), anchors, listed, stage.target)


def _calls(stage: Stage) -> Iterator[list[Located]]:
    entrypoint = json_strings(stage.entrypoint.arguments) if stage.entrypoint else None
    command = json_strings(stage.command.arguments) if stage.command else None
    if stage.entrypoint and entrypoint is None:
        yield from shell_java_calls(stage.entrypoint.arguments)
    elif entrypoint and (calls := list(java_calls([*entrypoint, *(command or [])]))):
        yield from calls
    elif command:
        yield from [jvm_options(command)] if starts_with_jvm_option(command) else java_calls(command)
    elif stage.command:
        yield from shell_java_calls(stage.command.arguments)
