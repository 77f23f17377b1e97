"""A partner's place on Kafka: its topic, its SCRAM user, and the ACLs that open it that and nothing else (S39–S41).

By confluent-kafka's admin client, as aiokafka's knows neither ACLs nor SCRAM; run from a command, never in a service.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs do not say what it exports
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from shared.contracts.partners import topic_of_partner

PARTITIONS = 4
KEPT_MS = 30 * 86_400_000
ITERATIONS = 8192
WAIT_S = 30
PASSWORD_BYTES = 24
ACLRequest = tuple[ResourceType, str, ResourcePatternType, AclOperation]


class AccessRefused(Exception):
    """The broker does not do it; `why` is its own word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Granted:
    """What a partner needs to read its topic. The password is told this once."""

    topic: str
    user: str
    group_prefix: str
    password: str


def user_of(partner: str, namespace: str = "") -> str:
    """The name a partner signs in by."""
    return f"{namespace}ext.{partner}"


class PartnerAccess:
    """Makes and takes back what partners have on a cluster. `login` are librdkafka's settings for an administrator."""

    def __init__(self, servers: str, login: Mapping[str, Any] | None = None, namespace: str = "") -> None:
        self._admin = AdminClient({"bootstrap.servers": servers, "socket.timeout.ms": 20_000, **(login or {})})
        self._namespace = namespace

    def grant(self, partner: str, *, users: bool = True, replication: int = 1) -> Granted:
        """Create the topic if it is not there; give the user a new password and its ACLs. Raises AccessRefused.

        `users=False` is for a cluster without sign-in: the topic alone.
        """
        topic, user = self._namespace + topic_of_partner(partner), user_of(partner, self._namespace)
        self._make_topic(topic, replication)
        password = secrets.token_urlsafe(PASSWORD_BYTES) if users else ""
        if users:
            info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
            self._done(
                self._admin.alter_user_scram_credentials([UserScramCredentialUpsertion(user, info, password.encode())])
            )
            self._done(self._admin.create_acls(self._acls(topic, user)))
        return Granted(topic, user, f"{user}.", password)

    def revoke(self, partner: str) -> None:
        """Take the user and its ACLs back; the topic stays until its records have run out."""
        user = user_of(partner, self._namespace)
        every = AclBindingFilter(
            ResourceType.ANY,
            None,
            ResourcePatternType.ANY,
            f"User:{user}",
            None,
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        self._done(self._admin.delete_acls([every]))
        deletion = UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512)
        self._done(self._admin.alter_user_scram_credentials([deletion]))

    def _acls(self, topic: str, user: str) -> list[AclBinding]:
        literal, prefixed = ResourcePatternType.LITERAL, ResourcePatternType.PREFIXED
        allowed: list[ACLRequest] = [
            (ResourceType.TOPIC, topic, literal, AclOperation.READ),
            (ResourceType.TOPIC, topic, literal, AclOperation.DESCRIBE),
            # Groups of its own name only: it can join none of ours and take no partitions from it.
            (ResourceType.GROUP, f"{user}.", prefixed, AclOperation.READ),
        ]
        return [
            AclBinding(kind, name, pattern, f"User:{user}", "*", operation, AclPermissionType.ALLOW)
            for kind, name, pattern, operation in allowed
        ]

    def _make_topic(self, topic: str, replication: int) -> None:
        config = {"retention.ms": str(KEPT_MS), "cleanup.policy": "delete", "max.message.bytes": "1048576"}
        if topic in self._topics():
            return
        new = NewTopic(topic, num_partitions=PARTITIONS, replication_factor=replication, config=config)
        self._done(self._admin.create_topics([new]))

    def _topics(self) -> set[str]:
        try:
            return set(self._admin.list_topics(timeout=WAIT_S).topics)
        except KafkaException as failure:
            raise AccessRefused(str(failure)) from failure

    @staticmethod
    def _done(futures: Mapping[Any, Any]) -> None:
        for future in futures.values():
            try:
                future.result(timeout=WAIT_S)
            except (KafkaException, TimeoutError) as failure:
                raise AccessRefused(str(failure)) from failure
