"""Every channel we can reach a guest by: one line each."""

from collections.abc import Callable

from services.integrations.domain.mail import MailServer
from services.integrations.messaging.email import Email
from services.integrations.messaging.maildrop import Drop, Maildrop
from services.integrations.ports import Channel

CHANNELS: dict[str, Callable[[Drop], Channel]] = {
    Maildrop.name: Maildrop,
}


def channels(drop: Drop, mail: MailServer | None = None) -> dict[str, Channel]:
    """All channels, by the name that messages carry."""
    found: dict[str, Channel] = {name: make(drop) for name, make in CHANNELS.items()}
    return found | ({Email.name: Email(mail)} if mail else {})
