"""What auth is told by its environment, beside what every service is told."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from shared.chassis.settings import ServiceSettings
from shared.contracts.identity import Role


class Settings(ServiceSettings):
    """Auth's own settings; `auth_seed` is a file of a chain and its staff that is loaded at each start."""

    service: Literal["auth"] = "auth"
    auth_seed: Path | None = None
    auth_keys: Path | None = Field(default=None, description="File of the private keys; default in the data folder")
    hashing_threads: int = Field(default=2, ge=1, le=32, description="46 MiB of memory each while a password is hashed")
    hashing_queue: int = Field(default=64, ge=1, le=10_000)
    trusted_proxies: str = Field(default="", description="Addresses whose X-Forwarded-For is believed, by comma")

    gap_grace_s: float = Field(default=60.0, ge=0, description="How long a version may be overtaken by a later one")
    gap_looked_s: float = Field(default=15.0, gt=0, description="How often the log is looked through for gaps")
    second_factor_roles: str = Field(
        default="", description="Roles, by comma, that work only in sessions that showed a second factor"
    )

    rest_hours: float = Field(
        default=11.0, ge=0, le=24, description="Rest that a swap of shifts leaves between two duties, in hours"
    )

    auth_public_url: str = Field(
        default="", description="Where browsers reach auth, for its callback; default auth_url"
    )
    sign_in_returns: str = Field(
        default="", description="Addresses, by comma, that a sign-in through a provider may end at beside the console's"
    )
    private_issuers: str = Field(
        default="", description="Hosts, by comma, of identity providers in the installation's own network"
    )
    loopback_issuers: bool = Field(default=False, description="Identity providers on this machine, also by http")

    @property
    def callback(self) -> str:
        """The one address at which identity providers send browsers back."""
        return f"{(self.auth_public_url or self.auth_url).rstrip('/')}/v1/federation/callback"

    @property
    def returns(self) -> frozenset[str]:
        """The addresses that a sign-in through a provider may end at, each to the letter."""
        return frozenset({f"{self.console_url.rstrip('/')}/sign-in/return", *_listed(self.sign_in_returns)})

    @property
    def private_hosts(self) -> frozenset[str]:
        """Hosts of identity providers that need not be public."""
        return frozenset(_listed(self.private_issuers))

    @property
    def second_factor_asked(self) -> frozenset[Role]:
        """The roles that ask for a second factor; an unknown one raises ValueError at the start."""
        return frozenset(Role(part) for part in _listed(self.second_factor_roles))

    @property
    def keys_file(self) -> Path:
        """Where the private keys are."""
        return self.auth_keys or self.data_dir / "auth-keys.json"

    @property
    def witness_folder(self) -> Path:
        """Where checkpoints are kept outside the database."""
        return self.data_dir / "audit"

    @property
    def proxies(self) -> frozenset[str]:
        """The believed proxies."""
        return frozenset(_listed(self.trusted_proxies))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
