"""One thread per stay, for people: read with its words, answered, and what belongs to no record put onto one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.messages import GuestMessage, Progress, linked, settled
from services.integrations.domain.threads import Thread, ThreadState
from services.integrations.ports import StayStore
from services.integrations.usecases.incoming import refuse_cards
from services.integrations.usecases.reading import Ledger, scope_of
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.chassis.service import require_version
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict, forbidden, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.messages import Direction, Message, MessageState
from shared.contracts.policy import Resource
from shared.contracts.values import Scope

WORDS = DataClass.PRIVATE_STAY
FIRST_CHANNEL = "email"


class Threads(Protocol):
    """Where threads are kept."""

    async def page(
        self, scope: Scope, state: ThreadState, channel: str | None, after: str | None, limit: int
    ) -> tuple[list[Thread], str | None]: ...
    async def find(self, scope: Scope, stay_id: str) -> Thread | None: ...
    async def answered(self, scope: Scope, before: Thread, ctx: CommandContext) -> None: ...


class Messages(Protocol):
    """Where messages are kept."""

    async def find(self, scope: Scope, message_id: str) -> GuestMessage | None: ...
    async def page(self, scope: Scope, stay_id: str, after: str | None, limit: int) -> list[GuestMessage]: ...
    async def loose(self, scope: Scope, after: str | None, limit: int) -> list[GuestMessage]: ...
    async def ask(self, scope: Scope, row: GuestMessage, ctx: CommandContext) -> None: ...
    async def settle_loose(
        self, scope: Scope, after: GuestMessage, verb: str, now: dt.datetime, ctx: CommandContext
    ) -> None: ...


@dataclass(frozen=True)
class Written:
    """What a person writes to a guest: words or a template, sent or only stored; `urgent`: why at any hour."""

    text: str | None
    template: str | None
    send: bool
    topic_code: str
    language: str | None = None
    urgent: str | None = None
    record_id: str | None = None


class Threading:
    """For who may read what guests write, and for who may write to them."""

    def __init__(
        self, threads: Threads, messages: Messages, stays: StayStore, ledger: Ledger, policy: Policy, clock: Clock
    ) -> None:
        self._threads, self._messages, self._stays = threads, messages, stays
        self._ledger, self._policy, self._clock = ledger, policy, clock

    def _may(self, principal: Principal, property_id: str | None = None) -> None:
        verdict = self._policy.decide(principal, "read", Resource.MESSAGE, property_id)
        if not (verdict.allow and WORDS in verdict.read):
            raise forbidden("messages_not_readable", "Your role does not read what guests write.")

    def _writes(self, principal: Principal, property_id: str | None = None) -> None:
        if not self._policy.decide(principal, "request_message", Resource.MESSAGE, property_id).allow:
            raise forbidden("messages_not_writable", "Your role does not write guest messages.")

    def _known(self, principal: Principal, property_id: str | None) -> None:
        if property_id is None:
            return
        there = self._policy.property(principal.chain, property_id) is not None
        if not (there and scope_of(principal).covers(property_id)):
            raise not_found("property")

    async def page(
        self,
        principal: Principal,
        property_id: str | None,
        state: ThreadState,
        channel: str | None,
        after: str | None,
        limit: int,
    ) -> tuple[list[Thread], str | None]:
        """Threads of the caller's hotels, the latest first; they hold no words."""
        self._may(principal)
        self._known(principal, property_id)
        return await self._threads.page(scope_of(principal, property_id), state, channel, after, limit)

    async def one(self, principal: Principal, stay_id: str) -> Thread:
        """One thread without its messages; another hotel's is not found."""
        self._may(principal)
        found = await self._threads.find(scope_of(principal), stay_id)
        if found is None:
            raise not_found("thread")
        self._may(principal, found.property_id)
        return found

    async def messages(
        self, principal: Principal, stay_id: str, after: str | None, limit: int, correlation: str
    ) -> tuple[Thread, list[GuestMessage]]:
        """What was said, newest first; the read is written down before it is answered."""
        thread = await self.one(principal, stay_id)
        found = await self._messages.page(scope_of(principal), stay_id, after, limit)
        await self._told(principal, thread.property_id, (stay_id,), correlation)
        return thread, found

    async def loose(
        self, principal: Principal, property_id: str | None, after: str | None, limit: int, correlation: str
    ) -> Sequence[GuestMessage]:
        """What guests wrote that is on no record, oldest first; the read is written down, too."""
        self._may(principal)
        self._known(principal, property_id)
        found = await self._messages.loose(scope_of(principal, property_id), after, limit)
        if found:
            subjects = tuple(dict.fromkeys(one.message.stay_id or one.message.id for one in found))
            await self._told(principal, property_id or "*", subjects, correlation)
        return found

    async def _told(self, principal: Principal, place: str, subjects: tuple[str, ...], correlation: str) -> None:
        event = NewEvent(
            type="access.read.v1",
            chain=principal.chain,
            property_id=place,
            subject=self._clock.new_id(),
            sequence=1,
            time=self._clock.now(),
            body=AccessEvent(
                actor=principal.actor, access=AccessRead(subjects=subjects, action="read_messages", classes=(WORDS,))
            ),
        )
        await self._ledger.tell(scope_of(principal), [event], Provenance.fresh(correlation))

    async def write(self, ctx: CommandContext, stay_id: str, written: Written) -> GuestMessage:
        """Write to the guest of a stay. By which channel, and when, is decided when it leaves."""
        self._writes(ctx.principal)
        refuse_cards("text", written.text)
        kept = await self._stays.get(scope_of(ctx.principal), stay_id)
        if kept is None:
            raise not_found("stay")
        stay = kept.stay
        self._writes(ctx.principal, stay.property_id)
        message = Message(
            id=self._clock.new_id(),
            property_id=stay.property_id,
            stay_id=stay.id,
            guest_id=stay.guest_id,
            record_id=written.record_id,
            direction=Direction.OUTBOUND,
            channel=FIRST_CHANNEL,
            language=stay.language,
            topic_code=written.topic_code,
            state=MessageState.QUEUED,
            at=self._clock.now(),
            version=1,
        )
        row = GuestMessage(
            chain=stay.chain,
            message=message,
            send=written.send,
            template=written.template,
            text=written.text,
            language=written.language,
            urgent=written.urgent,
            written_by=ctx.principal.staff_id,
            progress=Progress.PENDING,
            correlation=ctx.provenance.correlation,
        )
        await self._messages.ask(ctx.scope, row, ctx)
        return row

    async def message(self, principal: Principal, message_id: str) -> GuestMessage:
        """One message; another hotel's is not found."""
        found = await self._messages.find(scope_of(principal), message_id)
        if found is None:
            raise not_found("message")
        return found

    async def answered(self, ctx: CommandContext, stay_id: str) -> Thread:
        """Say that nobody waits in a thread: it was answered by word of mouth, or asks nothing."""
        self._writes(ctx.principal)
        found = await self._threads.find(scope_of(ctx.principal), stay_id)
        if found is None:
            raise not_found("thread")
        self._writes(ctx.principal, found.property_id)
        require_version(ctx, found.version)
        if not found.waiting:
            raise conflict("thread_answered", "Nobody waits here.")
        await self._threads.answered(scope_of(ctx.principal), found, ctx)
        return await self.thread(ctx.principal, stay_id)

    async def thread(self, principal: Principal, stay_id: str) -> Thread:
        """One thread, for an answer that its command gives again."""
        found = await self._threads.find(scope_of(principal), stay_id)
        if found is None:
            raise not_found("thread")
        return found

    async def settle(
        self, ctx: CommandContext, message_id: str, record_id: str | None, reason_code: str | None
    ) -> GuestMessage:
        """Say which record a guest's message is on now, or why it needs none."""
        self._may(ctx.principal)
        self._writes(ctx.principal)
        found = await self.message(ctx.principal, message_id)
        self._writes(ctx.principal, found.message.property_id)
        require_version(ctx, found.message.version)
        inbound = found.message.direction is Direction.INBOUND
        if not inbound or found.message.record_id is not None or found.settled_by is not None:
            raise conflict("message_recorded", "It is on a record already, or needs none.")
        by, scope, now = ctx.principal.staff_id, scope_of(ctx.principal), self._clock.now()
        if record_id is not None:
            after, verb = linked(found, record_id).model_copy(update={"settled_by": by}), "linked"
        else:
            after, verb = settled(found, by, str(reason_code)), "settled"
        await self._messages.settle_loose(scope, after, verb, now, ctx)
        return after
