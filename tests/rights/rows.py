"""One row for each route: the permission it needs, where it happens, what it may show, and a sound request."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.identity import DataClass
from shared.contracts.policy import Resource

ORDINARY, GUEST, PAYMENT = DataClass.ORDINARY, DataClass.GUEST_IDENTITY, DataClass.PAYMENT
SECURITY, STAFF, PRIVATE = DataClass.SECURITY, DataClass.STAFF, DataClass.PRIVATE_STAY
RECORD = "guest_request"
"""Stands for every kind of record: the pure matrix asks of all of them."""


class Door(enum.StrEnum):
    """Who gets as far as the question of permission."""

    OPEN = "open"
    """Anybody."""
    SECRET = "secret"
    """Who knows an unguessable address; no person signs in here."""
    SIGNED = "signed"
    """A provider, by its signature over what it sends."""
    SIGNED_IN = "signed_in"
    """Any person of a chain, about themselves or about nothing that belongs to anybody."""
    KEY = "key"
    """A program that holds a key made for it; tests/integration/auth/test_scim.py tries which."""
    STAFF_OR_TOKEN = "staff_or_token"
    """Who is signed in, or holds the token of operations."""
    GRANTED = "granted"
    """Who was granted the action."""


class Place(enum.StrEnum):
    """Where a thing is, and so for whom it exists."""

    CHAIN = "chain"
    """Of the whole chain: whoever is granted it, wherever they work, sees their part."""
    WHOLE_CHAIN = "whole_chain"
    """Of the whole chain, and only for those who work for all of it."""
    PROPERTY = "property"
    """Of one property: for people of another it does not exist."""
    ONE_OF_ALL = "one_of_all"
    """Of one property, but only for those who work for the whole chain."""


class Barred(enum.StrEnum):
    """What who may not is told."""

    REFUSED = "refused"
    """403, of a property of theirs; 404 of any other."""
    ABSENT = "absent"
    """An answer in which the thing is not."""
    HIDDEN = "hidden"
    """404."""


@dataclass(frozen=True)
class Row:
    """A route and what protects it. Names in braces stand for ids of the things that a house holds."""

    route: str
    action: str | None = None
    kind: str = RECORD
    door: Door = Door.GRANTED
    place: Place = Place.PROPERTY
    by_department: bool = False
    needs: frozenset[DataClass] = frozenset()
    """Classes that a grant must let read, or the whole request is refused."""
    shows: frozenset[DataClass] = frozenset()
    """Sensitive classes that the answer holds for those who may read them, and for nobody else."""
    addressed: frozenset[DataClass] = frozenset()
    """Classes that the answer may hold because the words were written to the caller."""
    barred: Barred = Barred.REFUSED
    empty_elsewhere: bool = False
    """Of the chain, but what it shows is one hotel's: people of another are shown nothing of it."""
    thing: str | None = None
    """What the answer names to those who may see it, and to nobody else."""
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    also: tuple[tuple[str, str], ...] = ()
    """Further (action, kind) that it needs."""
    hidden_without: tuple[tuple[str, str], ...] = ()
    """Further (action, kind) without which the thing does not exist for the caller: 404."""

    @property
    def method(self) -> str:
        """GET, POST, …"""
        return self.route.split(" ")[0]

    @property
    def path(self) -> str:
        """As the router has it."""
        return self.route.split(" ")[1]


def of(*classes: DataClass) -> frozenset[DataClass]:
    """A set of classes."""
    return frozenset(classes)


def granted(route: str, action: str, kind: str | Resource = RECORD, **more: Any) -> Row:
    """A row of a route that needs a grant."""
    return Row(route, action, str(kind), **more)
