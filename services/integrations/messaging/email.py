"""Mail to guests by SMTP: one address, plain text, a Message-ID that is the message's own."""

from email.message import EmailMessage

import aiosmtplib

from services.integrations.domain.mail import MailServer, plain_address, subject
from services.integrations.domain.messages import GuestMessage
from services.integrations.ports import ChannelRefused, Delivery
from shared.contracts.values import Scope

TIMEOUT_S = 20.0


class Email:
    """The hotel's own mail server takes it; what becomes of it there is not known yet, so it is `sent`."""

    name = "email"

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def deliver(self, scope: Scope, message: GuestMessage, address: str) -> Delivery:
        """Hand a message over under its id. Raises ChannelRefused."""
        if not plain_address(address):
            raise ChannelRefused("address_invalid")
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
            raise ChannelRefused("server_silent") from silent
        try:
            await client.send_message(_written(message, server.sender, address))
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as refused:
            raise ChannelRefused("recipient_refused") from refused
        except (aiosmtplib.SMTPException, OSError) as lost:
            # It may have gone out: nobody is told twice, a person looks at it.
            raise ChannelRefused("outcome_unknown") from lost
        finally:
            client.close()
        return Delivery.SENT


def _written(message: GuestMessage, sender: str, address: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address
    mail["Subject"] = subject(message.message.language)
    mail["Message-ID"] = f"<{message.message.id}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text or "")
    return mail
