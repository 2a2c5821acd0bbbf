"""The stories by the check that must speak in them."""

from __future__ import annotations

from collections.abc import Callable

from tests.analyze.script import Log

Story = Callable[[], Log]
STORIES: dict[str, Story] = {}


def story(identity: str) -> Callable[[Story], Story]:
    """Registers a log in which a check must speak."""

    def register(make: Story) -> Story:
        STORIES[identity] = make
        return make

    return register
