"""A chain's own identity provider: how it is set up, what its groups are worth here, and a sign-in through it."""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Collection, Sequence
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints

from services.auth.domain.staff import CHAIN_WIDE, Name
from shared.contracts.envelope import Change, NewEvent
from shared.contracts.errors import AppError, Breach, ErrorKind, breached
from shared.contracts.hosts import is_loopback
from shared.contracts.identity import Actor, DataClass, Department, Role
from shared.contracts.staff import ProviderEvent, StaffMember
from shared.contracts.values import EntityId, Frozen, Slug, Version

START_TTL = dt.timedelta(minutes=10)
"""How long somebody may take at the provider."""
GRANT_TTL = dt.timedelta(seconds=60)
"""How long the one-time code of a sign-in that came back is good."""
NOT_BY_GROUP = frozenset({Role.INTEGRATION, Role.BREAK_GLASS})
"""Roles that no group of an identity provider gives: machines have keys, and glass is broken here."""

Claim = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:/._-]{1,200}$")]
Challenge = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""SHA-256 of a secret, base64url (RFC 7636, method S256)."""
Verifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{43,128}$")]


class GroupRule(Frozen):
    """What being in one group of the provider is worth. `properties` null means every property of the chain."""

    group: str = Field(min_length=1, max_length=200)
    roles: tuple[Role, ...] = Field(min_length=1)
    departments: tuple[Department, ...] = ()
    properties: tuple[Slug, ...] | None = None


class ProviderTerms(Frozen):
    """A provider as its chain describes it, without its secret.

    With `group_rules` the groups say, at each sign-in, what a person may do; without, the directory here does.
    `external_id_claim` holds what the provider gives as `externalId` over SCIM: who came that way is known by it.
    `second_factor_amr`: what the provider writes into `amr` when it saw a second factor.
    """

    name: Name
    issuer: str = Field(min_length=8, max_length=400)
    client_id: str = Field(min_length=1, max_length=200)
    scopes: tuple[Claim, ...] = Field(default=("openid", "profile", "email"), max_length=20)
    groups_claim: Claim = "groups"
    name_claim: Claim = "name"
    external_id_claim: Claim | None = None
    login_claim: Claim = "preferred_username"
    group_rules: tuple[GroupRule, ...] = Field(default=(), max_length=200)
    second_factor_amr: tuple[Claim, ...] = Field(default=("mfa", "otp", "hwk"), max_length=20)
    create_unknown: bool = False
    passwords: bool = True
    active: bool = True


class Provider(ProviderTerms):
    """A provider as it is kept; `sealed` is its client secret, encrypted."""

    chain: Slug
    version: Version
    sealed: str = Field(repr=False)


class Attempt(Frozen):
    """A sign-in that was started: everything another replica needs to finish it. Its id is the digest of its state."""

    id: str
    chain: Slug
    provider_version: int
    nonce: str
    sealed: str = Field(repr=False)
    return_to: str
    challenge: Challenge
    expires_at: dt.datetime


class Grant(Frozen):
    """A sign-in that came back: good once, for whoever started it. Its id is the digest of the one-time code."""

    id: str
    chain: Slug
    staff_id: EntityId
    challenge: Challenge
    second_factor: bool
    expires_at: dt.datetime


class Identity(Frozen):
    """Who somebody is at a provider: issuer and subject together, never an e-mail address."""

    chain: Slug
    issuer: str
    subject: str = Field(min_length=1, max_length=255)
    staff_id: EntityId

    @property
    def key(self) -> str:
        """Its one place in the store."""
        return digest("identity", f"{self.chain}\n{self.issuer}\n{self.subject}")


class Asserted(Frozen):
    """What a verified id_token says of a person."""

    subject: str
    name: str
    login: str
    external_id: str
    groups: frozenset[str]
    second_factor: bool


class Rights(Frozen):
    """What a person's groups are worth together."""

    roles: tuple[Role, ...]
    departments: tuple[Department, ...]
    properties: tuple[str, ...] | None


def digest(purpose: str, secret: str) -> str:
    """What is kept of a random secret; it holds 256 bits, so a plain hash hides it."""
    return hashlib.sha256(f"bellboard-{purpose}/1|{secret}".encode("utf-8", "replace")).hexdigest()


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def answers(challenge: str, verifier: str) -> bool:
    """Whether this verifier belongs to the challenge."""
    return hmac.compare_digest(challenge_of(verifier), challenge)


