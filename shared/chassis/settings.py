"""What every service process is told by its environment (prefix `BELLBOARD_`)."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """The settings common to all services; each service adds its own in its `settings.py`."""

    # What compose hands over empty is not set.
    model_config = SettingsConfigDict(
        env_prefix="BELLBOARD_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    service: str
    mongo_url: str = "mongodb://127.0.0.1:27017/?replicaSet=bellboard"
    mongo_driver: Literal["pymongo", "motor"] = "pymongo"
    mongo_database: str = ""
    kafka_servers: str = "127.0.0.1:9092"
    kafka_user: str = Field(default="", description="Where brokers ask who one is; signs in by SCRAM-SHA-512")
    kafka_password: SecretStr | None = None
    kafka_tls: bool = False
    kafka_ca: Path | None = Field(
        default=None, description="PEM of whoever vouches for the brokers; absent: the system's"
    )
    kafka_namespace: str = Field(
        default="", pattern=r"^([a-z0-9-]+\.)?$", description="Put before topic and group names, to share a cluster"
    )
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    auth_url: str = "http://127.0.0.1:8001"
    records_url: str = "http://127.0.0.1:8002"
    alerts_url: str = "http://127.0.0.1:8003"
    integrations_url: str = "http://127.0.0.1:8004"
    reporting_url: str = "http://127.0.0.1:8005"
    console_url: str = "http://127.0.0.1:8000"
    data_dir: Path = Path(".bellboard/data")
    operations_token: SecretStr | None = Field(
        default=None, min_length=16, description="Opens /metrics, /openapi.json and /docs without signing in"
    )
    policy_key: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_-]{43})?$",
        description="The public key (`x` of its JWK) that seals policy and keys; absent: the first one heard of",
    )
    embedded: bool = Field(default=False, description="Part of the embedded stack, which is open to this machine alone")
    clock_origin: AwareDatetime | None = None
    clock_rate: float = Field(default=1.0, gt=0, le=100_000)
    clock_start: AwareDatetime | None = None
    clock_file: Path | None = Field(default=None, description="JSON of origin, rate and start, followed as it changes")
    relay_lease_s: float = Field(default=15.0, ge=1, description="How long a dead replica's relay is waited for")
    stuck_after_s: float = Field(default=60.0, ge=1, description="A consumer behind that stands still so long is dead")
    session_s: float = Field(default=10.0, ge=6, description="A consumer unheard of for so long loses its partitions")
    max_poll_s: float = Field(default=300.0, ge=1, description="A batch that takes longer loses its partitions")
    grace_s: float = Field(default=40.0, ge=1, description="How long a batch may go on after SIGTERM")
    erasure_settle_s: float = Field(default=15.0, ge=0, description="A store looks again so long after an erasure")
    otlp_endpoint: str = ""
    trace_ratio: float = Field(default=1.0, ge=0, le=1, description="The share of traces that are exported")
    log_level: str = "INFO"

    @model_validator(mode="after")
    def _user_and_password(self) -> Self:
        if bool(self.kafka_user) is not (self.kafka_password is not None):
            raise ValueError("BELLBOARD_KAFKA_USER and BELLBOARD_KAFKA_PASSWORD are set together, or neither.")
        return self

    @property
    def database(self) -> str:
        """The service's own database."""
        return self.mongo_database or f"bellboard_{self.service}"
