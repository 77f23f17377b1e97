"""Which roles may decide what another person asked for, and who may stand in for one who is off duty."""

from services.records.domain.commands import Doer
from shared.contracts.errors import forbidden
from shared.contracts.identity import Role

DECIDERS: dict[Role, frozenset[Role]] = {
    Role.SUPERVISOR: frozenset(
        {Role.SUPERVISOR, Role.DUTY_MANAGER, Role.REVENUE_MANAGER, Role.GENERAL_MANAGER, Role.BREAK_GLASS}
    ),
    Role.DUTY_MANAGER: frozenset({Role.DUTY_MANAGER, Role.GENERAL_MANAGER, Role.BREAK_GLASS}),
    Role.REVENUE_MANAGER: frozenset({Role.REVENUE_MANAGER, Role.GENERAL_MANAGER, Role.BREAK_GLASS}),
    Role.FINANCE: frozenset({Role.FINANCE, Role.GENERAL_MANAGER, Role.BREAK_GLASS}),
    Role.GENERAL_MANAGER: frozenset({Role.GENERAL_MANAGER, Role.BREAK_GLASS}),
}


def require_decider(doer: Doer, needed: Role, requested_by: str) -> str | None:
    """Refuse one's own request and one's principal's (four eyes), and anyone without the role or a higher one.

    The result is whom they stand in for: None when they decide by a role of their own.
    """
    if doer.id == requested_by:
        raise forbidden("own_request", "Nobody decides what they asked for themselves.")
    if requested_by in {each.principal for each in doer.stands_in}:
        raise forbidden("principals_request", "A deputy never decides what their principal asked for.")
    return require_role(doer, needed)


def require_role(doer: Doer, needed: Role) -> str | None:
    """Refuse anyone without a role or a higher one, of their own or of somebody off duty they stand in for."""
    if doer.roles & DECIDERS[needed]:
        return None
    principals = sorted(each.principal for each in doer.stands_in if each.serves and each.roles & DECIDERS[needed])
    if not principals:
        raise forbidden("role_required", f"This needs a {needed.value.replace('_', ' ')}.")
    return principals[0]


def may_decide(doer: Doer, needed: Role, requested_by: str) -> bool:
    """As `require_decider`, asked instead of refused: whether a queue is to show it to them."""
    barred = {doer.id, *(each.principal for each in doer.stands_in)}
    lent = any(each.serves and each.roles & DECIDERS[needed] for each in doer.stands_in)
    return requested_by not in barred and (bool(doer.roles & DECIDERS[needed]) or lent)
