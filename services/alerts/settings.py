"""What the alerts service is told by its environment."""

import datetime as dt
from typing import Literal

from pydantic import Field, SecretStr

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of alerts. Quiet hours are local to each property; equal ends mean none.

    A channel without its settings is not there: routes that name it go on to the next.
    """

    service: Literal["alerts"] = "alerts"
    quiet_start: dt.time = dt.time(22)
    quiet_end: dt.time = dt.time(7)
    audit_every_s: float = Field(default=60.0, gt=0)
    audit_grace_s: float = Field(default=60.0, gt=0, description="Real seconds a timer may be late unremarked")
    send_every_s: float = Field(default=1.0, gt=0, description="How often waiting letters are looked for")
    stream_s: float = Field(default=55.0, gt=0, description="How long a stream of an inbox stays open")
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["starttls", "implicit", "none"] = "starttls"
    mail_from: str = Field(default="bellboard@localhost.localdomain", pattern=r"^[^\s@<>]+@[^\s@<>]+$")
    mail_per_minute: int = Field(default=300, ge=1)
    twilio_url: str = "https://api.twilio.com"
    twilio_account: str = ""
    twilio_token: SecretStr | None = None
    sms_from: str = Field(default="", pattern=r"^(\+[1-9][0-9]{6,14})?$")
    whatsapp_from: str = Field(default="", pattern=r"^(\+[1-9][0-9]{6,14})?$")
    twilio_callback_url: str = Field(
        default="",
        pattern=r"^(https://[^\s?#]{1,200})?$",
        description="Where the provider reaches this service from outside; without it no receipts are asked for",
    )
    sms_per_minute: int = Field(default=60, ge=1)
    vapid_private_key: SecretStr | None = Field(default=None, description="base64url of the raw P-256 key, or its DER")
    vapid_subject: str = Field(default="mailto:bellboard@localhost.localdomain", pattern=r"^(mailto:|https://)")
    push_per_minute: int = Field(default=600, ge=1)
    outbound_loopback: bool = Field(default=False, description="Webhooks may call this machine (tests, one-box demos)")
    heartbeat_url: str = Field(default="", description="Called while all is well: who watches it learns that it is not")
    heartbeat_every_s: float = Field(default=60.0, gt=0)
