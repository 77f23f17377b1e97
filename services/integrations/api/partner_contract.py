"""What partners build against: published types, fields and schemas, the AsyncAPI document, schedule and changelog."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel

from services.integrations.api.wiring import PartnerDoors
from services.integrations.domain.deliveries import (
    DISABLED_AFTER,
    MAX_ANSWER,
    SCHEDULE,
    TIMEOUT_S,
    ending_headers,
)
from services.integrations.domain.partners import KEPT_DAYS, OLD_SECRET_LASTS
from shared.contracts.errors import not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.partner_changes import OLD_MAJOR_MONTHS
from shared.contracts.partner_types import asyncapi, known_fields, schema_of
from shared.contracts.partner_versions import PartnerContract

EventName = Annotated[str, Path(pattern=r"^[a-z][a-z_]{0,40}\.[a-z][a-z_]{0,40}\.v[1-9]$")]


class FieldOut(BaseModel):
    """A field that a subscription may name, and the class that its partner must be granted."""

    name: str
    data_class: DataClass


class EndingOut(BaseModel):
    """A type of a deprecated major: since when it is, and until when it is sent."""

    type: str
    deprecation: dt.date
    sunset: dt.date


class ChangeOut(BaseModel):
    """One change of the contract."""

    day: str
    said: str


class Contract(BaseModel):
    """Everything that is promised to partners."""

    version: str
    types: list[str]
    always: list[str]
    deprecated: list[EndingOut]
    fields: list[FieldOut]
    retry_schedule_s: list[int]
    disabled_after_h: int
    kept_days: int
    timeout_s: float
    answer_bytes: int
    old_secret_h: int
    old_major_months: int
    schemas: str
    asyncapi: str
    openapi: str
    changes: list[ChangeOut]


def router(doors: PartnerDoors) -> APIRouter:
    """Routes under /v1/partner-contract, for whoever is signed in."""
    routes = APIRouter(prefix="/v1/partner-contract", tags=["partners"])
    caller, promised = Depends(doors.chassis.caller), doors.subscribing.contract

    @routes.get("")
    async def contract(_: Annotated[Principal, caller]) -> Contract:
        """The published types and fields, the retry schedule, what is kept how long, and what changed when."""
        return _contract(promised)

    @routes.get("/asyncapi")
    async def asyncapi_document(_: Annotated[Principal, caller]) -> dict[str, Any]:
        """The AsyncAPI 3 document of a partner's topic."""
        return asyncapi("partner", promised)

    @routes.get("/schemas/{event_type}")
    async def schema(_: Annotated[Principal, caller], event_type: EventName, response: Response) -> dict[str, Any]:
        """The JSON Schema of one type's `data`; of a deprecated major with `Deprecation` and `Sunset`."""
        if event_type not in promised.types:
            raise not_found("event_type")
        response.headers.update(ending_headers(promised.ending(event_type)))
        return schema_of(event_type, promised)

    return routes


def _contract(promised: PartnerContract) -> Contract:
    classes = promised.selectable
    return Contract(
        version="1",
        types=list(promised.types),
        always=promised.always,
        deprecated=[
            EndingOut(type=name, deprecation=ends.deprecated, sunset=ends.sunset)
            for name in promised.types
            if (ends := promised.ending(name))
        ],
        fields=[FieldOut(name=name, data_class=classes[name]) for name in known_fields(promised)],
        retry_schedule_s=[int(wait.total_seconds()) for wait in SCHEDULE],
        disabled_after_h=int(DISABLED_AFTER.total_seconds() // 3600),
        kept_days=KEPT_DAYS,
        timeout_s=TIMEOUT_S,
        answer_bytes=MAX_ANSWER,
        old_secret_h=int(OLD_SECRET_LASTS.total_seconds() // 3600),
        old_major_months=OLD_MAJOR_MONTHS,
        schemas="/v1/partner-contract/schemas/{type}",
        asyncapi="/v1/partner-contract/asyncapi",
        openapi="/openapi.json",
        changes=[ChangeOut(day=day, said=said) for day, said in promised.changes],
    )
