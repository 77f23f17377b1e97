"""How guests are written to: rules of a place, and versions of what it says, in all languages."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.integrations.api.wiring import Code as CodePath
from services.integrations.api.wiring import Language, MessageDoors
from services.integrations.domain.message_templates import TemplateVersion
from services.integrations.domain.sending_rules import CHAIN, KeptRules, SendingRules
from services.integrations.domain.templates import Wording
from services.integrations.usecases.incoming import refuse_cards
from services.integrations.usecases.templating import Standing
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.identity import Principal
from shared.contracts.proposals import VersionState
from shared.contracts.values import AskedInstant, EntityId, Instant

Where = Annotated[str, Path(pattern=rf"^({CHAIN}|[a-z0-9][a-z0-9-]{{0,62}})$", description="A property, or `_chain`")]
Number = Annotated[int, Path(ge=1, le=10**9)]
Texts = Annotated[dict[Language, Wording], Field(min_length=1, max_length=40)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
TEMPLATE = "/v1/message-templates/{property_id}/{code}"
ANSWERS: dict[int | str, dict[str, Any]] = {**refuses(404), 200: ETAG}
At = tuple[str, str]
"""A place and a code."""
Change = Callable[[], Awaitable[Standing]]
RULES: dict[str, Any] = {
    "order": ["whatsapp", "sms", "email"],
    "quiet": {"start": "22:00:00", "end": "08:00:00"},
    "urgent": ["recovery"],
    "fallback_min": 20,
}
SAID: dict[str, Any] = {
    "en": {"text": "Dear {name}, breakfast is served from 7 to 11. {arrival_link}", "subject": "Breakfast"},
    "de": {"text": "Guten Tag {name}, Frühstück gibt es von 7 bis 11 Uhr. {arrival_link}"},
}
PROPOSED: dict[str, Any] = {"texts": SAID, "reason": "Breakfast begins at seven now."}
DECIDED: dict[str, Any] = {"approve": True, "reason": "Read in both languages."}
TAKEN_BACK: dict[str, Any] = {"reason": "The kitchen has changed its mind."}
LOOKED_AT: dict[str, Any] = {"stay_id": "0b6d2f3e-5a41-5c0e-8f6e-3d0a4a0c9d11", "language": "de"}


class RulesOut(BaseModel):
    """A place's rules; version 0: it has none of its own, and these are its chain's or the house's."""

    place: str
    rules: SendingRules
    version: int
    changed_by: str | None
    changed_at: Instant | None


class ProposedIn(BaseModel):
    """What is to be said, in all languages, from when, and why."""

    model_config = ConfigDict(extra="forbid")

    texts: Texts
    effective_from: AskedInstant | None = None
    reason: Words


class DecidedIn(BaseModel):
    """Approve or reject, and why; `digest` is that of the version as it was shown."""

    model_config = ConfigDict(extra="forbid")

    approve: bool = Field(strict=True)
    digest: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    reason: Words


