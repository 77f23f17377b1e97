"""Users of the database as they should be: each service reads and writes a store of its own and no other; pure."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from deploy.local.services import SERVICES

_GUARDED = Path(__file__).resolve().parents[1] / "auth-role.json"
"""Auth's role, which may add to the audit log and never change it: `python -m services.auth.guard_log --print`."""

Given = frozenset[tuple[str, str]]
"""Roles: their name and the database each is of."""
Privileges = list[dict[str, Any]]
"""What a role of ours allows, as MongoDB says it."""


class Stores(NamedTuple):
    """Everything of ours in the database's `admin`: roles with what they allow, users with their roles."""

    roles: Mapping[str, Privileges]
    users: Mapping[str, Given]


class StorePlan(NamedTuple):
    """Steps, in the order they are done."""

    roles: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    change: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether all is as declared."""
        return not any(self)

    def lines(self) -> list[str]:
        """The steps in words."""
        return [
            *(f"write role {name}" for name in self.roles),
            *(f"add user {name}" for name in self.add),
            *(f"give user {name} its own roles and no others" for name in self.change),
        ]


def database_of(service: str) -> str:
    """The store of a service."""
    return f"bellboard_{service}"


def declared() -> Stores:
    """The users as they should be; a user is named as its service."""
    guarded = json.loads(_GUARDED.read_text())
    plain = {name: frozenset({("readWrite", database_of(name))}) for name in SERVICES if name != "auth"}
    return Stores({guarded["role"]: guarded["privileges"]}, {"auth": frozenset({(guarded["role"], "admin")}), **plain})


def plan(wanted: Stores, found: Stores) -> StorePlan:
    """The steps from what is found to what is wanted; users and roles that are not ours are left alone."""
    return StorePlan(
        roles=tuple(n for n, allows in wanted.roles.items() if _said(found.roles.get(n, [])) != _said(allows)),
        add=tuple(name for name in wanted.users if name not in found.users),
        change=tuple(n for n, roles in wanted.users.items() if n in found.users and found.users[n] != roles),
    )


def _said(privileges: Privileges) -> list[str]:
    """Privileges in an order of their own: the database gives them back in another."""
    return sorted(json.dumps({**each, "actions": sorted(each["actions"])}, sort_keys=True) for each in privileges)
