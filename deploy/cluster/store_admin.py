"""Reads the users of a MongoDB and carries a plan out; makes a replica set of one where it is asked to."""

import time
from collections.abc import Mapping
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.cluster.stores import StorePlan, Stores
from deploy.local.faults import StackFault

WAIT_S = 60
_NOT_YET_INITIATED = 94
_REPLICA_SET = "bellboard"


class StoreAdmin:
    """An administrator's sight of the database. Raises StackFault with the server's own word when it refuses."""

    def __init__(self, url: str) -> None:
        try:
            client: MongoClient[dict[str, Any]] = MongoClient(url, serverSelectionTimeoutMS=20_000)
        except (PyMongoError, ValueError) as wrong:
            raise StackFault(f"The address given with --mongo is none: {wrong}.") from wrong
        self._admin = client.admin

    def initiate(self, member: str) -> None:
        """Make a replica set of this one server, reached at `member`, if it is in none; wait until it takes writes."""
        try:
            self._admin.command("replSetGetStatus")
        except OperationFailure as refused:
            if refused.code != _NOT_YET_INITIATED:
                raise self._refused(refused) from refused
            self._do("replSetInitiate", {"_id": _REPLICA_SET, "members": [{"_id": 0, "host": member}]})
        except PyMongoError as failure:
            raise self._refused(failure) from failure
        deadline = time.monotonic() + WAIT_S
        while not self._do("hello", 1)["isWritablePrimary"]:
            if time.monotonic() > deadline:
                raise StackFault(f"The database takes no writes {WAIT_S} s after it was made a replica set.")
            time.sleep(0.2)

    def look(self) -> Stores:
        """Users and roles as they are."""
        roles = self._do("rolesInfo", 1, showPrivileges=True)["roles"]
        users = self._do("usersInfo", 1)["users"]
        return Stores(
            {role["role"]: role["privileges"] for role in roles},
            {user["user"]: frozenset((each["role"], each["db"]) for each in user["roles"]) for user in users},
        )

    def carry_out(self, plan: StorePlan, wanted: Stores, passwords: Mapping[str, str]) -> None:
        """Do every step; one that was done before the process died is found as done by the next look."""
        known = self.look()
        for name in plan.roles:
            verb = "updateRole" if name in known.roles else "createRole"
            self._do(verb, name, privileges=wanted.roles[name], roles=[])
        for name in (*plan.add, *plan.change):
            roles = [{"role": role, "db": database} for role, database in sorted(wanted.users[name])]
            secret = {"pwd": passwords[name]} if name in passwords else {}
            self._do("updateUser" if name in known.users else "createUser", name, roles=roles, **secret)

    def _do(self, command: str, value: Any, **more: Any) -> dict[str, Any]:
        try:
            return dict(self._admin.command(command, value, **more))
        except PyMongoError as failure:
            raise self._refused(failure) from failure

    def _refused(self, failure: PyMongoError) -> StackFault:
        said = str(failure).split(", full error")[0].split(" (configured timeouts")[0]
        return StackFault(f"The database refuses: {said}; --mongo must be an administrator's address.")
