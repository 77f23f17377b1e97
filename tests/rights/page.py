"""Writes docs/permissions.md, from the policy that chains start with and the tables of routes."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from services.auth.domain.policy import SENSITIVE, default_grants
from shared.contracts.identity import Role
from shared.contracts.policy import ANY, Grant
from tests.rights.rows import Door, Place, Row
from tests.rights.tables import TABLES
from tests.rights.tables.every import ROWS as OF_EVERY_SERVICE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
SHORT = {
    Role.ASSOCIATE: "associate",
    Role.SUPERVISOR: "supervisor",
    Role.DUTY_MANAGER: "duty manager",
    Role.GENERAL_MANAGER: "general manager",
    Role.REVENUE_MANAGER: "revenue manager",
    Role.FINANCE: "finance",
    Role.AUDITOR: "auditor",
    Role.CHAIN_ADMIN: "chain admin",
    Role.INTEGRATION: "integration",
    Role.BREAK_GLASS: "break-glass",
}
DOORS = {
    Door.OPEN: "anybody",
    Door.SECRET: "who knows the unguessable address",
    Door.SIGNED: "the provider, by its signature",
    Door.SIGNED_IN: "anybody who is signed in",
    Door.KEY: "who holds a service account's key",
    Door.STAFF_OR_TOKEN: "who is signed in, or the operations token",
}
PLACES = {
    Place.CHAIN: "the chain; people of one hotel see their part",
    Place.WHOLE_CHAIN: "the chain; only people of the whole chain",
    Place.PROPERTY: "one hotel; another's is a 404",
    Place.ONE_OF_ALL: "one hotel; only people of the whole chain",
}
LETTERS = {
    "guest_identity": "G",
    "ordinary": "O",
    "payment": "P",
    "private_stay": "V",
    "security": "S",
    "staff": "T",
}
HEAD = """# Permissions

Written by `python -m tests.rights.page` from the policy that every chain starts with (`services/auth/domain/policy.py`)
and from the tables that the tests hold every route to (`tests/rights/tables/`); do not edit. A chain changes its own:
see [security.md](security.md#a-chain-changes-its-policy). What is not granted is denied.

## Who may do what

**●** everywhere in the person's hotels, **○** in departments of their own only, **·** no. Beneath: what is owed
(a reason, say), and the classes of data that are read → written by it.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_matrix(), *_routes()]) + "\n"


def _matrix() -> Iterator[str]:
    grants = default_grants()
    kinds = [ANY, *sorted({kind for grant in grants for kind in grant.kinds if kind != ANY})]
    for kind in kinds:
        of_kind = [grant for grant in grants if kind in grant.kinds]
        actions = sorted({action for grant in of_kind for action in grant.actions})
        yield f"\n### {'Records of every kind' if kind == ANY else kind.replace('_', ' ').capitalize()}\n"
        yield "| may | " + " | ".join(SHORT[role] for role in Role) + " |"
        yield "|---|" + "---|" * len(Role)
        for action in actions:
            stale = " †" if action in SENSITIVE else ""
            cells = [_cell([g for g in of_kind if role in g.roles and action in g.actions]) for role in Role]
            yield f"| {action.replace('_', ' ')}{stale} | " + " | ".join(cells) + " |"
    yield "\n† refused while the policy is stale: five minutes after auth was last heard of."


def _cell(grants: list[Grant]) -> str:
    if not grants:
        return "·"
    anywhere = [grant for grant in grants if not grant.own_department]
    told = [_told("●", anywhere)] if anywhere else []
    wider = _classes(grants) != _classes(anywhere)
    return "<br>".join([*told, *([_told("○", grants)] if wider or not anywhere else [])])


def _classes(grants: list[Grant]) -> tuple[set[str], set[str]]:
    return {c.value for grant in grants for c in grant.read}, {c.value for grant in grants for c in grant.write}


def _told(mark: str, grants: list[Grant]) -> str:
    read, write = _classes(grants)
    owed = set.intersection(*({*grant.obligations} for grant in grants))
    classes = f"{_short(read)} → {_short(write)}" if write else _short(read)
    return f"{mark} {classes}" + (f" ({', '.join(sorted(owed))})" if owed else "")


def _short(classes: set[str]) -> str:
    return "".join(LETTERS[one] for one in sorted(classes))


def _routes() -> Iterator[str]:
    yield "\nClasses: **O**rdinary, **G**uest identity, **P**ayment, pri**V**ate stay, **S**ecurity, s**T**aff."
    yield "\n## What each route needs"
    for service, rows in TABLES.items():
        yield f"\n### {service.capitalize()}\n"
        yield from _table([row for row in rows if row not in OF_EVERY_SERVICE])
    yield "\n### Every service\n"
    yield from _table(list(OF_EVERY_SERVICE))


def _table(rows: list[Row]) -> Iterator[str]:
    yield "| route | needs | where | shows beside what is ordinary |"
    yield "|---|---|---|---|"
    for row in rows:
        needs = DOORS.get(row.door) or f"`{row.action}` on {'records' if row.kind == 'guest_request' else row.kind}"
        needs += ", by department" if row.by_department else ""
        needs += f", reading {', '.join(sorted(row.needs))}" if row.needs else ""
        where = PLACES[row.place] if row.door is Door.GRANTED else ""
        yield f"| `{row.route}` | {needs} | {where} | {', '.join(sorted(row.shows))} |"


def main() -> int:
    """Write the page, or with `--check` say whether it is as it should be."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    if options.parse_args().check:
        fresh = PAGE.exists() and PAGE.read_text() == page()
        sys.stdout.write(
            f"{PAGE.name} is {'as the policy says' if fresh else 'old: run python -m tests.rights.page'}\n"
        )
        return 0 if fresh else 1
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
