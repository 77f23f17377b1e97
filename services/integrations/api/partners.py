"""Partners and their subscriptions over HTTP: for administrators of the chain and for a partner's own program."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.integrations.api.wiring import Id, PartnerDoors, PartnerPath
from services.integrations.domain.deliveries import Delivery, DeliveryState
from services.integrations.domain.partners import Asked, Delivered, Partner, Subscription
from services.integrations.usecases.subscribing import Made
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.identity import DataClass, Principal
from shared.contracts.partners import PartnerSlug
from shared.contracts.values import AskedInstant, EntityId, Instant, Slug

PARTNER = {"id": "acme-pms", "name": "Acme PMS", "classes": ["ordinary"], "properties": ["city"]}
HOOK = {
    "delivery": "webhook",
    "url": "https://hooks.partner.example/bellboard",
    "types": ["record.opened.v1", "record.completed.v1", "stay.changed.v1"],
    "fields": ["record.kind", "record.status", "record.due_at", "stay.status"],
}
ON_TOPIC = {"delivery": "topic", "types": ["record.opened.v1"]}
REPLAY = {"since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z"}
TRIED = {"types": ["record.opened.v1", "guest.erased.v1"], "doubled": True, "shuffled": True}
EventName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,40}\.[a-z][a-z_]{0,40}\.v[1-9]$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$")]


class PartnerIn(BaseModel):
    """A partner and the most it may ever be told. `account_id`: its service account, which then manages for itself."""

    model_config = ConfigDict(extra="forbid")

    id: PartnerSlug
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"\S")]
    account_id: EntityId | None = None
    classes: list[DataClass] = Field(default=[DataClass.ORDINARY], max_length=10)
    properties: list[Slug] | None = Field(default=None, max_length=1000)


class PartnerOut(BaseModel):
    """A partner."""

    id: str
    name: str
    account_id: str | None
    classes: list[DataClass]
    properties: list[str] | None
    closed: bool
    topic: str
    version: int


class Partners(BaseModel):
    """Every partner of the chain."""

    items: list[PartnerOut]


class SubscriptionIn(BaseModel):
    """What is to be heard, and how. `fields` null: all that is granted; `properties` null: all of the partner's."""

    model_config = ConfigDict(extra="forbid")

    delivery: Delivered
    url: str | None = Field(default=None, max_length=2048)
    types: list[EventName] = Field(min_length=1, max_length=200)
    properties: list[Slug] | None = Field(default=None, min_length=1, max_length=1000)
    fields: list[FieldName] | None = Field(default=None, max_length=200)
    classes: list[DataClass] = Field(default=[DataClass.ORDINARY], max_length=10)
    sandbox: bool = Field(default=False, description="Hears made-up events only")

    def asked(self) -> Asked:
        """As the use case takes it."""
        return Asked(
            types=tuple(self.types),
            properties=None if self.properties is None else frozenset(self.properties),
            fields=None if self.fields is None else tuple(self.fields),
            classes=frozenset(self.classes),
        )


class SubscriptionOut(BaseModel):
    """A subscription. `failing_since`: since when its endpoint takes nothing."""

    id: str
    partner: str
    delivery: Delivered
    url: str | None
    types: list[str]
    properties: list[str] | None
    fields: list[str] | None
    classes: list[DataClass]
    sandbox: bool
    state: str
    why: str | None
    failing_since: Instant | None
    failures: int
    version: int


class SubscriptionMade(SubscriptionOut):
    """With its secret, shown this once: null for a topic, and where the same request is repeated."""

    secret: str | None


class Subscriptions(BaseModel):
    """The subscriptions of a partner."""

    items: list[SubscriptionOut]


class DeliveryOut(BaseModel):
    """One event that was, or is to be, sent."""

    number: int
    id: str
    type: str
    subject: str
    time: Instant
    state: DeliveryState
    attempts: int
    due_at: Instant
    status: int | None
    fault: str | None


class Deliveries(BaseModel):
    """The delivery log, newest first; `next` goes into `before`."""

    items: list[DeliveryOut]
    next: int | None


class ReplayIn(BaseModel):
    """Which deliveries are sent again: those of these event ids, or all of what happened in a stretch of time."""

    model_config = ConfigDict(extra="forbid")

    ids: list[EntityId] | None = Field(default=None, min_length=1, max_length=500)
    since: AskedInstant | None = None
    until: AskedInstant | None = None

    @model_validator(mode="after")
    def one_way(self) -> "ReplayIn":
        """By ids or by time, not both."""
        timed = self.since is not None and self.until is not None
        if (self.ids is None) is not timed or (self.since is None) is not (self.until is None):
            raise ValueError("give ids, or since and until")
        return self


class TryIn(BaseModel):
    """Which made-up events: of these types, or of every type."""

    model_config = ConfigDict(extra="forbid")

    types: list[EventName] | None = Field(default=None, min_length=1, max_length=200)
    doubled: bool = False
    shuffled: bool = False


class Count(BaseModel):
    """How many will be sent."""

    count: int


def partner_out(one: Partner) -> PartnerOut:
    """A partner as it is shown."""
    return PartnerOut(
        id=one.id,
        name=one.name,
        account_id=one.account_id,
        classes=sorted(one.classes),
        properties=None if one.properties is None else sorted(one.properties),
        closed=one.closed,
        topic=f"ext.{one.id}.v1",
        version=one.version,
    )


