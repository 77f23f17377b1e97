"""Apply what other services say: open records once, follow stays, settle messages and money lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from services.records.domain import commands as c
from services.records.domain.kinds import FieldType
from services.records.domain.occurrences import (
    FinanceOccurred,
    GlassOccurred,
    MessageOccurred,
    Occurrence,
    Opening,
    StayOccurred,
    TaskOccurred,
)
from services.records.domain.parts import Repeat
from services.records.domain.repeats import may_count
from services.records.domain.state import RecordState
from services.records.domain.steps.sold import CANCELLED
from services.records.domain.texts import Reason
from services.records.usecases.desk import Desk
from services.records.usecases.forgetting import begin
from services.records.usecases.glass import close_review
from services.records.usecases.house import House
from services.records.usecases.pms_tasks import close_done
from services.records.workflows.openings import following
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import Envelope, EventBody
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.guests import GuestErased
from shared.contracts.identity import Actor, ActorKind
from shared.contracts.messages import Direction, Message, MessageEvent
from shared.contracts.money import FinanceEvent, Posting, PostingEvent
from shared.contracts.records import Outcome, Status
from shared.contracts.staff import GlassEvent
from shared.contracts.stays import Stay, StayEvent, StayStatus
from shared.contracts.tasks import TaskEvent
from shared.contracts.values import Money, Scope, derived_id, zone
from shared.contracts.writebacks import UNSETTLED, Writeback, WritebackEvent

PMS = c.Doer(Actor(kind=ActorKind.PMS, id="pms"))
GUEST = c.Doer(Actor(kind=ActorKind.GUEST, id="guest"))
SYSTEM = c.Doer(Actor(kind=ActorKind.SYSTEM, id="integrations"))
OURS = frozenset({"linked", "settled"})
STOP = frozenset({"opt_out", "stop", "unsubscribe"})
"""Topics and answers by which a guest asks us to stop."""
ENDED_UNUSED = {StayStatus.CANCELLED: "stay_cancelled", StayStatus.NO_SHOW: "stay_no_show"}


@dataclass(frozen=True)
class Heard:
    """One event and its typed body."""

    envelope: Envelope
    body: EventBody

    @property
    def verb(self) -> str:
        """The past verb of its type."""
        return self.envelope.type.split(".")[1]


class Triggers:
    """Applies a batch inside the consumer's transaction; every effect is keyed, so a replay has none."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def apply(self, tx: Tx, heard: Sequence[Heard]) -> None:
        """All effects of a batch of one or more chains, in order."""
        for chain in sorted({each.envelope.chain for each in heard}):
            batch = [each for each in heard if each.envelope.chain == chain]
            await _Batch(self._house, Desk(self._house, Scope(chain=chain), tx), batch).apply()


