"""Where the options of a JVM come from, and in which order they count.

From the weakest to the strongest: the file of -XX:Flags, JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, the command line with its
@argfiles and the file of -XX:VMOptionsFile in place, _JAVA_OPTIONS. Sources: HotSpot arguments.cpp (parse,
parse_options_buffer, process_settings_file), the launcher's java.c and args.c; every rule was run on JDK 11, 17, 21 and
25. JDK 8 knows neither argument files, nor JDK_JAVA_OPTIONS, nor VMOptionsFile (from its source).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from advisor.jvm.commandline import Word, parse_option, parse_words, split
from advisor.jvm.verdict import Verdict
from advisor.model.errors import InputError
from advisor.model.flags import FlagSet, Option, OptionKind

VARIABLES = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
"""The environment variables that `java` reads. JAVA_OPTS and the like are read by scripts alone."""
LARGEST_FILE = 1 << 20
_MODULES_AGE = 9
"""The release that brought argument files, JDK_JAVA_OPTIONS and VMOptionsFile."""
_NOT_IN_VARIABLE = frozenset(
    {
        "-jar", "-m", "--module", "--dry-run", "-h", "-?", "-help", "--help", "-X", "--help-extra", "-version",
        "--version", "-fullversion", "--full-version",
    }
)  # fmt: skip
"""What the launcher refuses in JDK_JAVA_OPTIONS: options that end the line or the program."""
_FOR_THE_JVM = re.compile(
    r"-(D.*|X(?!showSettings|diag\b|usage).+|XX:.*|ea(:.*)?|da(:.*)?|esa|dsa|enableassertions(:.*)?|disableassertions(:.*)?"
    r"|enablesystemassertions|disablesystemassertions|verbose(:.*)?|agentlib:.*|agentpath:.*|javaagent:.*"
    r"|-(add-modules|add-opens|add-exports|add-reads|patch-module|limit-modules|module-path|upgrade-module-path"
    r"|enable-native-access|illegal-access|finalization|sun-misc-unsafe-memory-access|illegal-native-access)=.*"
    r"|-enable-preview)\Z",
    re.DOTALL,
)
"""Options that the JVM itself reads; all others are the launcher's and unknown outside of its command line."""
_SPACE = " \t\n\r\f"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Launch:
    """One start of `java`: the words after it, the environment variables it reads, the folder it starts in."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path = Path()


@dataclass(frozen=True, slots=True)
class Applied:
    """The options in the order in which they count, and what is refused before any of them is looked at."""

    flags: FlagSet
    verdicts: tuple[Verdict, ...]


def applied(launch: Launch, jdk: int) -> Applied:
    """What a launch comes to. Raises InputError for a file that cannot be read, is too large, or has an open quote.

    A JVM would not start either in those cases; there is then nothing more to be said of its options.
    """
    reader = _Reader(launch.folder, jdk)
    tool = reader.variable("JAVA_TOOL_OPTIONS", launch.environment)
    line = [*reader.launcher_variable(launch.environment), *reader.command_line(launch.words)]
    last = reader.variable("_JAVA_OPTIONS", launch.environment)
    containers = [reader.with_options_file(options) for options in (tool, line, last)]
    options = [option for container in containers for option in container]
    flags = FlagSet((*reader.settings(options), *options))
    reader.refuse_foreign(flags)
    return Applied(flags, tuple(reader.verdicts))


class _Reader:
    """Reads the carriers of one launch and collects what is wrong with them."""

    def __init__(self, folder: Path, jdk: int) -> None:
        self._folder = folder
        self._jdk = jdk
        self.verdicts: list[Verdict] = []
        self.foreign: list[Option] = []

    def variable(self, name: str, environment: Mapping[str, str]) -> list[Option]:
        """JAVA_TOOL_OPTIONS or _JAVA_OPTIONS: options of the JVM alone."""
        words = _words(environment.get(name, ""), name)
        options = [parse_option(word.text, word.start, word.end) for word in words]
        return self._of_the_jvm(options, name, "environment")

    def _of_the_jvm(
        self, options: Iterable[Option], carrier: str, origin: Literal["command line", "environment"]
    ) -> list[Option]:
        """Options with their origin; a size alias is printed as of the command line wherever it stands."""
        found = []
        for option in options:
            if not _FOR_THE_JVM.match(option.text):
                self.foreign.append(replace(option, carrier=carrier))
                continue
            by = "command line" if option.kind is OptionKind.ALIAS else origin
            found.append(replace(option, origin=by, carrier=carrier))
        return found

    def refuse_foreign(self, flags: FlagSet) -> None:
        """What only the launcher knows, where the JVM alone reads; IgnoreUnrecognizedVMOptions passes over it."""
        lenient = flags.get("IgnoreUnrecognizedVMOptions")
        if lenient is None or lenient.value is not True:
            for option in self.foreign:
                self._refuse(option, f"{option.carrier} takes options of the JVM alone")

    def launcher_variable(self, environment: Mapping[str, str]) -> list[Option]:
        """JDK_JAVA_OPTIONS: as on the command line, but nothing that ends it."""
        name = "JDK_JAVA_OPTIONS"
        text = environment.get(name, "") if self._jdk >= _MODULES_AGE else ""
        options = list(parse_words(self._expanded([word.text for word in _words(text, name)])))
        for option in options:
            refused = option.name in _NOT_IN_VARIABLE or option.text.partition("=")[0] == "--module"
            if refused:
                self._refuse(replace(option, carrier=name), f"{option.name} is not allowed in {name}")
            elif option.kind is OptionKind.OTHER:
                self._refuse(replace(option, carrier=name), f"taken for the main class, which {name} cannot name")
                break
        return [replace(option, carrier=name) for option in options]

    def command_line(self, words: Sequence[str]) -> list[Option]:
        """The words after `java`, argument files in place."""
        return list(parse_words(self._expanded(words)))

    def _expanded(self, words: Sequence[str]) -> list[str]:
        """Argument files are read once, not inside one another; `@@x` is the word `@x`."""
        if self._jdk < _MODULES_AGE:
            return list(words)
        found: list[str] = []
        for index, word in enumerate(words):
            if word != "--disable-@files" and not (word.startswith("@") and len(word) > 1):
                found.append(word)
            elif _ends_options(found):
                return [*found, *words[index:]]
            elif word == "--disable-@files":
                return [*found, *words[index + 1 :]]
            elif word.startswith("@@"):
                found.append(word[1:])
            else:
                found.extend(argument_file(self._text(word[1:], word)))
        return found

    def with_options_file(self, options: Sequence[Option]) -> list[Option]:
        """-XX:VMOptionsFile: one for each container, its options in its place; it may not name another."""
        found: list[Option] = []
        seen: Option | None = None
        for option in options:
            found.append(option)
            if self._jdk < _MODULES_AGE or not _names(option, "VMOptionsFile"):
                continue
            if seen is not None:
                self._refuse(option, f"a second options file beside {seen.text}: only one is allowed")
                continue
            seen = option
            found.extend(self._options_file(option))
        return found

    def _options_file(self, option: Option) -> list[Option]:
        words = _words(self._text(str(option.value), option.text), str(option.value))
        read = [parse_option(word.text, option.start, option.end) for word in words]
        inside = self._of_the_jvm(read, str(option.value), option.origin)
        for nested in inside:
            if _names(nested, "VMOptionsFile"):
                self._refuse(nested, "an options file may not name another")
        return [nested for nested in inside if not _names(nested, "VMOptionsFile")]

    def settings(self, options: Sequence[Option]) -> list[Option]:
        """The file of the last -XX:Flags: lines like `+UseSerialGC` and `NewSize=64m`, weaker than everything else."""
        named = [option for option in options if _names(option, "Flags")]
        if not named:
            return []
        option = named[-1]
        text = self._text(str(option.value), option.text)
        place = {"carrier": str(option.value), "start": option.start, "end": option.end}
        return [replace(parse_option(f"-XX:{word}"), **place) for word in settings_file(text)]  # type: ignore[arg-type]

    def _text(self, name: str, option: str) -> str:
        path = self._folder / name
        try:
            with path.open("rb") as stream:
                raw = stream.read(LARGEST_FILE + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(f"{option}: cannot read: {reason}; no JVM starts", where=str(path)) from error
        if len(raw) > LARGEST_FILE:
            raise InputError(f"{option}: larger than {LARGEST_FILE >> 20} MB", where=str(path))
        return raw.decode("utf-8", "replace")

    def _refuse(self, option: Option, message: str) -> None:
        self.verdicts.append(Verdict("misplaced-option", "error", None, option, message))


def argument_file(text: str) -> list[str]:
    """The words of an @argfile (args.c): # begins a comment, quotes group, a backslash escapes inside of quotes alone.

    A line end inside of quotes ends the word unless a backslash stands before it. A # inside of a word drops the word.
    """
    return list(_ArgumentWords().words(text))


class _ArgumentWords:
    """The state of the launcher's tokenizer."""

    def __init__(self) -> None:
        self._parts = ""
        self._run: str | None = None
        self._quote = ""

    def words(self, text: str) -> Iterator[str]:
        position = 0
        while position < len(text):
            character = text[position]
            position += 1
            if character == "#" and not self._quote:
                self._run = None
                while position < len(text) and text[position] not in "\n\r":
                    position += 1
            elif character == "\\" and self._quote:
                position = self._escaped(text, position)
            elif character in _SPACE and not (self._quote and character not in "\n\r"):
                yield from self._ended()
            elif character == self._quote:
                self._quote = ""
            elif character in "'\"" and not self._quote:
                self._quote, self._run = character, self._run or ""
            else:
                self._run = (self._run or "") + character
                continue
            self._keep()
        if self._parts or self._run:
            yield from self._ended()

    def _keep(self) -> None:
        """What was read up to a quote or an escape stays even where a comment follows."""
        if self._run:
            self._parts += self._run
            self._run = ""

    def _escaped(self, text: str, position: int) -> int:
        """Past the character after a backslash; a file that ends there loses its last word."""
        character = text[position : position + 1]
        if character in ("\n", "\r", ""):
            while position < len(text) and text[position] in _SPACE:
                position += 1
            if position == len(text):
                self._parts, self._run = "", None
            return position
        self._run = (self._run or "") + _ESCAPES.get(character, character)
        return position + 1

    def _ended(self) -> Iterator[str]:
        if self._run is not None:
            yield self._parts + self._run
            self._parts = ""
        self._run, self._quote = None, ""


def settings_file(text: str) -> list[str]:
    """The settings of a file of -XX:Flags: separated by white space, quotes group, # begins a comment between them.

    A line end ends a setting, quoted or not.
    """
    found = []
    for line in text.split("\n"):
        for word in split(line):
            if line[word.start] == "#":
                break
            found.append(word.text)
    return found


def _words(text: str, where: str) -> list[Word]:
    """The words of a variable or file. Raises InputError for a quote that is not closed."""
    words = list(split(text))
    if words and not words[-1].closed:
        raise InputError("a quote is not closed: no JVM starts", where=where, hint="close it or delete it")
    return words


def _names(option: Option, name: str) -> bool:
    return option.kind is OptionKind.VALUED and option.name == name


def _ends_options(words: Sequence[str]) -> bool:
    """Whether the words already hold a main class, or what takes its place."""
    options = parse_words(words)
    return any(option.kind is OptionKind.OTHER or option.name in ("-jar", "-m", "--module") for option in options)
