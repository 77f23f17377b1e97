"""What would become of a message if it were written now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.integrations.api.wiring import Id, MessageDoors
from shared.chassis.describing import refuses
from shared.contracts.identity import Principal
from shared.contracts.values import Code, Instant, LocalTime


class OutlookOut(BaseModel):
    """By which channel a message would leave now. `leaves_at`: it would wait until then, because of `why`.

    With neither it would fail for the reason in `why`. Quiet hours are the place's, in local time.
    """

    channel: str | None
    language: str
    leaves_at: Instant | None
    why: str | None
    quiet_from: LocalTime | None
    quiet_until: LocalTime | None


def router(doors: MessageDoors) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["messages"])

    @routes.get("/v1/threads/{stay_id}/outlook", responses=refuses(404))
    async def outlook(
        principal: Annotated[Principal, Depends(doors.chassis.caller)],
        stay_id: Id,
        template: Annotated[Code | None, Query()] = None,
        topic_code: Annotated[Code, Query()] = "reply",
        urgent: Annotated[Code | None, Query()] = None,
    ) -> OutlookOut:
        """What would become of a message to the guest of a stay. Nothing is kept and nothing is sent."""
        seen = await doors.foretelling.look(principal, stay_id, template, topic_code, urgent)
        return OutlookOut(
            channel=seen.channel,
            language=seen.language,
            leaves_at=seen.leaves_at,
            why=seen.why,
            quiet_from=seen.quiet.start if seen.quiet else None,
            quiet_until=seen.quiet.end if seen.quiet else None,
        )

    return routes
