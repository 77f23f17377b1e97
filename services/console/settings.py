"""What the console is told by its environment, beside the settings of every service."""

from typing import Literal

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """`console_chain` fills the chain in on the sign-in page; empty means people type it.

    `idle_lock_minutes`: a screen nobody touches for so long asks again who is there; 0 never does.
    """

    service: Literal["console"] = "console"
    console_chain: str = ""
    session_hours: int = 14
    idle_lock_minutes: int = 15

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console by https, so cookies must not travel without it."""
        return self.console_url.startswith("https:")
