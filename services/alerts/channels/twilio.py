"""SMS and WhatsApp in the shape of Twilio's Messages API (2010-04-01)."""

from typing import Self

import httpx

from services.alerts.channels.answers import tried
from services.alerts.domain.outgoing import Letter, Outcome, Result, To
from services.alerts.ports.channels import Limits
from services.alerts.settings import Settings

LONGEST_SMS = 320
LONGEST = 1500
RECEIPTS = "/v1/twilio/receipts"


def receipts_url(settings: Settings, key: str) -> str:
    """Where the provider says what became of a letter."""
    return f"{settings.twilio_callback_url.rstrip('/')}{RECEIPTS}/{key}"


class Sms:
    """Text messages. The provider knows no key for a repetition, so a try that may have arrived is marked as such."""

    name, prefix, longest = "sms", "", LONGEST_SMS

    def __init__(self, settings: Settings, http: httpx.AsyncClient, sender: str) -> None:
        self._settings, self._http, self._from = settings, http, sender
        self.limits = Limits(settings.sms_per_minute, at_once=4, timeout_s=20.0)

    @classmethod
    def of(cls, settings: Settings, outside: httpx.AsyncClient, providers: httpx.AsyncClient) -> Self | None:
        """The channel, where an account and a number are named."""
        sender = cls.number(settings)
        known = settings.twilio_account and settings.twilio_token and sender
        return cls(settings, providers, sender) if known else None

    @staticmethod
    def number(settings: Settings) -> str:
        """What it is sent from."""
        return settings.sms_from

    async def send(self, to: To, letter: Letter) -> Result:
        """Hand the letter to the provider."""
        known = self._settings
        assert known.twilio_token is not None
        url = f"{known.twilio_url}/2010-04-01/Accounts/{known.twilio_account}/Messages.json"
        form = {
            "To": self.prefix + to.address,
            "From": self.prefix + self._from,
            "Body": letter.text[: self.longest],
        }
        if known.twilio_callback_url:
            form["StatusCallback"] = receipts_url(known, letter.key)
        signed = (known.twilio_account, known.twilio_token.get_secret_value())
        result = await tried(lambda: self._http.post(url, data=form, auth=signed))
        # A number that is none is no address that is gone: the account or the number is wrong.
        return Result(Outcome.DEAD, result.code) if result.outcome is Outcome.GONE else result


class WhatsApp(Sms):
    """The same by WhatsApp."""

    name, prefix, longest = "whatsapp", "whatsapp:", LONGEST

    @staticmethod
    def number(settings: Settings) -> str:
        """What it is sent from."""
        return settings.whatsapp_from
