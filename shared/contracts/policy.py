"""Who may do what, the public keys and the heartbeat, on `policy.v1`."""

from typing import Any

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import DataClass, Role
from shared.contracts.values import Code, Instant, Version, Wire

ANY = "*"


class Grant(Wire):
    """Roles may do these actions on these kinds. `own_department` limits it to the caller's departments."""

    roles: tuple[Role, ...]
    actions: tuple[Code, ...]
    kinds: tuple[str, ...] = (ANY,)
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


class PolicyEvent(EventBody):
    """A policy was published."""

    policy: PolicySnapshot


class KeysEvent(EventBody):
    """The public keys that verify tokens, as a JWK set (RFC 7517)."""

    keys: tuple[dict[str, Any], ...]


class Heartbeat(Wire):
    """Auth is alive: neither an event row nor audited."""

    at: Instant
    policy_versions: dict[str, int]
