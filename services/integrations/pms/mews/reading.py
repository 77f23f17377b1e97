"""Mews's reservations, items and notifications in our words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.integrations.domain.comments import Comment
from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio, FolioEntry
from services.integrations.domain.marks import About, Heard, Hint
from services.integrations.domain.reservations import Guest, Reservation
from services.integrations.pms import values
from services.integrations.pms.mews import shapes
from services.integrations.pms.payloads import notification
from services.integrations.ports.vendors import Fetched, PmsUnreadable
from shared.contracts.records import LineKind
from shared.contracts.stays import Party, StayStatus
from shared.contracts.values import Money, local_day, zone

NAME = "mews"
STATUS = {
    "Confirmed": StayStatus.BOOKED,
    "Optional": StayStatus.BOOKED,
    "Started": StayStatus.CHECKED_IN,
    "Processed": StayStatus.CHECKED_OUT,
    "Canceled": StayStatus.CANCELLED,
}
NO_STAY = frozenset({"Inquired", "Requested"})
"""Somebody asks: there is nothing to prepare before the hotel says yes."""
NO_SHOW = "NoShow"
ABOUT = {
    "ServiceOrderUpdated": About.RESERVATION,
    "CustomerAdded": About.GUEST,
    "CustomerUpdated": About.GUEST,
    "PaymentUpdated": About.PAYMENT,
}
COUNTED = frozenset({"Open", "Closed"})
PAID = frozenset({"Charged", "Pending", "Verifying"})
NIGHT = "SpaceOrder"
KEYED = "bellboard:"


def heard(payload: object, connection: Connection) -> Heard:
    """Each entity once, however often it is named: what was added is said to be updated, too."""
    if isinstance(payload, dict) and "Action" in payload:
        return _integration(payload, connection)
    told = notification(shapes.Notification, payload)
    if told.enterprise not in (None, connection.hotel):
        return Heard(ignored=len(told.events))
    known = [(ABOUT[each.discriminator], each.value.id) for each in told.events if each.discriminator in ABOUT]
    hints = dict.fromkeys(Hint(about=about, ref=values.entity(ref, "Events.Value.Id")) for about, ref in known)
    return Heard(tuple(hints), len(told.events) - len(known))


def _integration(payload: object, connection: Connection) -> Heard:
    """An integration that begins hands over its token, of this hotel only; it is kept where secrets lie."""
    told = notification(shapes.IntegrationNotification, payload).data
    ours = told.enterprise is not None and told.enterprise.id == connection.hotel
    return Heard(ignored=1, secrets={"access_token": told.token} if ours and told.token else {})


@dataclass(frozen=True)
class Around:
    """What a reservation only names by id."""

    customer: shapes.Customer | None
    room: str | None
    categories: Mapping[str, str]
    adults: frozenset[str]
    items: Sequence[shapes.Item]
    payments: Sequence[shapes.Payment]
    notes: Sequence[shapes.Note]


def fetched(said: shapes.Reservation, around: Around, connection: Connection) -> Fetched | None:
    """A reservation. Mews writes moments in UTC; the days are those of the hotel's clock."""
    if said.state in NO_STAY:
        return None
    status = STATUS.get(said.state)
    if status is None:
        raise PmsUnreadable("State")
    if status is StayStatus.CANCELLED and said.why_cancelled == NO_SHOW:
        status = StayStatus.NO_SHOW
    start, end = values.moment(said.start), values.moment(said.end)
    created, updated = values.moment(said.created), values.moment(said.updated)
    if start is None or end is None or created is None or updated is None:
        raise PmsUnreadable("ScheduledStartUtc")
    arrival, departure = (local_day(each, zone(connection.zone)) for each in (start, end))
    adults = sum(each.count for each in said.persons if each.category in around.adults)
    category = around.categories.get(said.category, said.category)
    reservation = Reservation(
        pms=NAME,
        number=values.entity(said.id),
        confirmation=values.entity(said.number, "Number"),
        property_id=connection.property_id,
        status=status,
        arrival=arrival,
        departure=departure,
        booked_at=created,
        source_time=updated,
        room_type_reserved=category,
        room_type_assigned=category if around.room else None,
        room=around.room,
        party=Party(adults=adults, children=sum(each.count for each in said.persons) - adults),
        rate=rate(around.items, connection.currency, (departure - arrival).days),
        balance=folio(said.account, around.items, around.payments, connection.currency).balance,
        guest=_guest(around.customer),
        checked_in_at=values.moment(said.started),
        checked_out_at=values.moment(said.ended),
        cancelled_at=values.moment(said.cancelled),
        segment=values.code(said.purpose),
        channel=values.code(said.origin),
        vip="VeryImportant" in (around.customer.classes if around.customer else ()),
    )
    comments = (Comment(one.text, values.code(one.type) or "general", one.id) for one in around.notes)
    return Fetched(reservation, tuple(comments))


def _guest(said: shapes.Customer | None) -> Guest | None:
    if said is None:
        return None
    return Guest(
        profile=said.id,
        first_name=values.text(said.first_name),
        last_name=values.text(said.last_name),
        email=said.email,
        phone=said.phone,
        language=values.language(said.language),
    )


def rate(items: Sequence[shapes.Item], currency: str, nights: int) -> Money:
    """What a night costs on average: its items of the sort that a night is."""
    found = [values.money(one.amount.gross, currency).amount for one in items if one.type == NIGHT and _counts(one)]
    return values.per_night(Money(amount=sum(found), currency=currency), nights)


def _counts(one: shapes.Item) -> bool:
    return one.state in COUNTED


def folio(account: str, items: Sequence[shapes.Item], payments: Sequence[shapes.Payment], currency: str) -> Folio:
    """What is owed for a reservation: its items that count, less what was paid for it."""
    entries = [_entry(one, currency) for one in items if _counts(one)]
    entries += [_paid(one, currency) for one in payments if one.state in PAID]
    owed = sum(one.amount.amount * (1 if one.kind is LineKind.CHARGE else -1) for one in entries)
    return Folio(account, Money(amount=owed, currency=currency), tuple(entries))


def _entry(said: shapes.Item, currency: str) -> FolioEntry:
    amount = values.money(said.amount.gross, currency)
    kind = LineKind.CHARGE if amount.amount >= 0 else LineKind.REFUND
    at = values.moment(said.consumed)
    reference = said.order if said.external else said.id
    return FolioEntry(reference, kind, _size(amount), at, said.external)


def _paid(said: shapes.Payment, currency: str) -> FolioEntry:
    """A payment is below nothing, what was given back of one above (payments.md, Payment: `Amount`)."""
    amount = values.money(said.amount.gross, currency)
    kind = LineKind.DEPOSIT if amount.amount <= 0 else LineKind.CHARGE
    return FolioEntry(said.id, kind, _size(amount), values.moment(said.created), said.key)


def _size(amount: Money) -> Money:
    return amount if amount.amount >= 0 else -amount
