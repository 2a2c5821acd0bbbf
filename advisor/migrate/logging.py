"""The GC logging options of JDK 8 as one `-Xlog` option (JEP 158, JEP 271)."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.migrate.schema import MigrationRule
from advisor.model.flags import Option

_WHOLE = "gc*"
_ALWAYS = ("level", "tags")
"""What the new lines need to be told apart; the old ones named themselves."""


@dataclass(slots=True)
class LogOption:
    """Gathers what the old options ask for."""

    parts: list[tuple[Option, MigrationRule]] = field(default_factory=list)

    def add(self, rule: MigrationRule, option: Option) -> None:
        """One old option."""
        self.parts.append((option, rule))

    def text(self) -> str | None:
        """The option, or None where all that was asked for was switched off."""
        on = [(option, rule.log) for option, rule in self.parts if rule.log and option.value is not False]
        what = [selection for _, log in on for selection in log.what]
        files = [_file_of(option) for option, log in on if log.file]
        if not what and not files:
            return None
        chosen = _selections(what)
        decorators = list(dict.fromkeys(d for _, log in on for d in log.decorators)) or ["uptime"]
        output = f"file={files[-1]}" if files else "stdout"
        limits = [text.replace("{value}", str(o.value)) for o, log in on for text in log.output] if files else []
        parts = [chosen, output, ",".join((*decorators, *_ALWAYS)), *([",".join(limits)] if limits else [])]
        return "-Xlog:" + ":".join(parts)


def _selections(what: list[str]) -> str:
    """Each once; `gc` alone says nothing beside `gc*`."""
    kept = list(dict.fromkeys(what)) or ["gc"]
    if _WHOLE in kept:
        kept = [selection for selection in kept if selection != "gc"]
    return ",".join(kept)


def _file_of(option: Option) -> str:
    """The file's name; one with a colon has to be quoted."""
    name = option.text.partition(":")[2] if option.text.startswith("-Xloggc:") else str(option.value)
    return f'"{name}"' if ":" in name else name
