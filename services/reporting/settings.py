"""What the reporting service is told by its environment."""

from typing import Literal

from pydantic import Field

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of reporting."""

    service: Literal["reporting"] = "reporting"
    trace_every_s: float = Field(default=2.0, gt=0, description="Real seconds between looks for closes to trace")
    deliver_every_s: float = Field(default=2.0, gt=0, description="Real seconds between looks for reports to deliver")
    spot_every_s: float = Field(default=300.0, gt=0, description="Real seconds between looks for busy days to check")
    exports_kept_days: int = Field(default=7, ge=1, description="Exports go after so many days, with their files")
    deliveries_kept_days: int = Field(default=400, ge=1, description="Files of deliveries go after so many days")
