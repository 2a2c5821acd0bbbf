"""What a JVM has against a single option that is no -XX flag: -X options, their sizes, properties, the launcher's own.

Behaviour was run on JDK 11, 17, 21 and 25; that of JDK 8 is read from its source (arguments.cpp, java.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from advisor.jvm.commandline import ENDS_OPTIONS, TAKES_A_WORD, has_placeholder, parse_size
from advisor.jvm.flag_checks import Context, check_flag, repaired
from advisor.jvm.verdict import Verdict
from advisor.jvm.xlog import check_xlog
from advisor.model.flags import Option, OptionKind
from advisor.model.quantities import GIB

__all__ = ["Context", "check_option"]

_MOST_STACK = GIB
_POSITIVE = ("-Xmx", "-Xmn", "-Xmaxjitcodesize")
_REMOVED = (
    # option, * for any rest; first release that refuses it; what to do
    ("-d64", 10, "every JVM is a 64-bit one; delete it"),
    ("-d32", 10, "there is no 32-bit mode; delete it"),
    ("-Xincgc", 9, "the incremental collector is gone; delete it"),
    ("-Xbootclasspath/p*", 9, "use --patch-module"),
    ("-Xbootclasspath:*", 9, "use --patch-module"),
    ("-Djava.endorsed.dirs*", 9, "use the class path or --upgrade-module-path"),
    ("-Djava.ext.dirs*", 9, "use the class path"),
    ("-Xnoagent", 25, "delete it"),
    ("-Xfuture", 25, "delete it"),
    ("-Xconcurrentio", 16, "delete it"),
    ("-Xconcgc", 15, "use -XX:+UseG1GC"),
    ("-Xnoconcgc", 15, "delete it"),
    ("-cs", 24, "delete it"),
    ("-checksource", 24, "delete it"),
    ("-noasyncgc", 24, "delete it"),
)
_DEPRECATED = (
    # option, * for any rest; first release that warns; what to do
    ("-Xverify:none", 13, "bytecode is verified for good reason; delete it"),
    ("-noverify", 13, "bytecode is verified for good reason; delete it"),
    ("-Xprof", 9, "it does nothing; use a profiler or JFR"),
    ("--illegal-access*", 17, "it does nothing; use --add-opens"),
    ("-Xfuture", 13, "it does nothing; delete it"),
    ("-Xdebug", 22, "it does nothing; delete it"),
    ("-debug", 22, "it does nothing; delete it"),
    ("-Xconcgc", 9, "use -XX:+UseG1GC"),
    ("-Xnoconcgc", 9, "delete it"),
    ("-cs", 8, "it does nothing; delete it"),
    ("-checksource", 8, "it does nothing; delete it"),
    ("-noasyncgc", 8, "it does nothing; delete it"),
    ("-verbosegc", 24, "use -Xlog:gc"),
    ("-ms*", 24, "use -Xms"),
    ("-mx*", 24, "use -Xmx"),
    ("-ss*", 24, "use -Xss"),
)


@dataclass(frozen=True, slots=True)
class Word:
    """A form of options that the JVM or its launcher knows from one release to another."""

    form: str
    first: int = 8
    last: int = 99


_X_WORDS = (
    Word("-X(batch|check:jni|comp|debug|diag|int|internalversion|log(:.*)?|mixed|noclassgc|prof|rs|loggc:.+)?"),
    Word("-X(bootclasspath/a:.*|run.+|share:(auto|dump|off|on)|verify(:(all|none|remote))?)"),
    Word(r"-X(maxf|minf)(0?\.\d+|0|1|1\.0*)"),
    Word("-XshowSettings(:.*)?", last=21),
    Word("-XshowSettings(:(all|vm|properties|locale|security(:(all|properties|providers|tls))?|system))?", first=22),
    Word("-X(noagent|future)", last=24),
    Word("-X(concurrentio)", last=15),
    Word("-X(noconcgc|concgc)", last=14),
    Word(
        "-X(bootclasspath:.*|bootclasspath/p:.*|incgc|noincgc|oss.*|sqnopause|usealtsigs|boundthreads|maxe.*|mine.*)",
        last=8,
    ),
)
_LAUNCHER_WORDS = (
    Word(r"-(cp|classpath|jar|server|client|version|showversion|fullversion|help|h|\?|native|noverify|debug|verbosegc)"),
    Word("-(ea|enableassertions|da|disableassertions)(:.*)?"),
    Word("-(esa|dsa|enablesystemassertions|disablesystemassertions)"),
    Word("-verbose(:.*)?"),
    Word("-(ms|mx|ss).+"),
    Word("-(cs|checksource|noasyncgc)", last=24),
    Word("-(agentlib|agentpath|javaagent|splash):.*"),
    Word("-(jre-no-restrict-search|d64)", last=8),
    Word("-(p|m|d)", first=9),
    Word("--(version|show-version|full-version|help|help-extra|dry-run|list-modules|validate-modules)", first=9),
    Word("--(show-module-resolution|enable-preview)", first=9),
    Word("--(class-path|module-path|upgrade-module-path|source)(=.*)?", first=9),
    Word("--(add-modules|limit-modules|describe-module)(=.*)?", first=9),
    Word("--(module|add-reads|add-exports|add-opens|patch-module)(=.*)?", first=9),
    Word("--illegal-access=(permit|warn|debug|deny)", first=9, last=16),
    Word("--enable-native-access(=.*)?", first=16),
    Word("--(finalization=.*|disable-@files)", first=18),
    Word("--sun-misc-unsafe-memory-access=(allow|warn|debug|deny)", first=23),
    Word("--illegal-native-access=(allow|warn|deny)", first=24),
    Word("@.*", first=9),
)  # fmt: skip


@lru_cache
def _known(jdk: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What -X options and what options of the launcher a release knows."""
    return _one_of(_X_WORDS, jdk), _one_of(_LAUNCHER_WORDS, jdk)


