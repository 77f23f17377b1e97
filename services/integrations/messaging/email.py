"""Mail to guests by SMTP: one address, plain text, our own Message-ID, answers to an address that names it."""

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage

import aiosmtplib

from services.integrations.domain.guests import Profile
from services.integrations.domain.mail import MailServer, plain_address, subject
from services.integrations.domain.messages import Handed
from services.integrations.ports import PmsRefused, PmsSilent
from services.integrations.ports.messaging import Letter
from services.integrations.ports.vendors import PmsBusy
from shared.contracts.messages import MessageState

TIMEOUT_S = 20.0
BUSY = range(400, 500)
"""Answers by which a server asks us to come again."""
Marked = Callable[[str, str], str]
"""The address that answers to a message come to, by the sender's and the message's id."""


class Email:
    """The hotel's own mail server takes it; what becomes of it there is not known yet, so it is `sent`.

    SMTP knows no key for a repetition and no question afterwards: what may have gone out is never sent again by
    itself.
    """

    name, idempotent, receipts, windowed = "email", False, False, False

    def __init__(self, server: MailServer, marked: Marked | None = None) -> None:
        self._server, self._marked = server, marked

    def serves(self, property_id: str) -> bool:
        """The server is the chain's."""
        return True

    def address(self, profile: Profile) -> str | None:
        """The guest's address."""
        return profile.email

    async def deliver(self, letter: Letter) -> Handed:
        """Hand a letter over under its id. Raises PmsRefused, PmsBusy or PmsSilent."""
        if not plain_address(letter.address):
            raise PmsRefused("address_invalid")
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            start_tls=server.tls,
            timeout=TIMEOUT_S,
            username=server.user or None,
            password=server.password.get_secret_value() if server.password else None,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as silent:
            raise PmsBusy("server_silent") from silent
        try:
            await client.send_message(self._written(letter))
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _refusal(refused.recipients[0].code) from refused
        except aiosmtplib.SMTPResponseException as refused:
            raise _refusal(refused.code) from refused
        except (aiosmtplib.SMTPException, OSError) as lost:
            raise PmsSilent from lost
        finally:
            client.close()
        return Handed(MessageState.SENT)

    def _written(self, letter: Letter) -> EmailMessage:
        sender, message = self._server.sender, letter.message
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, letter.address
        mail["Subject"] = letter.subject or subject(message.language)
        mail["Message-ID"] = f"<{message.id}@{sender.partition('@')[2]}>"
        if self._marked:
            mail["Reply-To"] = self._marked(sender, message.id)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text)
        return mail

    async def found(self, letter: Letter, since: dt.datetime, known: frozenset[str]) -> Handed | None:
        """Nobody can be asked."""
        return None

    async def state(self, property_id: str, reference: str) -> Handed | None:
        """Nobody can be asked."""
        return None


def _refusal(code: int) -> PmsBusy | PmsRefused:
    return PmsBusy("server_busy") if code in BUSY else PmsRefused("recipient_refused")