class _Batch:
    def __init__(self, house: House, desk: Desk, heard: Sequence[Heard]) -> None:
        self._house, self._desk, self._heard = house, desk, heard
        self._stays: dict[str, Stay] = {}

    async def apply(self) -> None:
        await self._look_up()
        kept: dict[str, Stay] = {}
        for each in self._heard:
            body = each.body
            if isinstance(body, StayEvent):
                await self._on_stay(each, body)
                self._stays[body.stay.id] = kept[body.stay.id] = body.stay
            elif isinstance(body, MessageEvent) and each.verb not in OURS:
                # Which record a message led to, or that it needs none, is our own word, come back.
                await self._on_message(each, body.message)
            elif isinstance(body, FinanceEvent):
                stay = self._stays.get(body.finance.stay_id or "")
                place = self._zone(each.envelope, body.finance.property_id)
                what = FinanceOccurred(each.verb, body.finance, stay, each.envelope.id, each.envelope.time, place)
                await self._open_all(self._house.catalogue.openings(what), SYSTEM, each)
            elif isinstance(body, TaskEvent) and each.verb == "seen":
                stay = self._stays.get(body.task.stay_id or "")
                place = self._zone(each.envelope, body.task.property_id)
                seen = TaskOccurred(each.verb, body.task, stay, each.envelope.id, each.envelope.time, place)
                for opening in self._house.catalogue.openings(seen):
                    await self._ask(opening, each, PMS)
            elif isinstance(body, TaskEvent) and each.verb == "closed":
                await close_done(self._desk, self._desk.tx, body.task, Provenance.of(each.envelope))
            elif isinstance(body, GlassEvent):
                await self._on_glass(each, body)
            elif isinstance(body, PostingEvent):
                await self._on_posting(each, body.posting)
            elif isinstance(body, WritebackEvent):
                await self._on_writeback(each, body.writeback)
            elif isinstance(body, GuestErased):
                await begin(self._house, self._desk.scope, self._desk.tx, each.envelope, body)
        await self._house.stays.keep(self._desk.scope, list(kept.values()), self._desk.tx)
        await self._desk.flush()

    async def _look_up(self) -> None:
        """One read for all stays, one for their open records, one for all trigger keys."""
        scope, tx = self._desk.scope, self._desk.tx
        ids = {stay_id for each in self._heard if (stay_id := _stay_id(each.body))}
        self._stays = {stay.id: stay for stay in await self._house.stays.find_all(scope, ids, tx)}
        live = [each for each in self._heard if isinstance(each.body, StayEvent) and not each.body.backfill]
        keys = {opening.key for each in live for opening in self._house.catalogue.openings(self._occurred(each))}
        await self._desk.expect(keys, await self._house.records.open_of_stays(scope, ids, tx))

    def _zone(self, envelope: Envelope, property_id: str) -> ZoneInfo:
        return zone(self._house.hotel_of_event(envelope.chain, property_id).zone)

    def _occurred(self, each: Heard, stay: Stay | None = None) -> StayOccurred:
        assert isinstance(each.body, StayEvent)
        told = stay or each.body.stay
        place = self._zone(each.envelope, told.property_id)
        return StayOccurred(each.verb, told, each.envelope.id, each.envelope.time, place)

    async def _on_stay(self, each: Heard, body: StayEvent) -> None:
        if body.backfill:
            return
        stay = body.stay
        openings = self._house.catalogue.openings(self._occurred(each))
        before = self._stays.get(stay.id)
        self._desk.bounds.told[stay.id] = stay
        await self._desk.purse.mirror(stay)
        for state in self._desk.open_of_stay(stay.id):
            await self._follow(each, state, stay, openings)
            await self._move_sale(each, state.id, before, stay)
        await self._open_all(openings, PMS, each)

    async def _follow(self, each: Heard, state: RecordState, stay: Stay, openings: Sequence[Opening]) -> None:
        """An open record follows its stay: it ends with it, or takes over room, guest and deadlines."""
        kind, provenance = self._house.catalogue.kind(state.kind), Provenance.of(each.envelope)
        if stay.status in ENDED_UNUSED and kind.ends_with_stay:
            ended = c.CompleteRecord(Outcome.CANCELLED, Reason(code=ENDED_UNUSED[stay.status]))
            await self._desk.tell(state, ended, PMS, provenance)
            return
        update = self._moved(each, state, stay, openings)
        if update != c.UpdateStay(state.room, state.guest_id, state.due_at, state.expires_at):
            await self._desk.tell(state, update, PMS, provenance)

    async def _move_sale(self, each: Heard, record_id: str, before: Stay | None, stay: Stay) -> None:
        """What was sold for other nights, or another party, is priced and promised again."""
        state = await self._desk.find(record_id)
        if before is None or state is None or state.sale is None or state.status is Status.COMPLETE:
            return
        if state.sale.state in CANCELLED:
            return
        if (before.arrival, before.departure, before.party) != (stay.arrival, stay.departure, stay.party):
            await self._desk.tell(state, c.MoveSale(), PMS, Provenance.of(each.envelope))

    def _moved(self, each: Heard, state: RecordState, stay: Stay, openings: Sequence[Opening]) -> c.UpdateStay:
        key = state.trigger.key
        now = next((opening for opening in openings if opening.key == key), None)
        known = self._stays.get(stay.id)
        past = self._house.catalogue.openings(self._occurred(each, known)) if known and now else []
        before = next((opening for opening in past if opening.key == key), None)
        due_at, expires_at = state.due_at, state.expires_at
        # Only a deadline that moved with the stay moves here: what a pause added to it stays.
        if now and before and now.due_at and now.due_at != before.due_at and now.due_at > each.envelope.time:
            due_at = now.due_at
        if now and before and now.expires_at != before.expires_at:
            expires_at = now.expires_at
        return c.UpdateStay(stay.room or state.room, stay.guest_id, due_at, expires_at)

    async def _open_all(self, openings: Sequence[Opening], doer: c.Doer, each: Heard) -> None:
        for opening in openings:
            await self._desk.open(opening, doer, Provenance.of(each.envelope))

    async def _on_message(self, each: Heard, message: Message) -> None:
        stay = self._stays.get(message.stay_id or "")
        state = await self._desk.find(message.record_id) if message.record_id else await self._campaigned(message)
        if message.direction is Direction.OUTBOUND:
            await self._settle_message(each, state, message)
            return
        if state is not None and state.sale is not None and message.answer == "cancelled":
            await self._cancelled(each, state)
        elif state is not None and state.sale is not None and message.bid is not None:
            await self._bid(each, state, message.bid)
        elif state is not None and message.answer is not None:
            await self._answered(each, state, message.answer)
        if message.guest_id and STOP & {message.topic_code, message.answer}:
            await self._house.campaigns.opt_out(self._desk.scope, [message.guest_id], self._desk.tx)
        if state is not None and message.record_id is None:
            return
        place = self._zone(each.envelope, message.property_id)
        what: Occurrence = MessageOccurred(each.verb, message, stay, each.envelope.id, each.envelope.time, place)
        for opening in self._house.catalogue.openings(what):
            await self._ask(opening, each)

    async def _ask(self, opening: Opening, each: Heard, doer: c.Doer = GUEST) -> None:
        """Open what a message or a task asks for; what was asked before counts on the record that was opened then."""
        if await self._desk.is_taken(opening.key):
            return
        first, provenance = await self._desk.first_of(opening), Provenance.of(each.envelope)
        if first is None:
            await self._desk.open(opening, doer, provenance)
            return
        repeat = Repeat(at=each.envelope.time, source=opening.source, key=opening.key)
        if may_count(first, repeat):
            await self._desk.tell(first, c.CountRepeat(repeat), doer, provenance)

    async def _campaigned(self, message: Message) -> RecordState | None:
        """The campaign's record that an answer without a record belongs to: named by offer, or the stay's only one.

        One that is closed has had this very answer; another answer to it is a new matter.
        """
        if (
            (message.answer is None and message.bid is None)
            or message.stay_id is None
            or message.direction is Direction.OUTBOUND
        ):
            return None
        ids = await self._house.campaigns.sent_to(self._desk.scope, message.stay_id, self._desk.tx)
        held = [state for each in ids if (state := await self._desk.find(each)) is not None]
        asked = [
            each
            for each in held
            if each.status is not Status.COMPLETE or each.fields.get("guest_answer") == message.answer
        ]
        named = [each for each in asked if each.sale and message.offer_id in (each.sale.offer_id, each.sale.campaign)]
        found = named or asked
        return found[0] if len(found) == 1 else None

    async def _settle_message(self, each: Heard, state: RecordState | None, message: Message) -> None:
        sent = next((one for one in state.guest_messages if one.id == message.id), None) if state else None
        if state is not None and sent is not None and sent.state != message.state.value:
            command = c.SettleMessage(message.id, message.state.value)
            await self._desk.tell(state, command, SYSTEM, Provenance.of(each.envelope))

    async def _answered(self, each: Heard, state: RecordState, answer: str) -> None:
        """The guest's answer to what this record offered, where the record still waits for one."""
        spec = self._house.catalogue.kind(state.kind).field("guest_answer")
        takes = spec is not None and spec.type is FieldType.CHOICE and answer in spec.choices
        if takes and state.status is not Status.COMPLETE and state.fields.get("guest_answer") != answer:
            command = c.EditFields(each.envelope.id, {"guest_answer": answer}, Reason(code="guest_said"))
            answered = await self._desk.tell(state, command, GUEST, Provenance.of(each.envelope))
            await self._desk.confirm(answered, Provenance.of(each.envelope))
            if answered.sale is not None and answered.sale.campaign and answer == "declined":
                said_no = c.CompleteRecord(Outcome.DECLINED, Reason(code="guest_declined"))
                await self._desk.tell(answered, said_no, SYSTEM, Provenance.of(each.envelope))

    async def _bid(self, each: Heard, state: RecordState, bid: Money) -> None:
        """The guest's price; one that does not count is told to them, and nobody else's is."""
        if state.status is Status.COMPLETE:
            return
        provenance = Provenance.of(each.envelope)
        try:
            await self._desk.tell(state, c.PlaceBid(bid), GUEST, provenance)
        except AppError as refusal:
            if refusal.kind not in (ErrorKind.CONFLICT, ErrorKind.INVALID):
                raise
            told = derived_id("bid_refused", state.id, each.envelope.subject)
            if all(one.id != told for one in state.guest_messages):
                await self._desk.tell(state, c.RefuseBid(told), SYSTEM, provenance)

    async def _cancelled(self, each: Heard, state: RecordState) -> None:
        """The guest takes back what they bought, where they still may; else a person hears of it."""
        provenance = Provenance.of(each.envelope)
        try:
            await self._desk.tell(state, c.CancelSale(), GUEST, provenance)
        except AppError as refusal:
            if refusal.code == "too_late_to_cancel":
                asked = following("guest_request", state, {"topic": "other"})
                key = f"cancel:{state.id}:{each.envelope.subject}"
                await self._desk.open(replace(asked, key=key, parent=state.id), GUEST, provenance)
            elif refusal.kind is not ErrorKind.CONFLICT:
                raise

    async def _on_glass(self, each: Heard, body: GlassEvent) -> None:
        provenance, place = Provenance.of(each.envelope), self._zone(each.envelope, body.glass.property_id)
        why = body.reason_code or "other"
        what = GlassOccurred(each.verb, body.glass, why, each.envelope.id, each.envelope.time, place)
        await self._open_all(self._house.catalogue.openings(what), c.Doer(body.actor), each)
        if body.glass.reviewed_by is not None:
            await close_review(self._desk, self._desk.tx, body, provenance)

    async def _on_posting(self, each: Heard, posting: Posting) -> None:
        state = await self._desk.find(posting.record_id)
        line = next((one for one in state.money if one.id == posting.line_id), None) if state else None
        if state is not None and line is not None and line.state != posting.state.value:
            command = c.SettleLine(line.id, posting.state.value)
            await self._desk.tell(state, command, SYSTEM, Provenance.of(each.envelope))

    async def _on_writeback(self, each: Heard, told: Writeback) -> None:
        state = await self._desk.find(told.record_id)
        held = next((one for one in state.writebacks if one.id == told.change.id), None) if state else None
        if state is not None and held is not None and held.state in UNSETTLED and held.state is not told.change.state:
            command = c.SettleWriteback(held.id, told.change.state, told.change.failure)
            await self._desk.tell(state, command, SYSTEM, Provenance.of(each.envelope))


def _stay_id(body: EventBody) -> str | None:
    if isinstance(body, StayEvent):
        return body.stay.id
    if isinstance(body, MessageEvent):
        return body.message.stay_id
    if isinstance(body, TaskEvent):
        return body.task.stay_id
    return body.finance.stay_id if isinstance(body, FinanceEvent) else None
