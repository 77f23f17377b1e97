"""What has to be done for a cluster to be as declared; pure. Nothing is taken away that is not one of our users'."""

from collections.abc import Mapping
from typing import NamedTuple

from deploy.cluster.rights import Cluster, Right
from shared.contracts.topics import Topic


class Found(NamedTuple):
    """A cluster as it is: partitions and settings of each topic, users with a SCRAM password, rights."""

    partitions: Mapping[str, int]
    settings: Mapping[str, Mapping[str, str]]
    users: frozenset[str]
    rights: frozenset[Right]


class Plan(NamedTuple):
    """Steps, in the order they are done. `stuck`: topics with another number of partitions, which no step mends."""

    make: tuple[Topic, ...] = ()
    change: tuple[tuple[str, Mapping[str, str]], ...] = ()
    add: tuple[str, ...] = ()
    grant: tuple[Right, ...] = ()
    take: tuple[Right, ...] = ()
    stuck: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether all is as declared."""
        return not any(self)

    def lines(self) -> list[str]:
        """The steps in words."""
        return [
            *(f"topic {name} has another number of partitions, which is fixed for its life" for name in self.stuck),
            *(f"make topic {topic.name}, {topic.partitions} partitions" for topic in self.make),
            *(f"set {setting}={value} on {name}" for name, wanted in self.change for setting, value in wanted.items()),
            *(f"add user {user}" for user in self.add),
            *(f"let {_said(right)}" for right in self.grant),
            *(f"no longer let {_said(right)}" for right in self.take),
        ]


def plan(wanted: Cluster, found: Found) -> Plan:
    """The steps from what is found to what is wanted; none when they are the same."""
    there = [topic for topic in wanted.topics if topic.name in found.partitions]
    ours = {right for right in found.rights if right.user in wanted.users}
    return Plan(
        make=tuple(topic for topic in wanted.topics if topic.name not in found.partitions),
        change=tuple((topic.name, differing) for topic in there if (differing := _differing(topic, found))),
        add=tuple(sorted(wanted.users - found.users)),
        grant=tuple(sorted(wanted.rights - found.rights)),
        take=tuple(sorted(ours - wanted.rights)),
        stuck=tuple(topic.name for topic in there if found.partitions[topic.name] != topic.partitions),
    )


def _differing(topic: Topic, found: Found) -> dict[str, str]:
    settings = found.settings.get(topic.name, {})
    return {name: value for name, value in topic.config.items() if settings.get(name) != value}


def _said(right: Right) -> str:
    those = "s beginning with" if right.prefixed else ""
    return f"{right.user} {right.operation} {right.kind}{those} {right.name}"
