"""What hotels say to guests, for whoever runs them: proposed, looked at for a stay, decided by another person."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain import message_templates as versions
from services.integrations.domain.guests import Profile
from services.integrations.domain.message_templates import Asked, TemplateVersion, place_of, told
from services.integrations.domain.sending_rules import CHAIN
from services.integrations.domain.templates import BUILT_IN, LINKS, Rendered, Wording, rendered
from services.integrations.ports import StayStore
from services.integrations.usecases.reading import scope_of
from services.integrations.usecases.sending_rules import require_place
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Tx
from shared.chassis.policy import Policy
from shared.chassis.service import require_version
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import invalid, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource
from shared.contracts.proposals import Head, Said
from shared.contracts.values import Instant, Scope

MASK = "•••"
"""What stands where somebody may not read what a guest would."""


class Step(Protocol):
    """What happens between reading where a code stands and keeping it."""

    async def __call__(self, head: Head, tx: Tx) -> tuple[TemplateVersion | None, TemplateVersion, NewEvent]: ...


class Kept(Protocol):
    """Where versions are kept."""

    async def wordings(
        self, scope: Scope, property_id: str, now: dt.datetime
    ) -> Mapping[str, Mapping[str, Wording]]: ...
    async def head(self, scope: Scope, place: str, now: dt.datetime, tx: Tx | None = None) -> Head: ...
    async def find(self, scope: Scope, place: str, version: int, tx: Tx | None = None) -> TemplateVersion | None: ...
    async def page(self, scope: Scope, place: str, below: int | None, limit: int) -> list[TemplateVersion]: ...
    async def waiting(self, scope: Scope, where: str, limit: int = 20) -> list[TemplateVersion]: ...
    async def change(self, scope: Scope, place: str, ctx: CommandContext, now: dt.datetime, step: Step) -> None: ...


@dataclass(frozen=True)
class Standing:
    """One code at a place: what is in force, by language, what waits, and what If-Match names."""

    code: str
    texts: Mapping[str, Wording]
    waiting: Sequence[TemplateVersion]
    revision: int


class Templating:
    """The use cases behind `/v1/message-templates`."""

    def __init__(self, kept: Kept, stays: StayStore, policy: Policy, clock: Clock) -> None:
        self._kept, self._stays, self._policy, self._clock = kept, stays, policy, clock

    async def all(
        self, principal: Principal, where: str
    ) -> tuple[dict[str, Mapping[str, Wording]], list[TemplateVersion]]:
        """Everything a place says, by code and language, and what waits there."""
        scope = require_place(self._policy, principal, where, "read")
        said = await self._kept.wordings(scope, where, self._clock.now())
        return dict(said), await self._kept.waiting(scope, where)

    async def one(self, principal: Principal, where: str, code: str) -> Standing:
        """One code at a place; one that nobody knows is not found."""
        return await self.standing(require_place(self._policy, principal, where, "read"), where, code)

    async def standing(self, scope: Scope, where: str, code: str) -> Standing:
        """The same without asking who reads."""
        now, place = self._clock.now(), place_of(where, code)
        head = await self._kept.head(scope, place, now)
        said = await self._kept.wordings(scope, where, now)
        if code not in said and not head.last:
            raise not_found("template")
        waiting = [one for one in await self._kept.page(scope, place, None, 20) if one.open(now)]
        return Standing(code, said.get(code, {}), waiting, head.revision)

    async def versions(
        self, principal: Principal, where: str, code: str, below: int | None, limit: int
    ) -> list[TemplateVersion]:
        """Every version, newest first."""
        scope = require_place(self._policy, principal, where, "read")
        return await self._kept.page(scope, place_of(where, code), below, limit)

    async def propose(
        self,
        ctx: CommandContext,
        where: str,
        code: str,
        texts: Mapping[str, Wording],
        effective_from: Instant | None,
        words: str,
    ) -> Standing:
        """Propose what a place is to say by a code; nothing is said so before another person agrees."""
        now = self._clock.now()

        async def step(head: Head, tx: Tx) -> tuple[TemplateVersion | None, TemplateVersion, NewEvent]:
            require_version(ctx, head.revision)
            asked = Asked(where, code, texts, effective_from, ctx.principal.staff_id, self._said(words))
            made = versions.propose(asked, head, now)
            return None, made, told("proposed", ctx.principal.chain, made, ctx.principal.actor, now)

        return await self._changed(ctx, where, code, step)

    async def decide(
        self, ctx: CommandContext, where: str, code: str, number: int, approve: bool, digest: str | None, words: str
    ) -> Standing:
        """Approve or reject a version, as another person than who proposed it."""
        now, by = self._clock.now(), ctx.principal

        async def step(head: Head, tx: Tx) -> tuple[TemplateVersion | None, TemplateVersion, NewEvent]:
            require_version(ctx, head.revision)
            before = await self._version(ctx.scope, where, code, number, tx)
            after = versions.decide(before, head, approve, by.staff_id, self._said(words), digest, now)
            return before, after, told("approved" if approve else "rejected", by.chain, after, by.actor, now)

        return await self._changed(ctx, where, code, step)

    async def withdraw(self, ctx: CommandContext, where: str, code: str, number: int, words: str) -> Standing:
        """Take back a version that is not in force yet."""
        now, by = self._clock.now(), ctx.principal

        async def step(head: Head, tx: Tx) -> tuple[TemplateVersion | None, TemplateVersion, NewEvent]:
            require_version(ctx, head.revision)
            before = await self._version(ctx.scope, where, code, number, tx)
            after = versions.withdraw(before, head, by.staff_id, self._said(words), now)
            return before, after, told("withdrawn", by.chain, after, by.actor, now)

        return await self._changed(ctx, where, code, step)

    def _said(self, words: str) -> Said:
        return Said(ref=self._clock.new_id(), text=words, salt=secrets.token_hex(16))

    async def _version(self, scope: Scope, where: str, code: str, number: int, tx: Tx) -> TemplateVersion:
        found = await self._kept.find(scope, place_of(where, code), number, tx)
        if found is None:
            raise not_found("version")
        return found

    async def _changed(self, ctx: CommandContext, where: str, code: str, step: Step) -> Standing:
        scope = require_place(self._policy, ctx.principal, where, "manage")
        await self._kept.change(scope, place_of(where, code), ctx, self._clock.now(), step)
        return await self.standing(scope, where, code)

    async def preview(
        self,
        principal: Principal,
        where: str,
        code: str,
        texts: Mapping[str, Wording] | None,
        stay_id: str,
        language: str | None,
    ) -> Rendered:
        """What the guest of a stay would read, masked for who looks; nothing is kept and nothing is sent."""
        scope = require_place(self._policy, principal, where, "read")
        kept = await self._stays.get(scope_of(principal), stay_id)
        if kept is None or where not in (CHAIN, kept.stay.property_id):
            raise not_found("stay")
        if texts is not None:
            versions.require_texts(texts)
        said = dict(await self._kept.wordings(scope, kept.stay.property_id, self._clock.now()))
        said |= {code: texts} if texts is not None else {}
        if code not in said and code not in BUILT_IN:
            raise not_found("template")
        if language is not None and language not in said[code]:
            raise invalid("language", "language_known", f"{code} is not said in {language}.")
        profile = await self._profile(principal, kept.stay.property_id, kept.stay.guest_id)
        stay = kept.stay.model_copy(update={"language": language}) if language else kept.stay
        profile = profile.model_copy(update={"language": language or profile.language})
        return rendered((code,), profile, stay, said, dict.fromkeys(LINKS, "https://…"))

    async def _profile(self, principal: Principal, property_id: str, guest_id: str) -> Profile:
        scope = Scope(chain=principal.chain, properties=frozenset({property_id}))
        found = await self._stays.profiles(scope, [guest_id])
        if not found:
            raise not_found("guest")
        verdict = self._policy.decide(principal, "read", Resource.GUEST, property_id)
        if verdict.allow and DataClass.GUEST_IDENTITY in verdict.read:
            return found[0]
        return found[0].model_copy(update={"first_name": MASK, "last_name": MASK, "email": None, "phone": None})
