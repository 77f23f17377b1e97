"""Every channel we can reach a guest by: one line each."""

from collections.abc import Callable

from services.integrations.messaging.maildrop import Drop, Maildrop
from services.integrations.ports import Channel

CHANNELS: dict[str, Callable[[Drop], Channel]] = {
    Maildrop.name: Maildrop,
}


def channels(drop: Drop) -> dict[str, Channel]:
    """All channels, by the name that messages carry."""
    return {name: make(drop) for name, make in CHANNELS.items()}