class TakenBackIn(BaseModel):
    """Why a version is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Words


class LookIn(BaseModel):
    """For which stay, in which language (else the guest's), and with which texts (else those in force)."""

    model_config = ConfigDict(extra="forbid")

    stay_id: EntityId
    language: Language | None = None
    texts: Texts | None = None


class LookOut(BaseModel):
    """What the guest would read, masked for who looks; with a `content` also as the provider's template."""

    language: str
    subject: str | None
    text: str
    content: str | None
    values: Mapping[str, str]


class VersionOut(BaseModel):
    """One version: who asked for it and why, who decided, what it says."""

    version: int
    base: int
    state: VersionState
    digest: str
    proposed_by: str
    proposed_at: Instant
    reason: str
    decided_by: str | None
    decided_at: Instant | None
    decision: str | None
    effective_from: Instant | None
    starts_at: Instant | None
    texts: Mapping[str, Wording]


class TemplateOut(BaseModel):
    """What is in force for one code at a place, and what waits."""

    code: str
    texts: Mapping[str, Wording]
    waiting: list[VersionOut]
    revision: int


class TemplatesOut(BaseModel):
    """Everything a place says, by code and language, and the codes with something that waits."""

    place: str
    templates: Mapping[str, Mapping[str, Wording]]
    waiting: list[str]


class VersionPage(BaseModel):
    """Versions, newest first; `next` goes into `below`."""

    versions: list[VersionOut]
    next: int | None


def _version(one: TemplateVersion) -> VersionOut:
    plain = {name: getattr(one, name) for name in VersionOut.model_fields if name not in ("reason", "decision")}
    return VersionOut(**plain, reason=one.reason.text, decision=one.decision.text if one.decision else None)


def _template(one: Standing, response: Response) -> TemplateOut:
    response.headers["ETag"] = f'"{one.revision}"'
    waiting = [_version(each) for each in one.waiting]
    return TemplateOut(code=one.code, texts=one.texts, waiting=waiting, revision=one.revision)


def _rules(one: KeptRules, response: Response) -> RulesOut:
    response.headers["ETag"] = f'"{one.version + 1}"'
    return RulesOut(**{name: getattr(one, name) for name in RulesOut.model_fields})


def router(doors: MessageDoors) -> APIRouter:
    """Routes under /v1/sending-rules and /v1/message-templates."""
    routes = APIRouter(tags=["messages"])
    _let_rule(routes, doors)
    _let_see(routes, doors)
    _let_propose(routes, doors)
    _let_decide(routes, doors)
    return routes


def _let_rule(routes: APIRouter, doors: MessageDoors) -> None:
    @routes.get("/v1/sending-rules/{property_id}", responses={**refuses(404), 200: ETAG})
    async def sending_rules(
        principal: Annotated[Principal, Depends(doors.chassis.caller)], property_id: Where, response: Response
    ) -> RulesOut:
        """By which channels a place writes to guests, in which order, when not, and when the next one is tried."""
        return _rules(await doors.ruling.read(principal, property_id), response)

    @routes.put("/v1/sending-rules/{property_id}", responses={**refuses(404), 200: ETAG})
    async def change_sending_rules(
        ctx: Annotated[CommandContext, Depends(doors.chassis.command)],
        property_id: Where,
        body: Annotated[SendingRules, example(RULES)],
        response: Response,
    ) -> RulesOut:
        """Give a place its own rules, whole."""

        async def work() -> RulesOut:
            return _rules(await doors.ruling.change(ctx, property_id, body), response)

        async def again(kept: Kept) -> RulesOut:
            response.headers["Idempotency-Replayed"] = "true"
            return _rules(await doors.ruling.kept(ctx.scope, kept.subject), response)

        return await once(doors.chassis.idempotency.seen, ctx, work, again)


def _let_see(routes: APIRouter, doors: MessageDoors) -> None:
    caller = Annotated[Principal, Depends(doors.chassis.caller)]

    @routes.get("/v1/message-templates/{property_id}", responses=refuses(404))
    async def message_templates(principal: caller, property_id: Where) -> TemplatesOut:
        """Everything a place says to guests: its own over its chain's over the house's."""
        said, waiting = await doors.templating.all(principal, property_id)
        return TemplatesOut(place=property_id, templates=said, waiting=sorted({one.code for one in waiting}))

    @routes.get("/v1/message-templates/{property_id}/{code}", responses={**refuses(404), 200: ETAG})
    async def message_template(
        principal: caller, property_id: Where, code: CodePath, response: Response
    ) -> TemplateOut:
        """What a place says by one code, and what waits to be said."""
        return _template(await doors.templating.one(principal, property_id, code), response)

    @routes.get("/v1/message-templates/{property_id}/{code}/versions", responses=refuses(404))
    async def template_versions(
        principal: caller,
        property_id: Where,
        code: CodePath,
        below: Annotated[int | None, Query(ge=1, le=10**9)] = None,
        limit: Annotated[int, Query(ge=1, le=50)] = 20,
    ) -> VersionPage:
        """Every version with who, when and why; newest first, `below` a number."""
        found = await doors.templating.versions(principal, property_id, code, below, limit)
        more = found[-1].version if len(found) == limit else None
        return VersionPage(versions=[_version(one) for one in found], next=more)

    @routes.post("/v1/message-templates/{property_id}/{code}/preview", responses=refuses(404))
    async def preview_template(
        principal: caller, property_id: Where, code: CodePath, body: Annotated[LookIn, example(LOOKED_AT)]
    ) -> LookOut:
        """What the guest of a stay would read, masked for who looks. Nothing is kept and nothing is sent."""
        made = await doors.templating.preview(principal, property_id, code, body.texts, body.stay_id, body.language)
        return LookOut(**{name: getattr(made, name) for name in LookOut.model_fields})


async def _changed(
    doors: MessageDoors, ctx: CommandContext, at: At, response: Response, reason: str, step: Change
) -> TemplateOut:
    """One change of a template, once for its key: as the template stands after it."""

    async def work() -> TemplateOut:
        refuse_cards("reason", reason)
        return _template(await step(), response)

    async def again(_: Kept) -> TemplateOut:
        response.headers["Idempotency-Replayed"] = "true"
        return _template(await doors.templating.standing(ctx.scope, *at), response)

    return await once(doors.chassis.idempotency.seen, ctx, work, again)


def _let_propose(routes: APIRouter, doors: MessageDoors) -> None:
    @routes.put(TEMPLATE, responses=ANSWERS)
    async def propose_template(
        ctx: Annotated[CommandContext, Depends(doors.chassis.command)],
        property_id: Where,
        code: CodePath,
        body: Annotated[ProposedIn, example(PROPOSED)],
        response: Response,
    ) -> TemplateOut:
        """Propose what a place is to say by a code; it waits for another person."""
        asked = (body.texts, body.effective_from, body.reason)
        step = partial(doors.templating.propose, ctx, property_id, code, *asked)
        return await _changed(doors, ctx, (property_id, code), response, body.reason, step)


def _let_decide(routes: APIRouter, doors: MessageDoors) -> None:
    told = Annotated[CommandContext, Depends(doors.chassis.command)]

    @routes.post(f"{TEMPLATE}/versions/{{version}}/decide", responses=ANSWERS)
    async def decide_template(
        ctx: told,
        property_id: Where,
        code: CodePath,
        version: Number,
        body: Annotated[DecidedIn, example(DECIDED)],
        response: Response,
    ) -> TemplateOut:
        """Approve or reject; nobody decides their own."""
        said = (body.approve, body.digest, body.reason)
        step = partial(doors.templating.decide, ctx, property_id, code, version, *said)
        return await _changed(doors, ctx, (property_id, code), response, body.reason, step)

    @routes.post(f"{TEMPLATE}/versions/{{version}}/withdraw", responses=ANSWERS)
    async def withdraw_template(
        ctx: told,
        property_id: Where,
        code: CodePath,
        version: Number,
        body: Annotated[TakenBackIn, example(TAKEN_BACK)],
        response: Response,
    ) -> TemplateOut:
        """Take back a version that is not in force yet."""
        step = partial(doors.templating.withdraw, ctx, property_id, code, version, body.reason)
        return await _changed(doors, ctx, (property_id, code), response, body.reason, step)
