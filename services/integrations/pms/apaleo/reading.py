"""apaleo's reservations, folios and notifications in our words."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.integrations.domain.comments import Comment
from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio, FolioEntry
from services.integrations.domain.marks import About, Heard, Hint
from services.integrations.domain.reservations import Guest, Reservation
from services.integrations.pms import values
from services.integrations.pms.apaleo import shapes
from services.integrations.pms.payloads import notification
from services.integrations.ports.vendors import Fetched, PmsUnreadable
from shared.contracts.records import LineKind
from shared.contracts.stays import Party, StayStatus
from shared.contracts.values import Money

NAME = "apaleo"
INFANT = 2
STATUS = {
    "confirmed": StayStatus.BOOKED,
    "inhouse": StayStatus.CHECKED_IN,
    "checkedout": StayStatus.CHECKED_OUT,
    "canceled": StayStatus.CANCELLED,
    "noshow": StayStatus.NO_SHOW,
}
ABOUT = {"reservation": About.RESERVATION, "folio": About.FOLIO}
OWED_IS_POSITIVE = "positive"
NOT_PAID = frozenset({"Failure", "Canceled"})


@dataclass(frozen=True)
class Whole:
    """A folio with its payments, which apaleo shows apart."""

    folio: shapes.Folio
    payments: Sequence[shapes.Payment]


def heard(payload: object, connection: Connection) -> Heard:
    """One event per request, without order, without signature, now and then twice; a health check has no data."""
    told = notification(shapes.Notification, payload)
    about = ABOUT.get(told.topic.lower())
    ours = told.property is None or told.property == connection.hotel
    if about is None or not ours or told.data is None or told.data.entity is None:
        return Heard(ignored=1)
    return Heard((Hint(about=about, ref=values.entity(told.data.entity, "data.entityId")),))


def fetched(said: shapes.Reservation, connection: Connection) -> Fetched:
    """A reservation. Days are those of the hotel: apaleo writes its times with the hotel's offset."""
    status = STATUS.get(said.status.lower())
    if status is None:
        raise PmsUnreadable("status")
    arrival, departure = values.day(said.arrival), values.day(said.departure)
    unit = said.unit or next((each.unit for each in said.slices if each.unit), None)
    created, modified = values.moment(said.created), values.moment(said.modified)
    if created is None or modified is None:
        raise PmsUnreadable("modified")
    babies = sum(age < INFANT for age in said.ages)
    reservation = Reservation(
        pms=NAME,
        number=values.entity(said.id),
        property_id=connection.property_id,
        status=status,
        arrival=arrival,
        departure=departure,
        booked_at=created,
        source_time=modified,
        room_type_reserved=said.unit_group.code or said.unit_group.id,
        room_type_assigned=(said.unit_group.code or said.unit_group.id) if unit else None,
        room=(unit.name or unit.id) if unit else None,
        party=Party(adults=said.adults, children=len(said.ages) - babies, babies=babies),
        rate=_rate(said, (departure - arrival).days),
        balance=owed(said.balance, connection),
        guest=_guest(said),
        checked_in_at=values.moment(said.checked_in),
        checked_out_at=values.moment(said.checked_out),
        cancelled_at=values.moment(said.cancelled),
        segment=values.code(said.purpose),
        channel=values.code(said.channel),
        deposit=values.code(said.guarantee),
    )
    told = (("reservation", said.comment), ("guest", said.guest_comment))
    return Fetched(reservation, tuple(Comment(text, kind) for kind, text in told if text))


def _rate(said: shapes.Reservation, nights: int) -> Money:
    totals = [each.total for each in said.slices if each.total]
    if totals and len(totals) == nights:
        whole = sum(values.money(each.major, each.currency).amount for each in totals)
        return values.per_night(Money(amount=whole, currency=said.total.currency), nights)
    return values.per_night(values.money(said.total.major, said.total.currency), nights)


def owed(balance: shapes.Amount, connection: Connection) -> Money:
    """What the guest owes: apaleo writes that as a negative balance."""
    found = values.money(balance.major, balance.currency)
    return found if connection.options.get("balance_owed") == OWED_IS_POSITIVE else -found


def _guest(said: shapes.Reservation) -> Guest | None:
    """apaleo keeps no profiles: whoever is named on a reservation is known by it."""
    if said.guest is None:
        return None
    return Guest(
        profile=said.id,
        first_name=values.text(said.guest.first_name),
        last_name=values.text(said.guest.last_name),
        email=said.guest.email,
        phone=said.guest.phone,
        language=values.language(said.guest.language),
    )


def folio(number: str, every: Sequence[Whole], connection: Connection) -> Folio:
    """Folios as one: charges, what was taken back of them, payments."""
    entries = [_entry(kind, each) for one in every for kind, some in _parts(one.folio) for each in some]
    entries += [_paid(each) for one in every for each in one.payments if each.status not in NOT_PAID]
    balances = [owed(one.folio.balance, connection) for one in every]
    whole = Money(amount=sum(one.amount for one in balances), currency=balances[0].currency)
    return Folio(number, whole, tuple(entries))


def _parts(said: shapes.Folio) -> tuple[tuple[LineKind, tuple[shapes.Posting, ...]], ...]:
    return (LineKind.CHARGE, said.charges), (LineKind.REFUND, said.allowances)


def _entry(kind: LineKind, said: shapes.Posting) -> FolioEntry:
    amount = values.money(said.amount.major, said.amount.currency)
    if kind is LineKind.CHARGE and amount.amount < 0:
        kind, amount = LineKind.REFUND, -amount
    key = said.receipt.number if said.receipt else None
    return FolioEntry(said.id, kind, amount, values.moment(said.at), key)


def _paid(said: shapes.Payment) -> FolioEntry:
    amount = values.money(said.amount.major, said.amount.currency)
    return FolioEntry(said.id, LineKind.DEPOSIT, amount, values.moment(said.at), said.receipt)
