"""Topics, users and rights as they should be: each service writes its own topics and reads what it is told of; pure."""

from collections.abc import Iterable
from typing import NamedTuple

from shared.contracts import topics
from shared.contracts.topics import TOPICS, Topic

EVERYBODY = (topics.POLICY, topics.STAFF)
"""Who may do what: heard by every service but auth, which says it."""
READS: dict[str, tuple[str, ...]] = {
    "auth": topics.AUDITED,
    "records": (topics.STAYS, topics.MONEY, topics.MESSAGES, topics.GUESTS, *EVERYBODY),
    "integrations": (
        *(topics.RECORDS, topics.ALERTS, topics.REPORTS),
        # What it tells partners, and books, it hears from its own topics as everybody does.
        *(topics.STAYS, topics.GUESTS, topics.INVENTORY, topics.MONEY, topics.MESSAGES),
        *EVERYBODY,
    ),
    "alerts": (
        *(topics.RECORDS, topics.STAYS, topics.MONEY, topics.MESSAGES, topics.REPORTS, topics.GUESTS),
        *(topics.ALERTS, topics.PARTNERS, *EVERYBODY),
    ),
    "reporting": (topics.RECORDS, topics.MONEY, topics.ALERTS, topics.STAYS, topics.GUESTS, *EVERYBODY),
    "console": (topics.RECORDS, topics.ALERTS, *EVERYBODY),
}
"""Which topics a service reads; a test holds this to what its consumers subscribe to."""
PARTNERS = "ext."
"""Before a partner's topic: integrations writes them all, a partner's own user reads one."""
MOST_BYTES_S = 20 * 1024 * 1024
"""What a partner may read a second from one broker (S41)."""


class Right(NamedTuple):
    """One thing a user may do: `kind` is topic, group or cluster, `name` a name or, if `prefixed`, how it begins."""

    user: str
    kind: str
    name: str
    operation: str
    prefixed: bool = False


class Cluster(NamedTuple):
    """Everything of ours on a cluster."""

    topics: tuple[Topic, ...]
    users: frozenset[str]
    rights: frozenset[Right]


def user_of(service: str, namespace: str = "") -> str:
    """The name by which a service signs in."""
    return f"{namespace}bellboard-{service}"


def declared(namespace: str = "", replication: int = 3) -> Cluster:
    """The cluster as it should be; `namespace` stands before the names of topics, groups and users.

    All copies but one must have a record before it is acknowledged: one broker may be away, and none is lost with it.
    """
    in_sync = max(1, replication - 1)
    named = tuple(topic.model_copy(update={"name": namespace + topic.name, "in_sync": in_sync}) for topic in TOPICS)
    rights = [right for service in READS for right in _rights(service, namespace)]
    return Cluster(named, frozenset(user_of(service, namespace) for service in READS), frozenset(rights))


def is_group(name: str, namespace: str = "") -> bool:
    """Whether a consumer group is one of our services': named as it, or after it with a dot."""
    return name.startswith(namespace) and name.removeprefix(namespace).partition(".")[0] in READS


def _rights(service: str, namespace: str) -> Iterable[Right]:
    user = user_of(service, namespace)
    for topic in TOPICS:
        if topic.owner in {service, "any"}:
            yield from _topic(user, namespace + topic.name, "write")
    for name in READS[service]:
        yield from _topic(user, namespace + name, "read")
    # Its own groups: `records`, `records.policy`, …; it can join nobody else's and take no partition from it.
    yield Right(user, "group", namespace + service, "read")
    yield Right(user, "group", f"{namespace}{service}.", "read", prefixed=True)
    if service == "integrations":
        yield from _topic(user, namespace + PARTNERS, "write", prefixed=True)


def _topic(user: str, name: str, operation: str, *, prefixed: bool = False) -> Iterable[Right]:
    yield Right(user, "topic", name, operation, prefixed)
    yield Right(user, "topic", name, "describe", prefixed)
