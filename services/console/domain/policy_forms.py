"""A change of the policy written by ticks: what some roles may do or not, or one change taken out again."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.console.domain.governance import ChainPolicy, Edit
from services.console.domain.problem import Problem, Refused
from services.console.domain.rulebook import codes
from services.console.domain.tongue import _
from shared.contracts.kinds import RECORD_KINDS

CLASSES = ("ordinary", "guest_identity", "payment", "security", "staff", "private_stay")
OBLIGATIONS = ("reason", "second_factor")


def ticked(given: Mapping[str, str], name: str) -> list[str]:
    """What was ticked under a name, and what was typed into its field."""
    ticks = [one.removeprefix(f"{name}_") for one, value in given.items() if one.startswith(f"{name}_") and value]
    return list(dict.fromkeys([*codes(given.get(name, "")), *ticks]))


def wanted(policy: ChainPolicy | None, given: Mapping[str, str]) -> dict[str, Any]:
    """What auth is asked: one more edit over those in force, or those in force without one of them.

    Refused says what is missing.
    """
    number = given.get("without", "")
    if number:
        held = policy.edits if policy else ()
        if not (number.isascii() and number.isdigit()) or int(number) >= len(held):
            raise Refused(Problem(422, "form_invalid", _("There is no such entry any more.")))
        return anew(one for place, one in enumerate(held) if place != int(number))
    edit: dict[str, Any] = {
        "effect": "deny" if given.get("effect") == "deny" else "allow",
        "roles": ticked(given, "roles"),
        "actions": ticked(given, "actions"),
        "kinds": ticked(given, "kinds") or ["*"],
        "own_department": given.get("own_department") in ("true", "1"),
    }
    if edit["effect"] == "allow":
        edit |= {"read": ticked(given, "reads") or ["ordinary"], "write": ticked(given, "writes")}
        edit |= {"obligations": ticked(given, "owes")}
    missing = {
        name: words
        for name, listed, words in (
            (_("Role"), edit["roles"], _("Choose a role.")),
            (_("May"), edit["actions"], _("Choose at least one action.")),
        )
        if not listed
    }
    if missing:
        raise Refused(Problem(422, "form_invalid", _("Something does not look right yet."), missing))
    return {"edits": [edit]}


def anew(edits: Iterable[Edit]) -> dict[str, Any]:
    """Edits in place of those in force, as auth is asked."""
    return {"edits": [one.model_dump(mode="json", exclude={"except_kinds"}) for one in edits], "anew": True}


def choices(policy: ChainPolicy) -> tuple[list[str], list[str]]:
    """The actions and the kinds that the policy speaks of, to choose from."""
    actions = {action for grant in policy.grants for action in grant.actions}
    kinds = {kind for grant in policy.grants for kind in (*grant.kinds, *grant.except_kinds)} - {"*"}
    return sorted(actions), sorted(kinds | set(RECORD_KINDS))
