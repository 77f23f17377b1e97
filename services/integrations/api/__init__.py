"""The HTTP doors of integrations: machines by unguessable addresses, people by token."""

from fastapi import APIRouter

from services.integrations.api import (
    books,
    commands,
    comments,
    connections,
    consents,
    erasures,
    finance,
    guests,
    message_templates,
    messages,
    outlook,
    partner_commands,
    partner_contract,
    partners,
    payments,
    pms,
    stays,
    threads,
    twilio,
)
from services.integrations.api.wiring import ConsentDoors, Doors, MessageDoors, MoneyDoors, PartnerDoors
from shared.chassis.describing import Link

FORMS = twilio.PATHS
"""Paths that take forms of machines."""
__all__ = ["FORMS", "LINKS", "ConsentDoors", "Doors", "MessageDoors", "MoneyDoors", "PartnerDoors", "router"]

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
    for side in (partners, partner_commands, partner_contract):
        whole.include_router(side.router(doors.partners))
    for book in (payments, books):
        whole.include_router(book.router(doors.money))
    for one in (twilio, threads, outlook, message_templates):
        whole.include_router(one.router(doors.messages))
    whole.include_router(consents.router(doors.consents))
    return whole
