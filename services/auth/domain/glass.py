"""Breaking the glass: rights beyond one's own in an emergency, at one hotel, for a quarter of an hour, once."""

import datetime as dt
from typing import Any

from services.auth.domain.sessions import access_claims
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Actor, Role
from shared.contracts.staff import Glass, GlassEvent, StaffMember

LASTS = dt.timedelta(minutes=15)
FRESH = dt.timedelta(minutes=5)
"""How long ago a person may have signed in who breaks the glass: an open screen that somebody found is no reason."""


def emergency_claims(
    member: StaffMember, glass: Glass, session_id: str, token_id: str, now: dt.datetime
) -> dict[str, Any]:
    """The claims of the one token that a broken glass gives; it ends with the glass and is never refreshed."""
    bearer = member.model_copy(update={"roles": (*member.roles, Role.BREAK_GLASS), "properties": (glass.property_id,)})
    return access_claims(bearer, session_id, token_id, now) | {"exp": int(glass.until.timestamp())}


def glass_event(glass: Glass, actor: Actor, now: dt.datetime, reason_code: str) -> NewEvent:
    """`glass.broken` (version 1) or `glass.reviewed` (version 2)."""
    return NewEvent(
        type=f"glass.{'broken' if glass.reviewed_by is None else 'reviewed'}.v1",
        chain=glass.chain,
        property_id=glass.property_id,
        subject=glass.id,
        sequence=glass.version,
        time=now,
        body=GlassEvent(actor=actor, glass=glass, reason_code=reason_code),
    )
