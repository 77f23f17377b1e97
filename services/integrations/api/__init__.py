"""The HTTP doors of integrations: machines by unguessable addresses, people by token."""

from fastapi import APIRouter

from services.integrations.api import finance, guests, messages, pms, stays
from services.integrations.api.wiring import Doors

__all__ = ["Doors", "router"]


def router(doors: Doors) -> APIRouter:
    """All routes of the service."""
    whole = APIRouter()
    for part in (pms, stays, guests, messages, finance):
        whole.include_router(part.router(doors))
    return whole
