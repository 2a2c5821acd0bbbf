"""A piece of a log: whole lines in one string, which may also be taken one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload


class Text(Sequence[str]):
    """Lines without their ends. They are only taken apart when somebody looks at one."""

    __slots__ = ("_lines", "length", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.length = text.count("\n") + 1
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines as a list."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self.lines[index]
