"""A partner's place on a cluster: its topic, its user, and the right to read it in groups of its own name; pure."""

from deploy.cluster.plan import Found, Plan
from deploy.cluster.rights import Right
from shared.contracts.partners import topic_of_partner
from shared.contracts.topics import Topic

PARTITIONS, KEPT_DAYS = 4, 30


def user_of(partner: str, namespace: str = "") -> str:
    """The name a partner signs in by; its groups begin with it and a dot."""
    return f"{namespace}ext.{partner}"


def topic_for(partner: str, namespace: str = "") -> Topic:
    """The topic as it is made."""
    name = namespace + topic_of_partner(partner)
    return Topic(name=name, owner="integrations", partitions=PARTITIONS, days=KEPT_DAYS, said="A partner's own events.")


def rights_of(partner: str, namespace: str = "") -> tuple[Right, ...]:
    """All that a partner may do: no other topic, and none of our groups, whose partitions it could take."""
    user, topic = user_of(partner, namespace), namespace + topic_of_partner(partner)
    return (
        Right(user, "topic", topic, "read"),
        Right(user, "topic", topic, "describe"),
        Right(user, "group", f"{user}.", "read", prefixed=True),
    )


def granting(partner: str, found: Found, namespace: str = "") -> Plan:
    """The steps that let a partner in, with a new password; what is there already is left."""
    topic = topic_for(partner, namespace)
    missing = tuple(right for right in rights_of(partner, namespace) if right not in found.rights)
    make = () if topic.name in found.partitions else (topic,)
    return Plan(make=make, add=(user_of(partner, namespace),), grant=missing)


def revoking(partner: str, found: Found, namespace: str = "") -> Plan:
    """The steps that shut a partner out: no right is left, and the password it knows is none any more."""
    user = user_of(partner, namespace)
    held = tuple(sorted(right for right in found.rights if right.user == user))
    return Plan(add=(user,) if user in found.users else (), take=held)
