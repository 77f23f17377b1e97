"""Saved views: a list as somebody likes it, for themselves or for all of a department."""

from typing import Any

from pydantic import Field

from shared.contracts.errors import forbidden
from shared.contracts.identity import MANAGERS, Department, Principal
from shared.contracts.values import EntityId, Frozen, Slug, Version

MOST_EACH = 50


class SavedView(Frozen):
    """What a list is asked for, under a name. `department` shares it; `filters` are those of `GET /v1/records`."""

    id: EntityId
    chain: Slug
    owner: EntityId
    department: Department | None = None
    name: str
    filters: dict[str, Any] = Field(default_factory=dict)
    sort: str = "due"
    columns: tuple[str, ...] = ()
    version: Version = 1


def is_shown(view: SavedView, principal: Principal) -> bool:
    """Whether somebody sees it: whose it is, and where it is shared, everybody of that department."""
    shared = view.department is not None and view.department in principal.departments
    return view.chain == principal.chain and (view.owner == principal.staff_id or shared)


def require_shares(principal: Principal, department: Department | None) -> None:
    """Refuse sharing with a department that is not one's own."""
    if department is not None and department not in principal.departments:
        raise forbidden("other_department", "A view is shared with a department of one's own.")


def require_keeper(view: SavedView, principal: Principal) -> None:
    """Refuse changing another's view; one that is shared is kept by those who lead the department, too."""
    leads = view.department in principal.departments and principal.holds(*MANAGERS)
    if view.owner != principal.staff_id and not leads:
        raise forbidden("not_yours", "This view is somebody else's; save one of your own.")
