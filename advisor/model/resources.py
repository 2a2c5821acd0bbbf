"""Where the shipped data folders are: inside an installed package, or beside the sources."""

from __future__ import annotations

from pathlib import Path

from advisor.model.errors import InternalError

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(folder: str) -> Path:
    """The folder `rules` or `configs` that came with this installation.

    A built wheel carries it under `advisor/_shipped`; an editable installation or a checkout has it beside
    `pyproject.toml`. Raises InternalError when neither holds.
    """
    inside = _PACKAGE / "_shipped" / folder
    if inside.is_dir():
        return inside
    root = _PACKAGE.parent
    if (root / "pyproject.toml").is_file() and (root / folder).is_dir():
        return root / folder
    raise InternalError(f"the folder {folder!r} is missing from this installation", hint="install jvm-advisor again")
