"""How Kafka's brokers are reached: their addresses, and who we are where they ask."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faststream.security import BaseSecurity, SASLScram512

from shared.chassis.settings import ServiceSettings

SCRAM, PLAIN = "SCRAM-SHA-512", "PLAIN"


@dataclass(frozen=True)
class Access:
    """Addresses, and a user where brokers ask for one. `authority`: the PEM file that vouches for them by TLS.

    Services sign in by SCRAM; PLAIN is for the administrator of a broker that knows no other user yet.
    """

    servers: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    authority: Path | None = None
    mechanism: str = SCRAM

    @staticmethod
    def of(settings: ServiceSettings) -> "Access":
        """As the environment says."""
        password = settings.kafka_password.get_secret_value() if settings.kafka_password else ""
        return Access(settings.kafka_servers, settings.kafka_user, password, settings.kafka_tls, settings.kafka_ca)

    @property
    def protocol(self) -> str:
        """Kafka's name for it."""
        return {
            (False, False): "PLAINTEXT",
            (False, True): "SSL",
            (True, False): "SASL_PLAINTEXT",
            (True, True): "SASL_SSL",
        }[bool(self.user), self.tls]

    def trusted(self) -> ssl.SSLContext | None:
        """Whom to believe to be a broker; None without TLS. Raises OSError when the file is not there or no PEM."""
        return ssl.create_default_context(cafile=self.authority) if self.tls else None

    def client(self) -> dict[str, Any]:
        """The arguments of an aiokafka client."""
        words: dict[str, Any] = {"bootstrap_servers": self.servers}
        if self.protocol != "PLAINTEXT":
            words |= {"security_protocol": self.protocol, "ssl_context": self.trusted()}
        if self.user:
            words |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return words

    def security(self) -> BaseSecurity | None:
        """The same for a FastStream broker."""
        if self.user:
            return SASLScram512(self.user, self.password, self.trusted(), use_ssl=self.tls)
        return BaseSecurity(self.trusted(), use_ssl=True) if self.tls else None

    def librdkafka(self) -> dict[str, Any]:
        """The settings of a confluent-kafka client: commands that make users and rights use that."""
        words: dict[str, Any] = {"bootstrap.servers": self.servers, "security.protocol": self.protocol}
        if self.user:
            words |= {
                "sasl.mechanism": self.mechanism, "sasl.username": self.user, "sasl.password": self.password,
            }  # fmt: skip
        if self.authority is not None:
            words["ssl.ca.location"] = str(self.authority)
        return words
