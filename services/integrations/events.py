"""What integrations does when records asks: posting, message or write-back is noted once and worked off later."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from services.integrations.domain.messages import GuestMessage, Progress
from services.integrations.domain.payments import DepositCapture
from services.integrations.domain.pms_orders import OrderRow, task_of
from services.integrations.domain.postings import HOUSE, PostingRow, posting_id
from services.integrations.domain.writebacks import WritebackRow
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.guests import StoreErased
from shared.contracts.messages import Direction, Message, MessageState
from shared.contracts.money import Posting, PostingState
from shared.contracts.records import (
    LineKind,
    RecordEvent,
    RecordMessageRequested,
    RecordPostingRequested,
    RecordWritebackRequested,
)
from shared.contracts.values import Scope
from shared.contracts.writebacks import Writeback

CHANNEL = "maildrop"


class Postings(Protocol):
    """Where postings are written down."""

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[PostingRow], provenance: Provenance) -> int: ...


class Writebacks(Protocol):
    """Where write-backs are written down."""

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[WritebackRow], provenance: Provenance) -> int: ...


class Messages(Protocol):
    """Where messages are written down."""

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[GuestMessage], provenance: Provenance) -> int: ...
    async def recorded(self, scope: Scope, tx: Tx, event: Envelope, record_id: str) -> None: ...


class Deposits(Protocol):
    """Where deposits that are taken at the provider are written down."""

    async def take_deposit(self, scope: Scope, tx: Tx, asked: DepositCapture, provenance: Provenance) -> None: ...


class Erasures(Protocol):
    """Where the stores' words about an erasure are written down."""

    async def confirm(
        self, scope: Scope, tx: Tx | None, said: StoreErased, now: dt.datetime, provenance: Provenance
    ) -> bool: ...


class Orders(Protocol):
    """Where tasks for the PMS are written down."""

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[OrderRow], provenance: Provenance) -> int: ...


Kinds = Callable[[str], Awaitable[frozenset[str]]]
"""The kinds of record that a hotel wants to see as tasks in its PMS."""


class OnRecords:
    """The handler of `records.v1`, and of the other stores' words that a guest is forgotten."""

    def __init__(
        self,
        postings: Postings,
        messages: Messages,
        writebacks: Writebacks,
        erasures: Erasures,
        orders: Orders,
        deposits: Deposits,
        kinds: Kinds,
    ) -> None:
        self._postings, self._messages, self._writebacks = postings, messages, writebacks
        self._erasures, self._orders, self._deposits, self._kinds = erasures, orders, deposits, kinds

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Write down each command that is not written down yet."""
        for event in events:
            body = body_of(event)
            scope = Scope(chain=event.chain)
            if isinstance(body, RecordEvent):
                await self._messages.recorded(scope, tx, event, body.record.id)
                task = task_of(body.record, body.actor, await self._kinds(body.record.property_id), event.time)
                if task:
                    await self._orders.request(scope, tx, [task], Provenance.of(event))
            if isinstance(body, RecordPostingRequested):
                row = posting_of(event, body)
                await self._postings.request(scope, tx, [row], Provenance.of(event))
                if body.line.payment:
                    await self._deposits.take_deposit(scope, tx, deposit_of(event, body), Provenance.of(event))
            elif isinstance(body, RecordWritebackRequested):
                change = writeback_of(event, body)
                await self._writebacks.request(scope, tx, [change] if change else [], Provenance.of(event))
            elif isinstance(body, RecordMessageRequested):
                await self._messages.request(scope, tx, [message_of(event, body)], Provenance.of(event))
            elif isinstance(body, StoreErased):
                await self._erasures.confirm(scope, tx, body, event.time, Provenance.of(event))

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing: a command once carried out stays carried out, and its own key keeps it from happening again."""


def posting_of(event: Envelope, body: RecordPostingRequested) -> PostingRow:
    """The posting a record asks for; its id comes from record and line, so the same line is one posting for ever.

    A cost is on no folio: it is done with being written down here, which is what the journal hears.
    """
    line, settled = body.line, body.line.kind is LineKind.COST
    posting = Posting(
        id=posting_id(body.record.id, line.id),
        property_id=body.record.property_id,
        record_id=body.record.id,
        line_id=line.id,
        stay_id=body.record.stay_id,
        kind=line.kind,
        amount=line.amount,
        state=PostingState.DONE if settled else PostingState.PENDING,
        folio=HOUSE if settled else None,
        approved_by=line.approved_by,
        adjusts=posting_id(body.record.id, line.adjusts) if line.adjusts else None,
        at=event.time,
        version=1,
    )
    return PostingRow(chain=event.chain, posting=posting, correlation=event.correlation, causation=event.id)


def deposit_of(event: Envelope, body: RecordPostingRequested) -> DepositCapture:
    """What a deposit of a record takes at the provider."""
    return DepositCapture(
        chain=event.chain,
        property_id=body.record.property_id,
        record_id=body.record.id,
        stay_id=body.record.stay_id,
        line=body.line,
        by=body.line.approved_by or body.actor.id,
        at=event.time,
        correlation=event.correlation,
        causation=event.id,
    )


def writeback_of(event: Envelope, body: RecordWritebackRequested) -> WritebackRow | None:
    """The change a record asks for, under the key records gave it; without a stay there is nothing to change."""
    if body.record.stay_id is None:
        return None
    writeback = Writeback(
        change=body.writeback,
        property_id=body.record.property_id,
        record_id=body.record.id,
        stay_id=body.record.stay_id,
        at=event.time,
        version=1,
    )
    return WritebackRow(chain=event.chain, writeback=writeback, correlation=event.correlation, causation=event.id)


def message_of(event: Envelope, body: RecordMessageRequested) -> GuestMessage:
    """The message a record asks for; its id is the one that records gave it."""
    asked = body.message
    message = Message(
        id=asked.id,
        property_id=body.record.property_id,
        stay_id=asked.stay_id,
        guest_id=asked.guest_id,
        record_id=body.record.id,
        direction=Direction.OUTBOUND,
        channel=CHANNEL,
        topic_code=asked.topic_code,
        state=MessageState.QUEUED,
        at=event.time,
        version=1,
    )
    return GuestMessage(
        chain=event.chain,
        message=message,
        send=asked.send,
        template=asked.template,
        draft=asked.text,
        urgent=asked.urgent,
        progress=Progress.PENDING,
        correlation=event.correlation,
        causation=event.id,
    )
