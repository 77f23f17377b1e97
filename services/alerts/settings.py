"""What the alerts service is told by its environment."""

import datetime as dt
from typing import Literal

from pydantic import Field

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of alerts. Quiet hours are local to each property; equal ends mean none."""

    service: Literal["alerts"] = "alerts"
    quiet_start: dt.time = dt.time(22)
    quiet_end: dt.time = dt.time(7)
    audit_every_s: float = Field(default=60.0, gt=0)
    audit_grace_s: float = Field(default=60.0, gt=0, description="Real seconds a timer may be late unremarked")