def _one_of(words: tuple[Word, ...], jdk: int) -> re.Pattern[str]:
    forms = (f"({word.form})" for word in words if word.first <= jdk <= word.last)
    return re.compile(f"(?:{'|'.join(forms)})\\Z", re.DOTALL)


def check_option(option: Option, context: Context) -> Iterator[Verdict]:
    """Everything that is wrong with one option by itself."""
    match option.kind:
        case OptionKind.BOOLEAN | OptionKind.VALUED | OptionKind.BARE:
            yield from check_flag(option, context)
        case OptionKind.ALIAS:
            yield from _size_alias(option)
        case OptionKind.PROPERTY:
            yield from _aged(option, context.jdk)
            yield from _security_manager(option, context)
        case OptionKind.X | OptionKind.LAUNCHER:
            yield from _word(option, context)
        case _:
            yield from _foreign_dash(option)


def _word(option: Option, context: Context) -> Iterator[Verdict]:
    """An option of the JVM or of its launcher, known by its whole text."""
    if option.text.startswith("-Xlog") and not option.text.startswith("-Xloggc:"):
        yield from check_xlog(option, context.jdk)
        return
    aged = tuple(_aged(option, context.jdk))
    if aged or has_placeholder(option.name):
        hidden = context.ignores_unrecognized and not _is_known(option, context.jdk)
        yield from () if hidden else aged
    elif not _is_known(option, context.jdk):
        if not context.ignores_unrecognized:
            text = f"JDK {context.jdk} knows no option {option.name}"
            yield Verdict("unknown-flag", "error", option.name, option, text)
    elif context.jdk >= 9 and option.text.startswith("-Xloggc:"):
        text = "-Xloggc prints a deprecation warning since JDK 9; -Xlog:gc*:file=... does the same and can rotate"
        yield Verdict("deprecated-flag", "warning", None, option, text, f"-Xlog:gc:{option.text[len('-Xloggc:') :]}")


def _is_known(option: Option, jdk: int) -> bool:
    if option.text in TAKES_A_WORD or option.text in ENDS_OPTIONS or has_placeholder(option.text):
        return True
    return bool(_known(jdk)[option.kind is OptionKind.LAUNCHER].match(option.text))


def _aged(option: Option, jdk: int) -> Iterator[Verdict]:
    for form, since, hint in _REMOVED:
        if jdk >= since and _has_form(option.text, form):
            text = f"{form.rstrip('*:')} was removed in JDK {since}: {hint}"
            yield Verdict("removed-option", "error", None, option, text, "")
            return
    for form, since, hint in _DEPRECATED:
        if jdk >= since and _has_form(option.text, form):
            text = f"{form.rstrip('*')} is deprecated since JDK {since}: {hint}"
            yield Verdict("deprecated-flag", "warning", None, option, text, "")


def _has_form(text: str, form: str) -> bool:
    return text.startswith(form[:-1]) and len(text) >= len(form) - 1 if form.endswith("*") else text == form


def _security_manager(option: Option, context: Context) -> Iterator[Verdict]:
    """-Djava.security.manager: warned about from JDK 17, fatal from 24 on; `allow` is a value from JDK 12 on."""
    if option.name != "java.security.manager" or option.value == "disallow":
        return
    if context.jdk >= 24:
        yield Verdict("removed-option", "error", None, option, "the security manager was removed in JDK 24", "")
    elif option.value == "allow" and context.jdk < 12:
        yield Verdict("bad-value", "error", None, option, "allow is a value only from JDK 12 on", "")
    elif option.value != "allow" and context.jdk >= 17:
        yield Verdict("deprecated-flag", "warning", None, option, "deprecated in JDK 17, gone in 24", "")


def _foreign_dash(option: Option) -> Iterator[Verdict]:
    """Options that a word processor or a quote turned into something else: the JVM takes them for the main class."""
    bare = option.text.strip("'\"")
    if re.match(r"[\u2010-\u2015\u2212]+(XX:|X[a-z])", option.text):
        fixed = re.sub(r"\A[\u2010-\u2015\u2212]+", "-", option.text)
        yield Verdict("malformed-flag", "error", None, option, "begins with a dash that is not a hyphen", fixed)
    elif bare != option.text and bare.startswith("-X"):
        yield Verdict("malformed-flag", "error", None, option, "the quotes are part of the option", bare)


def _size_alias(option: Option) -> Iterator[Verdict]:
    """-Xmx and its kin: the form of every single size; their bounds count only for the last one (`relations`)."""
    if not isinstance(option.value, str) or has_placeholder(option.value):
        return
    prefix = option.text[: len(option.text) - len(option.value)]
    try:
        size = parse_size(option.value)
    except ValueError as error:
        fix = repaired(option.value.lstrip("="))
        text = f"{option.value!r} is no size: {error}"
        yield Verdict("bad-value", "error", option.name, option, text, prefix + fix if fix else None)
        return
    if size == 0 and prefix in _POSITIVE:
        yield Verdict("bad-value", "error", option.name, option, f"{prefix} has to be more than 0")
    elif prefix == "-Xss" and size > _MOST_STACK:
        yield Verdict("out-of-range", "error", option.name, option, f"a stack of {size} bytes is more than 1g")
