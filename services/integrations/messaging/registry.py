"""Every channel we can reach a guest by: one line each."""

from collections.abc import Mapping

import httpx

from services.integrations.domain.mail import MailServer
from services.integrations.domain.twilio_words import TwilioAccount
from services.integrations.messaging.email import Email, Marked
from services.integrations.messaging.maildrop import Drop, Maildrop
from services.integrations.messaging.twilio import CallBack, Sms, WhatsApp
from services.integrations.ports.messaging import Way


def ways(
    drop: Drop,
    mail: tuple[MailServer, Marked] | None,
    twilio: tuple[Mapping[str, TwilioAccount], httpx.AsyncClient, CallBack],
) -> dict[str, Way]:
    """All channels, by the name that messages carry."""
    found: list[Way] = [Maildrop(drop), Sms(*twilio), WhatsApp(*twilio)]
    found += [Email(*mail)] if mail else []
    return {one.name: one for one in found}