def shown(one: Subscription) -> dict[str, Any]:
    """A subscription as it is shown, without its secrets."""
    same = ("id", "partner", "delivery", "url", "types", "fields", "sandbox", "why", "failing_since", "failures")
    return {name: getattr(one, name) for name in (*same, "version")} | {
        "properties": None if one.properties is None else sorted(one.properties),
        "classes": sorted(one.classes),
        "state": one.standing.value,
    }


def _delivery(one: Delivery) -> DeliveryOut:
    return DeliveryOut(**{name: getattr(one, name) for name in DeliveryOut.model_fields})


def router(doors: PartnerDoors) -> APIRouter:
    """Routes under /v1/partners that read, and those that make something."""
    routes = APIRouter(prefix="/v1/partners", tags=["partners"])
    caller = Depends(doors.chassis.caller)
    creation = Depends(doors.chassis.creation)
    seen = doors.chassis.idempotency.seen

    @routes.get("")
    async def all_partners(principal: Annotated[Principal, caller]) -> Partners:
        """Every partner of the chain."""
        return Partners(items=[partner_out(one) for one in await doors.subscribing.partners(principal)])

    @routes.post("", status_code=201, responses={**refuses(409), 201: ETAG})
    async def add(
        ctx: Annotated[CommandContext, creation], body: Annotated[PartnerIn, example(PARTNER)], response: Response
    ) -> PartnerOut:
        """Take a partner in, with the classes and hotels it may ever be told of."""
        partner = Partner(
            id=body.id,
            chain=ctx.principal.chain,
            name=body.name,
            account_id=body.account_id,
            classes=frozenset(body.classes) | {DataClass.ORDINARY},
            properties=None if body.properties is None else frozenset(body.properties),
        )

        async def again(kept: Kept) -> Partner:
            response.headers["Idempotency-Replayed"] = "true"
            return await doors.subscribing.partner(ctx.principal, "manage", kept.subject)

        made = await once(seen, ctx, lambda: doors.subscribing.add(ctx, partner), again)
        response.headers["ETag"] = f'"{made.version}"'
        return partner_out(made)

    @routes.get("/{partner}", responses={200: ETAG})
    async def one_partner(
        principal: Annotated[Principal, caller], partner: PartnerPath, response: Response
    ) -> PartnerOut:
        """One partner."""
        found = await doors.subscribing.partner(principal, "read", partner)
        response.headers["ETag"] = f'"{found.version}"'
        return partner_out(found)

    _subscriptions(routes, doors)
    return routes


def _subscriptions(routes: APIRouter, doors: PartnerDoors) -> None:
    caller, seen = Depends(doors.chassis.caller), doors.chassis.idempotency.seen
    creation = Depends(doors.chassis.creation)

    @routes.get("/{partner}/subscriptions")
    async def all_subscriptions(principal: Annotated[Principal, caller], partner: PartnerPath) -> Subscriptions:
        """What a partner hears."""
        found = await doors.subscribing.subscriptions(principal, partner)
        return Subscriptions(items=[SubscriptionOut(**shown(one)) for one in found])

    @routes.post("/{partner}/subscriptions", status_code=201, responses={**refuses(409), 201: ETAG})
    async def subscribe(
        ctx: Annotated[CommandContext, creation],
        partner: PartnerPath,
        body: Annotated[SubscriptionIn, example(HOOK)],
        response: Response,
    ) -> SubscriptionMade:
        """Begin to tell a partner: first what stands, then what happens. The secret is shown this once."""

        async def work() -> Made:
            return await doors.subscribing.subscribe(ctx, partner, body.asked(), body.delivery, body.url, body.sandbox)

        async def again(kept: Kept) -> Made:
            response.headers["Idempotency-Replayed"] = "true"
            return Made(await doors.subscribing.one(ctx.principal, partner, kept.subject))

        made = await once(seen, ctx, work, again)
        response.headers["ETag"] = f'"{made.subscription.version}"'
        return SubscriptionMade(**shown(made.subscription), secret=made.secret)

    @routes.get("/{partner}/subscriptions/{subscription_id}", responses={200: ETAG})
    async def one_subscription(
        principal: Annotated[Principal, caller], partner: PartnerPath, subscription_id: Id, response: Response
    ) -> SubscriptionOut:
        """One subscription, and how its endpoint fares."""
        found = await doors.subscribing.one(principal, partner, subscription_id)
        response.headers["ETag"] = f'"{found.version}"'
        return SubscriptionOut(**shown(found))

    _log(routes, doors)


def _log(routes: APIRouter, doors: PartnerDoors) -> None:
    caller = Depends(doors.chassis.caller)

    @routes.get("/{partner}/subscriptions/{subscription_id}/deliveries")
    async def deliveries(
        principal: Annotated[Principal, caller],
        partner: PartnerPath,
        subscription_id: Id,
        state: DeliveryState | None = None,
        before: Annotated[int, Query(ge=0, le=2**53)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Deliveries:
        """What was sent in the last 30 days and what became of it, newest first."""
        found = await doors.subscribing.log(principal, partner, subscription_id, state, before, limit)
        following = found[-1].number if len(found) == limit else None
        return Deliveries(items=[_delivery(one) for one in found], next=following)
