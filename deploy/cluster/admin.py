"""Reads a cluster and carries a plan out, by confluent-kafka's admin client: aiokafka's knows neither rights nor users.

For commands, which end: in a process that lives on, that client has crashed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from deploy.cluster.plan import Found, Plan
from deploy.cluster.rights import Right
from deploy.local.faults import StackFault
from shared.chassis.access import Access

WAIT_S = 30
ITERATIONS = 8192
_KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
_OPERATIONS = {
    "read": AclOperation.READ,
    "write": AclOperation.WRITE,
    "describe": AclOperation.DESCRIBE,
}
_EVERY_RIGHT = AclBindingFilter(
    ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
)


class ClusterAdmin:
    """One administrator's sight of a cluster. Raises StackFault with the broker's own word when it refuses."""

    def __init__(self, access: Access) -> None:
        self._servers = access.servers
        self._admin = AdminClient({**access.librdkafka(), "socket.timeout.ms": 20_000, "log_level": 0})

    def look(self) -> Found:
        """The cluster as it is."""
        try:
            seen = self._admin.list_topics(timeout=WAIT_S).topics
        except KafkaException as failure:
            raise self._refused(failure) from failure
        partitions = {name: len(topic.partitions) for name, topic in seen.items() if not name.startswith("__")}
        return Found(partitions, self._settings(partitions), self._users(), self._rights())

    def carry_out(self, plan: Plan, passwords: Mapping[str, str], replication: int) -> None:
        """Do every step; one that was done before the process died is found as done by the next look."""
        if plan.make:
            made = [NewTopic(t.name, t.partitions, replication, config=t.config) for t in plan.make]
            self._all(self._admin.create_topics(made))
        if plan.change:
            self._all(self._admin.incremental_alter_configs([_changes(*each) for each in plan.change]))
        if plan.add:
            info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
            users = [UserScramCredentialUpsertion(user, info, passwords[user].encode()) for user in plan.add]
            self._all(self._admin.alter_user_scram_credentials(users))
        if plan.grant:
            self._all(self._admin.create_acls([_binding(right) for right in plan.grant]))
        if plan.take:
            self._all(self._admin.delete_acls([_filter(right) for right in plan.take]))

    def forget(self, topics: Iterable[str], groups: Callable[[str], bool]) -> list[str]:
        """Delete these topics with all they hold, and the offsets of the groups that are meant; what was deleted."""
        there = sorted(set(topics) & set(self.look().partitions))
        if there:
            self._all(self._admin.delete_topics(there))
        try:
            listed = self._admin.list_consumer_groups().result(timeout=WAIT_S).valid
        except (KafkaException, TimeoutError) as failure:
            raise self._refused(failure) from failure
        meant = sorted(group.group_id for group in listed if groups(group.group_id))
        if meant:
            self._all(self._admin.delete_consumer_groups(meant))
        return [*there, *meant]

    def _settings(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        asked = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names]
        found = self._all(self._admin.describe_configs(asked)) if asked else {}
        return {one.name: {name: str(entry.value) for name, entry in said.items()} for one, said in found.items()}

    def _users(self) -> frozenset[str]:
        try:
            found = self._admin.describe_user_scram_credentials().result(timeout=WAIT_S)
        except (KafkaException, TimeoutError) as failure:
            raise self._refused(failure) from failure
        return frozenset(found)

    def _rights(self) -> frozenset[Right]:
        try:
            found = self._admin.describe_acls(_EVERY_RIGHT).result(timeout=WAIT_S)
        except (KafkaException, TimeoutError) as failure:
            raise self._refused(failure) from failure
        return frozenset(_right(each) for each in found if each.permission_type == AclPermissionType.ALLOW)

    def _all(self, futures: Mapping[Any, Any]) -> dict[Any, Any]:
        try:
            return {key: future.result(timeout=WAIT_S) for key, future in futures.items()}
        except (KafkaException, TimeoutError) as failure:
            raise self._refused(failure) from failure

    def _refused(self, failure: Exception) -> StackFault:
        said = failure.args[0].str() if isinstance(failure, KafkaException) else "it does not answer in time"
        return StackFault(f"The cluster at {self._servers} refuses: {said}.")


def _changes(name: str, wanted: Mapping[str, str]) -> ConfigResource:
    entries = [
        ConfigEntry(setting, value, incremental_operation=AlterConfigOpType.SET) for setting, value in wanted.items()
    ]
    return ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=entries)


def _pattern(right: Right) -> ResourcePatternType:
    return ResourcePatternType.PREFIXED if right.prefixed else ResourcePatternType.LITERAL


def _binding(right: Right) -> AclBinding:
    kind, operation = _KINDS[right.kind], _OPERATIONS[right.operation]
    return AclBinding(
        kind, right.name, _pattern(right), f"User:{right.user}", "*", operation, AclPermissionType.ALLOW
    )  # fmt: skip


def _filter(right: Right) -> AclBindingFilter:
    # What is taken away may be of a kind or operation that we never give.
    kind, operation = ResourceType[right.kind.upper()], AclOperation[right.operation.upper()]
    return AclBindingFilter(
        kind, right.name, _pattern(right), f"User:{right.user}", None, operation, AclPermissionType.ALLOW
    )  # fmt: skip


def _right(found: AclBinding) -> Right:
    prefixed = found.resource_pattern_type == ResourcePatternType.PREFIXED
    user = found.principal.removeprefix("User:")
    return Right(user, found.restype.name.lower(), found.name, found.operation.name.lower(), prefixed)
