"""Guests: who they are, for those who may know it; every answer is in the access log before it is given."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from services.integrations.api.wiring import Doors, Id, correlation
from services.integrations.domain.guests import Profile
from services.integrations.domain.messages import GuestMessage
from services.integrations.domain.postings import FolioLine
from shared.contracts.errors import invalid
from shared.contracts.identity import Principal
from shared.contracts.messages import Direction, MessageState
from shared.contracts.stays import SeenStay
from shared.contracts.values import Instant

MAX_IDS = 200


class GuestOut(BaseModel):
    """One guest."""

    id: str
    version: int
    name: str
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    language: str
    country: str | None


class GuestList(BaseModel):
    """The guests asked for that the caller's hotels have; the others are left out."""

    items: list[GuestOut]


class GuestIds(BaseModel):
    """Ids of guests, e.g. for `GET /v1/stays?guests=`."""

    ids: list[str]


class Search(BaseModel):
    """What is searched for."""

    name: str = Field(max_length=100)
    property_id: str | None = Field(default=None, max_length=63)


class MessageHeld(BaseModel):
    """A message to or from the guest, with its words."""

    id: str
    at: Instant
    stay_id: str | None
    direction: Direction
    channel: str
    state: MessageState
    topic_code: str
    text: str | None
    answer: str | None
    score: int | None


class DraftHeld(BaseModel):
    """A text that was written for the guest."""

    id: str
    at: Instant
    stay_id: str | None
    text: str


class CommentHeld(BaseModel):
    """What somebody wrote of the stay in the PMS."""

    id: str
    stay_id: str
    kind: str
    seen_at: Instant
    text: str


class GuestFile(BaseModel):
    """All that integrations holds of a guest. `elsewhere`: hotels that are not the caller's hold more."""

    guest_id: str
    profile: GuestOut | None
    stays: list[SeenStay]
    messages: list[MessageHeld]
    drafts: list[DraftHeld]
    comments: list[CommentHeld]
    folio: list[FolioLine]
    elsewhere: bool


def _message(row: GuestMessage) -> MessageHeld:
    said = {name: getattr(row.message, name) for name in MessageHeld.model_fields if name != "text"}
    return MessageHeld(**said, text=row.text)


def _out(profile: Profile) -> GuestOut:
    fields = profile.model_dump(include=set(GuestOut.model_fields) - {"name"})
    return GuestOut(name=profile.name, **fields)


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/guests."""
    routes = APIRouter(tags=["guests"])
    caller = Depends(doors.chassis.caller)

    @routes.get("/v1/guests")
    async def some(
        request: Request, principal: Annotated[Principal, caller], ids: Annotated[str, Query(max_length=MAX_IDS * 40)]
    ) -> GuestList:
        """Up to 200 guests by id (comma-separated)."""
        wanted = list(dict.fromkeys(one for one in ids.split(",") if one))
        if not 1 <= len(wanted) <= MAX_IDS:
            raise invalid("ids", "count", f"Give 1 to {MAX_IDS} ids, separated by commas.")
        found = await doors.guests.some(principal, wanted, correlation(request, doors.chassis))
        return GuestList(items=[_out(profile) for profile in found])

    @routes.get("/v1/guests/{guest_id}/file")
    async def file(request: Request, principal: Annotated[Principal, caller], guest_id: Id) -> GuestFile:
        """Everything held of a guest in the caller's hotels, for the guest: an act of its own right, written down."""
        held = await doors.disclose(principal, guest_id, correlation(request, doors.chassis))
        return GuestFile(
            guest_id=guest_id,
            profile=_out(held.profile) if held.profile else None,
            stays=held.stays,
            messages=[_message(one) for one in held.messages],
            drafts=[DraftHeld(id=one.id, at=one.at, stay_id=one.stay_id, text=one.text) for one in held.drafts],
            comments=[
                CommentHeld(**{name: getattr(one, name) for name in CommentHeld.model_fields}) for one in held.comments
            ],
            folio=held.folio,
            elsewhere=held.elsewhere,
        )

    @routes.post("/v1/guests/search")
    async def search(request: Request, principal: Annotated[Principal, caller], wanted: Search) -> GuestIds:
        """Ids of up to 50 guests whose name begins so. A POST, because a name has no place in an address or a log."""
        found = await doors.guests.search(
            principal, wanted.name, wanted.property_id, correlation(request, doors.chassis)
        )
        return GuestIds(ids=found)

    return routes
