"""What the records service is told by its environment."""

from typing import Literal

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Common settings; records add none of their own."""

    service: Literal["records"] = "records"
