"""Cloudbeds's reservations, transactions and notifications in our words."""

from collections.abc import Sequence

from services.integrations.domain.comments import OURS, Comment
from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio, FolioEntry
from services.integrations.domain.marks import About, Heard, Hint
from services.integrations.domain.reservations import Guest, Reservation
from services.integrations.pms import values
from services.integrations.pms.cloudbeds import shapes
from services.integrations.pms.payloads import notification
from services.integrations.ports.vendors import Fetched, PmsUnreadable
from shared.contracts.records import LineKind
from shared.contracts.stays import Party, StayStatus
from shared.contracts.values import Money, zone

NAME = "cloudbeds"
STATUS = {
    "confirmed": StayStatus.BOOKED,
    "not_confirmed": StayStatus.BOOKED,
    "canceled": StayStatus.CANCELLED,
    "checked_in": StayStatus.CHECKED_IN,
    "checked_out": StayStatus.CHECKED_OUT,
    "no_show": StayStatus.NO_SHOW,
}
NO_TYPE = "unknown"
PAYMENT = "payment"


def heard(payload: object, connection: Connection) -> Heard:
    """One event a request: `reservation/…`, `guest/…`, `accounting/…` name a reservation or a guest."""
    told = notification(shapes.Notification, _lower(payload))
    if told.property is not None and str(told.property) != connection.hotel:
        return Heard(ignored=1)
    if told.reservation is not None:
        return Heard((Hint(ref=values.entity(told.reservation, "reservationID")),))
    if told.guest is not None:
        return Heard((Hint(about=About.GUEST, ref=values.entity(told.guest, "guestID")),))
    return Heard(ignored=1)


def _lower(payload: object) -> object:
    return {str(name).lower(): value for name, value in payload.items()} if isinstance(payload, dict) else payload


def fetched(said: shapes.Reservation, notes: Sequence[shapes.Note], connection: Connection) -> Fetched:
    """A reservation; its days are the hotel's, its times are on the hotel's clock."""
    here, currency = zone(connection.zone), connection.currency
    status = STATUS.get(said.status)
    created, modified = values.moment(said.created, here), values.moment(said.modified, here)
    if status is None or created is None or modified is None:
        raise PmsUnreadable("status" if status is None else "dateModified")
    arrival, departure = values.day(said.start), values.day(said.end)
    rooms = [*said.assigned, *said.unassigned]
    kind = next((one.kind for one in rooms if one.kind), NO_TYPE)
    assigned = next(iter(said.assigned), None)
    whole = said.detailed.rooms if said.detailed and said.detailed.rooms is not None else said.total
    reservation = Reservation(
        pms=NAME,
        number=values.entity(said.id),
        property_id=connection.property_id,
        status=status,
        arrival=arrival,
        departure=departure,
        booked_at=created,
        source_time=modified,
        room_type_reserved=kind,
        room_type_assigned=assigned.kind if assigned else None,
        room=assigned.name if assigned else None,
        party=Party(adults=sum(one.adults for one in rooms), children=sum(one.children for one in rooms)),
        rate=values.per_night(values.money(whole, currency), (departure - arrival).days),
        balance=values.money(said.balance, currency),
        guest=_guest(said),
        channel=values.code(said.source),
    )
    comments = (Comment(one.text, "note", str(one.id), values.moment(one.created, here)) for one in notes)
    return Fetched(reservation, tuple(comments))


def main_guest(said: shapes.Reservation) -> shapes.Person | None:
    """Who the reservation is for."""
    people = list(said.guests.values())
    return next((one for one in people if one.main), next(iter(people), None))


def _guest(said: shapes.Reservation) -> Guest | None:
    one = main_guest(said)
    if one is None:
        return None
    return Guest(
        profile=str(one.id),
        first_name=values.text(one.first_name),
        last_name=values.text(one.last_name),
        email=one.email,
        phone=one.phone,
    )


def folio(number: str, lines: Sequence[shapes.Transaction], balance: Money) -> Folio:
    """A folio: what is owed, what was taken off, what was paid. A note of ours holds the key."""
    entries = [_entry(one, balance.currency) for one in lines if not one.deleted]
    return Folio(number, balance, tuple(entries))


def _entry(said: shapes.Transaction, currency: str) -> FolioEntry:
    amount = values.money(said.amount, currency)
    off = (said.type == "credit") != (amount.amount < 0)
    kind = LineKind.CHARGE if not off else LineKind.DEPOSIT if said.category == PAYMENT else LineKind.REFUND
    notes = said.notes or ""
    key = notes.partition(OURS)[2].split(maxsplit=1)[0] if OURS in notes else None
    return FolioEntry(str(said.id), kind, amount if amount.amount >= 0 else -amount, None, key)
