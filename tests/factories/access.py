"""Signs people in for tests: keys, a policy, staff and properties as they come over the topics, and tokens."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from shared.chassis.auth import ALGORITHM, ISSUER, TYPE
from shared.chassis.policy import Policy
from shared.contracts.envelope import Envelope
from shared.contracts.identity import DataClass, Department, Role, system
from shared.contracts.policy import Grant, Heartbeat, KeysEvent, PolicyEvent, PolicySnapshot
from shared.contracts.staff import Mode, Property, PropertyEvent, StaffEvent, StaffMember
from tests.factories.records import CHAIN, NOON, PROPERTY, ZONE, envelope

KEY = Ed25519PrivateKey.generate()
KID = "test-key"
ME = system("tests")


def public_key() -> dict[str, Any]:
    """The public key as a JWK."""
    jwk: dict[str, Any] = json.loads(OKPAlgorithm.to_jwk(KEY.public_key()))
    return {**jwk, "kid": KID, "alg": ALGORITHM, "use": "sig"}


def hotel(property_id: str = PROPERTY, zone: str = ZONE) -> Property:
    """A property of the demo chain."""
    departments = tuple(Department)
    return Property(
        id=property_id, chain=CHAIN, name=property_id, zone=zone, currency="EUR", departments=departments, version=1
    )


def becomes(mode: Mode, policy: Policy, property_id: str = PROPERTY) -> None:
    """Let a service hear that a hotel is a shadow, or for training."""
    policy.known.properties[property_id] = hotel(property_id).model_copy(update={"mode": mode})


def knowledge(staff: Sequence[StaffMember], grants: Sequence[Grant], *properties: Property) -> list[Envelope]:
    """The events that tell a service its keys, policy, staff and properties."""
    policy = PolicySnapshot(chain=CHAIN, version=1, grants=tuple(grants))
    bodies = [
        ("keys.published.v1", "keys", KeysEvent(actor=ME, keys=(public_key(),))),
        ("policy.published.v1", CHAIN, PolicyEvent(actor=ME, policy=policy)),
        *(("staff.hired.v1", one.id, StaffEvent(actor=ME, staff=one)) for one in staff),
        *(("property.opened.v1", one.id, PropertyEvent(actor=ME, property=one)) for one in properties or (hotel(),)),
    ]
    return [envelope(name, subject, 1, NOON, body) for name, subject, body in bodies]


def heartbeat() -> Envelope:
    """What says that auth is alive now and knows of this policy's first version."""
    beat = envelope("keys.published.v1", "heartbeat", 1, NOON, KeysEvent(actor=ME, keys=()))
    value = Heartbeat(at=dt.datetime.now(dt.UTC), policy_versions={CHAIN: 1}).model_dump_json().encode()
    return beat.model_copy(update={"value": value})


def token(member: StaffMember, *audience: str, scopes: Sequence[str] | None = None) -> str:
    """An access token of one person for some services; of a program, for what its key's scopes say."""
    now = dt.datetime.now(dt.UTC)
    claims = {
        "iss": ISSUER,
        "sub": member.id,
        "aud": list(audience),
        "iat": now,
        "nbf": now,
        "exp": now + dt.timedelta(hours=1),
        "jti": f"jti-{member.id}",
        "sid": f"session-{member.id}",
        "chain": member.chain,
        "roles": [role.value for role in member.roles],
        "properties": None if member.properties is None else list(member.properties),
        "departments": [department.value for department in member.departments],
        "epoch": member.epoch,
        **({} if scopes is None else {"scopes": list(scopes)}),
    }
    return jwt.encode(claims, KEY, algorithm=ALGORITHM, headers={"kid": KID, "typ": TYPE})


def bearer(member: StaffMember, audience: str, **more: str) -> dict[str, str]:
    """Headers that sign a person in."""
    return {"Authorization": f"Bearer {token(member, audience)}", **more}


def grant(*actions: str, kind: str, roles: Sequence[Role] = tuple(Role)) -> Grant:
    """Roles may do these actions on a kind, and read all there is by it."""
    return Grant(roles=tuple(roles), actions=actions, kinds=(kind,), read=tuple(DataClass))
