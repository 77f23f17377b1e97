"""What the reporting service is told by its environment."""

from typing import Literal

from pydantic import Field, SecretStr

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of reporting."""

    service: Literal["reporting"] = "reporting"
    trace_every_s: float = Field(default=2.0, gt=0, description="Real seconds between looks for closes to trace")
    deliver_every_s: float = Field(default=2.0, gt=0, description="Real seconds between looks for reports to deliver")
    spot_every_s: float = Field(default=300.0, gt=0, description="Real seconds between looks for busy days to check")
    exports_kept_days: int = Field(default=7, ge=1, description="Exports go after so many days, with their files")
    deliveries_kept_days: int = Field(default=400, ge=1, description="Files of deliveries go after so many days")
    mail_every_s: float = Field(default=2.0, gt=0, description="Real seconds between looks for e-mails to send")
    smtp_host: str = Field(default="", description="Without one, e-mails of deliveries wait")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["starttls", "implicit", "none"] = "starttls"
    mail_from: str = Field(default="bellboard@localhost.localdomain", pattern=r"^[^\s@<>]+@[^\s@<>]+$")