def issuer_fault(issuer: str, *, loopback: bool) -> str | None:
    """Why this is no address of an issuer, or None; http only on this machine, where that is allowed."""
    try:
        parts = urlsplit(issuer)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "This is no web address."
    odd = (
        parts.username is not None or parts.query or parts.fragment or not issuer.isascii() or not issuer.isprintable()
    )
    if not host or odd or port == 0 or any(each.isspace() for each in issuer):
        return "An issuer is a plain web address without query, fragment or name."
    if parts.scheme == "https" or (loopback and parts.scheme == "http" and is_loopback(host)):
        return None
    return "An issuer is reached by https."


def check_provider(terms: ProviderTerms, known_properties: Collection[str], *, loopback: bool) -> None:
    """Refuse what cannot work or must not be, all breaches at once."""
    breaches = []
    fault = issuer_fault(terms.issuer, loopback=loopback)
    if fault:
        breaches.append(Breach(field="issuer", rule="issuer_address", message=fault))
    if "openid" not in terms.scopes:
        breaches.append(Breach(field="scopes", rule="openid", message="The scope openid is needed."))
    if terms.create_unknown and not terms.group_rules:
        message = "Unknown people are taken in only where groups say what they may do."
        breaches.append(Breach(field="create_unknown", rule="group_rules_needed", message=message))
    for number, rule in enumerate(terms.group_rules):
        where = f"group_rules.{number}"
        for role in sorted(NOT_BY_GROUP & set(rule.roles)):
            message = f"No group gives the role {role}."
            breaches.append(Breach(field=f"{where}.roles", rule="role_by_group", message=message))
        for unknown in sorted(set(rule.properties or ()) - set(known_properties)):
            message = f"There is no property {unknown}."
            breaches.append(Breach(field=f"{where}.properties", rule="known_property", message=message))
    if breaches:
        raise breached(breaches)


def worth(rules: Sequence[GroupRule], groups: Collection[str]) -> Rights | None:
    """What the groups give together, None when they give nothing."""
    found = [rule for rule in rules if rule.group in groups]
    if not found:
        return None
    everywhere = any(rule.properties is None for rule in found)
    return Rights(
        roles=tuple(sorted({role for rule in found for role in rule.roles}, key=list(Role).index)),
        departments=tuple(sorted({one for rule in found for one in rule.departments}, key=list(Department).index)),
        properties=None if everywhere else tuple(sorted({one for rule in found for one in rule.properties or ()})),
    )


def with_rights(member: StaffMember, rights: Rights) -> StaffMember:
    """The person with what the groups give, one version and epoch on; the same object when nothing differs.

    A shift in a department that is no longer theirs goes with it.
    """
    held = Rights(
        roles=tuple(sorted(set(member.roles), key=list(Role).index)),
        departments=tuple(sorted(set(member.departments), key=list(Department).index)),
        properties=None if member.properties is None else tuple(sorted(member.properties)),
    )
    if held == rights:
        return member
    shifts = tuple(each for each in member.shifts if each.department is None or each.department in rights.departments)
    update = {"roles": rights.roles, "departments": rights.departments, "properties": rights.properties}
    risen = {"shifts": shifts, "epoch": member.epoch + 1, "version": member.version + 1}
    return member.model_copy(update=update | risen)


def without_rights(member: StaffMember) -> StaffMember:
    """The person whose groups give nothing (any more): they stay in the directory and may do nothing."""
    return with_rights(member, Rights(roles=(), departments=member.departments, properties=member.properties))


def refused_sign_in(code: str, message: str) -> AppError:
    """A sign-in through the provider that is not let in."""
    return AppError(ErrorKind.UNAUTHENTICATED, code, message)


def provider_event(before: Provider | None, after: Provider, actor: Actor, now: dt.datetime) -> NewEvent:
    """`provider.changed`: the terms, never the secret, of which only is told that it is another."""
    old = _told(before) if before else {}
    new = _told(after)
    changes = tuple(
        Change(field=name, data_class=DataClass.SECURITY, before=old.get(name), after=value)
        for name, value in new.items()
        if old.get(name) != value
    )
    if before is not None and before.sealed != after.sealed:
        changes = (*changes, Change(field="client_secret", data_class=DataClass.SECURITY))
    return NewEvent(
        type="provider.changed.v1",
        chain=after.chain,
        property_id=CHAIN_WIDE,
        subject=f"provider:{after.chain}",
        sequence=after.version,
        time=now,
        body=ProviderEvent(
            actor=actor, changes=changes, issuer=after.issuer, active=after.active, passwords=after.passwords
        ),
    )


def _told(provider: Provider) -> dict[str, object]:
    return provider.model_dump(mode="json", exclude={"chain", "version", "sealed"})
