"""What is known of a guest."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from services.records.usecases.disclosing import Disclosing
from services.records.usecases.remembering import Remembering
from services.records.usecases.shown_guests import GuestFile, GuestPreferences
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId


def router(remembering: Remembering, disclosing: Disclosing, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()

    @made.get("/guests/{guest_id}/preferences")
    async def guest_preferences(
        guest_id: Annotated[EntityId, Path()], principal: Annotated[Principal, Depends(chassis.caller)]
    ) -> GuestPreferences:
        """What a guest likes, from confirmed notes of every stay and hotel the caller may see; the newest per topic."""
        return await remembering.preferences(principal, guest_id)

    @made.get("/guests/{guest_id}/file")
    async def guest_file(
        guest_id: Annotated[EntityId, Path()], principal: Annotated[Principal, Depends(chassis.caller)]
    ) -> GuestFile:
        """Everything held of a guest in the caller's hotels, words and all, for the guest; written down first."""
        return await disclosing.file(principal, guest_id)

    return made
