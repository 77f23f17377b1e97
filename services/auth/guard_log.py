"""`python -m services.auth.guard_log USER`: the MongoDB role that cannot alter the audit log, and a user with it alone.

Run it with the URL of a database administrator in `BELLBOARD_MONGO_URL` and the user's password in
`BELLBOARD_AUTH_DATABASE_PASSWORD`, again after each update of Bellboard; then give auth the user's own URL. With
`--print` it only writes the privileges, as `deploy/auth-role.json` has them.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence

from services.auth.settings import Settings
from services.auth.store.log_rights import ROLE, privileges
from shared.chassis.mongo import DatabaseError, Document, Mongo

PASSWORD = "BELLBOARD_AUTH_DATABASE_PASSWORD"  # noqa: S105 -- the name of a variable


async def guard(mongo: Mongo, user: str, password: str) -> None:
    """Make or renew role and user in `admin`; whatever else the user was granted is taken away."""
    role: Document = {"privileges": privileges(mongo.database), "roles": []}
    known = await mongo.command({"rolesInfo": ROLE}, "admin")
    await mongo.command({"updateRole" if known["roles"] else "createRole": ROLE, **role}, "admin")
    account: Document = {"pwd": password, "roles": [{"role": ROLE, "db": "admin"}]}
    users = await mongo.command({"usersInfo": user}, "admin")
    await mongo.command({"updateUser" if users["users"] else "createUser": user, **account}, "admin")


async def _run(user: str, password: str) -> int:
    mongo = Mongo.of(Settings())
    try:
        await guard(mongo, user, password)
    except DatabaseError as refused:
        sys.stderr.write(f"The database refused ({refused}); BELLBOARD_MONGO_URL must be an administrator's.\n")
        return 1
    finally:
        await mongo.close()
    sys.stdout.write(f"{user} may do everything in {mongo.database} but change or delete the audit log.\n")
    return 0


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when it is done, 1 when the database refuses, 2 when something is not said."""
    if list(arguments) == ["--print"]:
        said = {"role": ROLE, "privileges": privileges(Settings().database)}
        sys.stdout.write(json.dumps(said, indent=1) + "\n")
        return 0
    password = os.environ.get(PASSWORD, "")
    if len(arguments) != 1 or arguments[0].startswith("-") or not password:
        sys.stderr.write(f"Name the user, and its password in {PASSWORD}: python -m services.auth.guard_log USER\n")
        return 2
    return asyncio.run(_run(arguments[0], password))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
