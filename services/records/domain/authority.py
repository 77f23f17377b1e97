"""Which roles may decide what another person asked for."""

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


def require_decider(doer: Doer, needed: Role, requested_by: str) -> None:
    """Refuse one's own request (four eyes), and anyone without the needed role or a higher one."""
    if doer.id == requested_by:
        raise forbidden("own_request", "Nobody decides what they asked for themselves.")
    if not doer.roles & DECIDERS[needed]:
        raise forbidden("role_required", f"This needs a {needed.value.replace('_', ' ')}.")
