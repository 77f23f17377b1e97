"""What the console is told by its environment, beside the settings of every service."""

from typing import Literal

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """`console_chain` fills the chain in on the sign-in page; empty means people type it."""

    service: Literal["console"] = "console"
    console_chain: str = ""
    session_hours: int = 14

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console by https, so cookies must not travel without it."""
        return self.console_url.startswith("https:")
