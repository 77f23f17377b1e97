"""The HTTP doors of integrations: machines by unguessable addresses, people by token."""

from fastapi import APIRouter

from services.integrations.api import commands, comments, connections, erasures, finance, guests, messages, pms, stays
from services.integrations.api.wiring import Doors
from shared.chassis.describing import Link

__all__ = ["LINKS", "Doors", "router"]

FIRST_STAY = {"stay_id": "$response.body#/items/0/id"}
FIRST_GUEST = {"query.ids": "$response.body#/items/0/guest_id"}
LINKS = (
    Link("look", {"stays_page": ["200"]}, "stays_one", {"path.stay_id": "$response.body#/items/0/id"}),
    Link("guest", {"stays_page": ["200"]}, "guests_some", FIRST_GUEST),
    Link("draft", {"stays_page": ["200"]}, "messages_draft", body=FIRST_STAY),
    Link("said", {"stays_page": ["200"]}, "messages_by_person", body=FIRST_STAY),
)


def router(doors: Doors) -> APIRouter:
    """All routes of the service."""
    whole = APIRouter()
    for part in (pms, stays, guests, messages, finance, erasures, connections, commands, comments):
        whole.include_router(part.router(doors))
    return whole
