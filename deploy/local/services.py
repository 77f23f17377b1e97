"""The one table of services: how each is started and with which environment, embedded and in Docker alike."""

from collections.abc import Mapping
from dataclasses import dataclass

SERVICES = ("auth", "integrations", "records", "alerts", "reporting", "console")


@dataclass(frozen=True)
class Surroundings:
    """Where a service finds everything: servers, its own address, the base URL of each service, its folder."""

    mongo_url: str
    kafka_servers: str
    http_host: str
    http_port: int
    urls: Mapping[str, str]
    data_dir: str
    operations_token: str


def module(name: str) -> str:
    """The module that runs this service."""
    return f"services.{name}.app"


def environment(around: Surroundings) -> dict[str, str]:
    """Every variable a service process is given; a business clock and trace export come on top when wanted."""
    return {
        "BELLBOARD_MONGO_URL": around.mongo_url,
        "BELLBOARD_KAFKA_SERVERS": around.kafka_servers,
        "BELLBOARD_HTTP_HOST": around.http_host,
        "BELLBOARD_HTTP_PORT": str(around.http_port),
        "BELLBOARD_DATA_DIR": around.data_dir,
        "BELLBOARD_OPERATIONS_TOKEN": around.operations_token,
        **{f"BELLBOARD_{name.upper()}_URL": around.urls[name] for name in SERVICES},
    }
