"""Kubernetes manifests and Helm templates of them: environment, command, image and limits of containers; ConfigMaps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from advisor.lint.command import java_calls, jvm_options, starts_with_jvm_option
from advisor.lint.container import Container, Variable
from advisor.lint.formats.jvm_options import JvmOptions, options_file
from advisor.lint.helm import Template, template
from advisor.lint.launch import Launch, Limits, branches
from advisor.lint.located import MASK, Located
from advisor.lint.target import from_image
from advisor.lint.variables import carries_options
from advisor.lint.yamltree import Node, documents, located

_NAMED = re.compile(r"\.ya?ml\Z")
_HEAD = re.compile(r"(?:^|[{,]\s*)[\"']?(apiVersion|kind)[\"']?\s*:", re.MULTILINE)
_WORTH_READING = re.compile(r"JAVA|JVM|OPTS|OPTIONS|java\b|jvm|-XX:|-Xm")
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
_CPU = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(m?)\Z")
_MEMORY = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([eE]\d+|m|[kMGTPE]|[KMGTPE]i|)\Z")
_FACTORS = {"": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18} | {
    f"{letter}i": 2.0 ** (10 * power) for power, letter in enumerate("KMGTPE", start=1)
}


class Kubernetes:
    """A manifest of Kubernetes, or a Helm template of one."""

    name = "Kubernetes"
    paths = _NAMED

    def matches(self, path: str, head: str) -> bool:
        """By the suffix of the file and the two keys that every object of Kubernetes has."""
        return bool(_NAMED.search(path)) and len(set(_HEAD.findall(head))) == 2

    def launches(self, text: str, path: str) -> Iterator[Launch]:
        """The launches of every container of every document. Raises InputError where the text is no YAML."""
        if not _WORTH_READING.search(text):
            return
        read = template(text)
        for root in documents(read.hidden, path, text):
            for launch in _launches(root, text, read):
                yield from branches(read.placed(launch))


def _launches(root: Node, source: str, read: Template) -> Iterator[Launch]:
    kind = root.get("kind")
    if kind is not None and kind.scalar == "ConfigMap":
        yield from _config_map(root, source, read)
    for container in _containers(root, source, read):
        yield from container.launches()


def _containers(root: Node, source: str, read: Template) -> Iterator[Container]:
    for node in root.walk():
        for key in _CONTAINERS:
            for listed in node.all(key):
                for item in listed.items:
                    yield from _container(item, source, read)


def _config_map(root: Node, source: str, read: Template) -> Iterator[Launch]:
    """The data of a ConfigMap: options files, and variables of some container's environment, each by itself."""
    data = root.get("data")
    for key, value in data.pairs if data else []:
        text = located(value, read.hidden)
        if key.scalar and JvmOptions.paths.search(key.scalar):
            yield from options_file(text, key.scalar, source)
        elif key.scalar and carries_options(key.scalar, text.text):
            yield from Container("ConfigMap", source, {key.scalar: Variable(text, key.start)}).launches()


def _container(node: Node, source: str, read: Template) -> Iterator[Container]:
    label = node.get("name")
    image = node.get("image")
    last, alternatives = _environment(node, read)
    title = f"container {label.scalar}" if label and label.scalar and MASK not in label.scalar else "container"
    calls = list(_calls(node, read))
    items = [text for part in (*node.all("command"), *node.all("args")) for text in part.texts()]
    anchors = sorted(text.start for text in items)
    listed = frozenset((text.start, text.end) for text in _places(items, read))
    target = from_image(image.scalar) if image and image.scalar and MASK not in image.scalar else None
    limits = _limits(node)
    yield Container(title, source, last, calls, anchors, listed, target, limits)
    for key, variable in alternatives:
        yield Container(title, source, {key: variable}, (), (), frozenset(), target, limits)


def _calls(node: Node, read: Template) -> Iterator[list[Located]]:
    """The words after `java`; where branches offer several commands or arguments, of each of them."""
    nothing: list[Node | None] = [None]
    for command in [*node.all("command")] or nothing:
        for arguments in [*node.all("args")] or nothing:
            called = [*_texts(command, read), *_texts(arguments, read)]
            if command is None and starts_with_jvm_option(called):
                yield jvm_options(called)
            else:
                yield from java_calls(called)


def _texts(node: Node | None, read: Template) -> list[Located]:
    return _places(node.texts(), read) if node else []


def _places(nodes: Iterable[Node], read: Template) -> list[Located]:
    return [located(node, read.hidden) for node in nodes]


def _environment(node: Node, read: Template) -> tuple[dict[str, Variable], list[tuple[str, Variable]]]:
    """The variables of a container, and those that another of the same name replaces or that branches offer instead."""
    last: dict[str, Variable] = {}
    alternatives: list[tuple[str, Variable]] = []
    for entry in (item for listed in node.all("env") for item in listed.items):
        key = entry.get("name")
        for value in entry.all("value"):
            if key is None or not key.scalar or value.scalar is None:
                continue
            if key.scalar in last:
                alternatives.append((key.scalar, last[key.scalar]))
            last[key.scalar] = Variable(located(value, read.hidden), value.start)
    return last, alternatives


def _limits(node: Node) -> Limits:
    cpu = node.get("resources", "limits", "cpu")
    memory = node.get("resources", "limits", "memory")
    return Limits(
        cpus(cpu.scalar) if cpu and cpu.scalar else None,
        memory_bytes(memory.scalar) if memory and memory.scalar else None,
    )


def cpus(text: str) -> float | None:
    """A quantity of processors: `2`, `0.5`, `500m`. None where it is no such quantity."""
    found = _CPU.match(text)
    return float(found[1]) / (1000 if found[2] else 1) if found else None


def memory_bytes(text: str) -> int | None:
    """A quantity of bytes: `512Mi`, `1.5Gi`, `2G`, `1e9`, `128974848`. None where it is no such quantity."""
    found = _MEMORY.match(text)
    if not found:
        return None
    factor = _FACTORS.get(found[2])
    size = float(found[1]) * (float(f"1{found[2]}") if factor is None else factor)
    return int(size) if size < 2**63 else None
