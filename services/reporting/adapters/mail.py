"""E-mail over SMTP; the Message-ID is the message's own key, so that a copy could be told from another message."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Self

import aiosmtplib

from services.reporting.domain.mailing import Handed, MailState
from services.reporting.settings import Settings
from shared.contracts.values import Instant

TIMEOUT_S = 30.0


class SmtpMailer:
    """Sends by the installation's mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The mailer, where a mail server is named."""
        return cls(settings) if settings.smtp_host else None

    async def send(self, key: str, to: str, message: bytes, at: Instant) -> Handed:
        """Hand one message over. Only what the server cannot have taken may be sent again."""
        known = self._settings
        client = aiosmtplib.SMTP(
            hostname=known.smtp_host,
            port=known.smtp_port,
            username=known.smtp_user or None,
            password=known.smtp_password.get_secret_value() if known.smtp_password else None,
            use_tls=known.smtp_tls == "implicit",
            start_tls=known.smtp_tls == "starttls",
            timeout=TIMEOUT_S,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError):
            client.close()
            return Handed(state=MailState.REFUSED, code="unreachable", again=True)
        try:
            await client.send_message(self._addressed(key, to, message, at), sender=known.mail_from, recipients=[to])
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _refused(min(one.code for one in refused.recipients))
        except aiosmtplib.SMTPResponseException as refused:
            return _refused(refused.code)
        except (aiosmtplib.SMTPException, OSError):
            return Handed(state=MailState.UNKNOWN, code="broken_off")
        finally:
            client.close()
        return Handed(state=MailState.SENT, code="ok")

    def _addressed(self, key: str, to: str, message: bytes, at: Instant) -> EmailMessage:
        made = message_from_bytes(message, policy=SMTP)
        assert isinstance(made, EmailMessage)
        made["From"], made["To"] = self._settings.mail_from, to
        made["Date"] = format_datetime(at)
        made["Message-ID"] = f"<{key}@{self._settings.mail_from.rpartition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"
        return made


def _refused(code: int) -> Handed:
    return Handed(state=MailState.REFUSED, code=f"smtp_{code}", again=400 <= code < 500)
