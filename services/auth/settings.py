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

    @property
    def second_factor_asked(self) -> frozenset[Role]:
        """The roles that ask for a second factor; an unknown one raises ValueError at the start."""
        return frozenset(Role(part.strip()) for part in self.second_factor_roles.split(",") if part.strip())

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
        return frozenset(part.strip() for part in self.trusted_proxies.split(",") if part.strip())
