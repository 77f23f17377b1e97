"""E-mail over SMTP; the Message-ID is the letter's key, so that a second copy is seen as one."""

from email.message import EmailMessage
from email.utils import format_datetime
from typing import Self

import aiosmtplib
import httpx

from services.alerts.domain.outgoing import SENT, Letter, Outcome, Result, To
from services.alerts.ports.channels import Limits
from services.alerts.settings import Settings


class Mail:
    """Sends by the installation's mail server."""

    name = "email"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.limits = Limits(settings.mail_per_minute, at_once=4, timeout_s=30.0)

    @classmethod
    def of(cls, settings: Settings, outside: httpx.AsyncClient, providers: httpx.AsyncClient) -> Self | None:
        """The channel, where a mail server is named."""
        return cls(settings) if settings.smtp_host else None

    async def send(self, to: To, letter: Letter) -> Result:
        """Hand the letter to the mail server."""
        known = self._settings
        password = known.smtp_password.get_secret_value() if known.smtp_password else None
        try:
            await aiosmtplib.send(
                self._message(to.address, letter),
                hostname=known.smtp_host,
                port=known.smtp_port,
                username=known.smtp_user or None,
                password=password,
                use_tls=known.smtp_tls == "implicit",
                start_tls=known.smtp_tls == "starttls",
                timeout=self.limits.timeout_s - 5,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _refused(min(one.code for one in refused.recipients))
        except aiosmtplib.SMTPResponseException as refused:
            return _refused(refused.code)
        except (aiosmtplib.SMTPConnectError, OSError):
            return Result(Outcome.AGAIN, "unreachable")
        except aiosmtplib.SMTPException:
            return Result(Outcome.AGAIN, "broken_off", maybe=True)
        return SENT

    def _message(self, address: str, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._settings.mail_from, address, letter.subject
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.key}@{self._settings.mail_from.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("\n".join(letter.lines) + f"\n\n{self._settings.console_url}/alerts\n")
        return message


def _refused(code: int) -> Result:
    if code in (550, 551, 553, 554):
        return Result(Outcome.DEAD, f"smtp_{code}")
    return Result(Outcome.AGAIN if 400 <= code < 500 else Outcome.DEAD, f"smtp_{code}")
