"""Who may do what, the public keys and the heartbeat, on `policy.v1`."""

import enum
from typing import Any

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import DataClass, Role
from shared.contracts.values import Code, Instant, Version, Wire

ANY = "*"
"""Every kind of record. It covers no Resource: those are granted by name only."""


OF_THOSE_IN_CHARGE = ("glass_review",)
"""Kinds of record about what people did with rights beyond their own: for those in charge and the auditor."""


class Resource(enum.StrEnum):
    """What is not a record but is asked for by the same question: the `kind` of a decision about it."""

    ALERT = "alert"
    AUDIT = "audit"
    COMMAND = "command"
    COMMENT = "comment"
    CONNECTION = "connection"
    GUEST = "guest"
    HANDOVER = "handover"
    INCENTIVE = "incentive"
    INVENTORY = "inventory"
    MESSAGE = "message"
    OFFER = "offer"
    OPERATION = "operations"
    PARTNER = "partner"
    PAYMENT = "payment"
    POLICY = "policy"
    POSTING = "posting"
    PROPERTY = "property"
    REPORT = "report"
    RULES = "rules"
    SERVICE_ACCOUNT = "service_account"
    STAFF = "staff"
    STAY = "stay"


RESOURCES = frozenset(resource.value for resource in Resource)


def kinds_covering(kind: str) -> tuple[str, ...]:
    """The kinds a grant may name to cover this one: itself, and ANY if it is a kind of record."""
    return (kind,) if kind in RESOURCES or kind == ANY else (kind, ANY)


class Grant(Wire):
    """Roles may do these actions on these kinds. `own_department` limits it to the caller's departments."""

    roles: tuple[Role, ...]
    actions: tuple[Code, ...]
    kinds: tuple[str, ...] = (ANY,)
    except_kinds: tuple[str, ...] = Field(default=(), description="Kinds of record that ANY does not cover here")
    own_department: bool = False
    read: tuple[DataClass, ...] = (DataClass.ORDINARY,)
    write: tuple[DataClass, ...] = (DataClass.ORDINARY,)
    obligations: tuple[Code, ...] = ()


class PolicySnapshot(Wire):
    """A chain's whole policy at one version; default deny."""

    chain: str
    version: Version
    grants: tuple[Grant, ...]
    sensitive_actions: tuple[Code, ...] = Field(default=(), description="Refused while the policy is stale")


SEAL_TYPE = "bellboard-seal"
"""The `typ` of a seal: it is no token, and no token is one."""


class Sealed(Wire):
    """What auth signs: a compact JWS (RFC 7515) over subject, version and the whole of what is said."""

    seal: str | None = Field(default=None, description="Who has the root key alone can make it; what it says counts")
    root: dict[str, Any] | None = Field(default=None, description="The public key (JWK) that verifies it")


class PolicyEvent(EventBody, Sealed):
    """A policy was published."""

    policy: PolicySnapshot


class PolicyChange(Wire):
    """A change of a chain's policy: the digest of what is asked for, and the numbers of the change and its base."""

    number: Version
    base: int = Field(ge=0)
    digest: str
    policy_version: int | None = Field(default=None, description="The version it came into force as")


class PolicyChangeEvent(EventBody):
    """A change of a chain's policy was proposed, decided or withdrawn."""

    change: PolicyChange


POLICY_CHANGE_VERBS = ("proposed", "approved", "rejected", "withdrawn")


class KeysEvent(EventBody, Sealed):
    """Public keys that verify tokens, as a JWK set (RFC 7517); retired ones leave an empty set."""

    keys: tuple[dict[str, Any], ...]


class Heartbeat(Sealed):
    """Auth is alive: neither an event row nor audited."""

    at: Instant
    policy_versions: dict[str, int]
