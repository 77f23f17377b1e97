"""A hotel at a vendor's with a stay, a comment without a record, and a command that nobody could carry out."""

import datetime as dt

from services.integrations.app import Parts
from services.integrations.domain.commanding import Ending
from services.integrations.domain.comments import KeptComment
from services.integrations.domain.connections import ConnectionSpec
from services.integrations.domain.following import Delivered, Followed, Loaded, follow
from services.integrations.domain.orders import NoteOrder
from services.integrations.domain.pms_orders import OrderRow, moved
from services.integrations.domain.reservations import Reservation
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.commands_out import CommandSort
from shared.contracts.stays import Party, StayStatus
from shared.contracts.values import Money, Scope
from shared.contracts.writebacks import WritebackState
from tests.factories.records import CHAIN, NOON, PROPERTY

VILLA = ConnectionSpec(
    property_id="villa", chain=CHAIN, pms="apaleo", hotel="VIL", zone="Europe/Lisbon", currency="EUR"
)
NOBODY = "guest-nobody"
SCOPE = Scope(chain=CHAIN)
FRESH = Provenance.fresh("pms-rows")


async def stay_at_vendor(have: Parts) -> str:
    """Connect a hotel at a vendor that takes notes; a stay of it."""
    await have.connections.connect(SCOPE, [VILLA])
    nothing = Money(amount=0, currency="EUR")
    booked = Reservation(
        pms=VILLA.pms,
        number="VIL-1",
        property_id=VILLA.property_id,
        status=StayStatus.BOOKED,
        arrival=NOON.date(),
        departure=NOON.date() + dt.timedelta(days=2),
        booked_at=NOON,
        source_time=NOON,
        room_type_reserved="DBL",
        party=Party(adults=2),
        rate=nothing,
        balance=nothing,
    )
    each = Delivered("1", booked, NOON)

    def decide(loaded: Loaded) -> Followed:
        return follow(loaded, [each], b"a-key-for-tests-only", CHAIN, NOON)

    await have.stays.follow(SCOPE, [each.stay_id], [], decide, FRESH)
    return each.stay_id


async def comment(have: Parts, stay_id: str, text: str, comment_id: str = "comment-1") -> str:
    """A comment of the city hotel's PMS that is on no record."""
    kept = KeptComment(
        id=comment_id,
        chain=CHAIN,
        property_id=PROPERTY,
        stay_id=stay_id,
        guest_id=NOBODY,
        kind="reservation",
        text=text,
        seen_at=NOON,
    )

    async def work(tx: Tx) -> None:
        await have.comments.save(SCOPE, [kept], tx)

    await have.chassis.mongo.run(work)
    return kept.id


async def dead_note(have: Parts, stay_id: str, note_id: str = "note-1") -> str:
    """A note of the city hotel that its PMS did not take."""
    note = NoteOrder(key=note_id, reservation="R-1", text="words")
    row = OrderRow(
        id=note_id, chain=CHAIN, property_id=PROPERTY, sort=CommandSort.NOTE, stay_id=stay_id, at=NOON, note=note
    )

    async def work(tx: Tx) -> None:
        await have.orders.request(SCOPE, tx, [row], FRESH)

    await have.chassis.mongo.run(work)
    after = moved(row, WritebackState.REFUSED, NOON, "gave_up")
    await have.orders.settle(SCOPE, after, FRESH, NOON, Ending("unavailable", dead=True))
    return row.id
