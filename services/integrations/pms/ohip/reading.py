"""OHIP's reservations, folios and events in our words."""

import datetime as dt
from collections.abc import Iterable, Sequence

from services.integrations.domain.comments import OURS, Comment
from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio, FolioEntry
from services.integrations.domain.marks import About, Heard, Hint
from services.integrations.domain.orders import TaskState
from services.integrations.domain.reservations import Guest, Reservation
from services.integrations.pms import values
from services.integrations.pms.ohip import shapes
from services.integrations.pms.payloads import notification
from services.integrations.ports.vendors import Fetched, PmsUnreadable
from shared.contracts.records import LineKind
from shared.contracts.stays import Party, StayStatus
from shared.contracts.values import Money, zone

NAME = "ohip"
STATUS = {
    "reserved": StayStatus.BOOKED,
    "duein": StayStatus.BOOKED,
    "prospect": StayStatus.BOOKED,
    "inhouse": StayStatus.CHECKED_IN,
    "checkedin": StayStatus.CHECKED_IN,
    "dueout": StayStatus.CHECKED_IN,
    "walkin": StayStatus.CHECKED_IN,
    "checkedout": StayStatus.CHECKED_OUT,
    "cancelled": StayStatus.CANCELLED,
    "canceled": StayStatus.CANCELLED,
    "noshow": StayStatus.NO_SHOW,
}
ABOUT = {"reservation": About.RESERVATION, "profile": About.GUEST}
NO_TYPE = "unknown"
CLOSED = frozenset({"closed", "completed", "cancelled"})


def heard(payload: object, connection: Connection) -> Heard:
    """Events as the stream tells them one by one, or the queue up to twenty at once."""
    if isinstance(payload, dict) and "data" in payload:
        headers: Iterable[shapes.Header] = [notification(shapes.Next, payload).data.event]
    else:
        headers = [one.event.header for one in notification(shapes.Queue, payload).events]
    return hinted(headers, connection)


def hinted(headers: Iterable[shapes.Header], connection: Connection) -> Heard:
    """What some events are about; those of other hotels and modules mean nothing here."""
    hints, ignored = dict[Hint, None](), 0
    for each in headers:
        about = ABOUT.get(each.module.lower())
        if about is None or each.key is None or each.hotel not in (None, connection.hotel):
            ignored += 1
        else:
            hints[Hint(about=about, ref=values.entity(each.key, "primaryKey"))] = None
    return Heard(tuple(hints), ignored)


def fetched(said: shapes.Reservation, folio: Folio, connection: Connection) -> Fetched:
    """A reservation; times without a zone are on the hotel's clock."""
    here, currency = zone(connection.zone), connection.currency
    status = STATUS.get(said.status.replace(" ", "").lower())
    number, stay = said.id_of("Reservation"), said.stay
    created = values.moment(said.created, here)
    if status is None or number is None or stay is None or created is None:
        raise PmsUnreadable("reservationStatus" if status is None else "reservationIdList")
    sold = next(iter(stay.rates), None)
    counts = stay.counts or (sold.counts if sold else None) or shapes.Counts()
    room = (stay.current.room if stay.current else None) or (sold.room if sold else None)
    reserved = (sold.room_type if sold else None) or (stay.current.type if stay.current else None) or NO_TYPE
    reservation = Reservation(
        pms=NAME,
        number=values.entity(number),
        confirmation=said.id_of("Confirmation"),
        property_id=connection.property_id,
        status=status,
        arrival=values.day(stay.arrival),
        departure=values.day(stay.departure),
        booked_at=created,
        source_time=values.moment(said.modified, here) or created,
        room_type_reserved=reserved,
        room_type_assigned=((stay.current.type if stay.current else None) or reserved) if room else None,
        room=room,
        party=Party(adults=counts.adults, children=counts.children),
        rate=rate(stay.rates, currency),
        balance=folio.balance,
        guest=_guest(said.guests),
        segment=values.code(sold.market) if sold else None,
        channel=values.code(sold.source) if sold else None,
        deposit=values.code(stay.guarantee.code) if stay.guarantee else None,
    )
    return Fetched(reservation, tuple(_comments(said, here)))


def _comments(said: shapes.Reservation, here: dt.tzinfo) -> Iterable[Comment]:
    for each in said.comments:
        body = each.comment
        if body and body.text and body.text.value:
            kind = values.code(body.type) or "reservation"
            yield Comment(body.text.value, kind, str(each.id) if each.id is not None else None)


def rate(sold: Sequence[shapes.RoomRate], currency: str) -> Money:
    """What a night costs on average."""
    nights = [one.base.before_tax for each in sold if each.rates for one in each.rates.rate if one.base]
    amounts = [values.money(one, currency).amount for one in nights if one is not None]
    return values.per_night(Money(amount=sum(amounts), currency=currency), len(amounts))


def primary(guests: Sequence[shapes.Guest]) -> shapes.ProfileInfo | None:
    """Whose reservation it is."""
    chosen = next((one for one in guests if one.primary), next(iter(guests), None))
    return chosen.info if chosen else None


def profile_id(info: shapes.ProfileInfo | None) -> str | None:
    """The number of a profile."""
    return next((str(one.id) for one in info.ids if one.type in ("Profile", "")), None) if info else None


def _guest(guests: Sequence[shapes.Guest]) -> Guest | None:
    info = primary(guests)
    number = profile_id(info)
    if info is None or number is None:
        return None
    customer = info.profile.customer if info.profile else None
    name = next(iter(customer.names), shapes.Name()) if customer else shapes.Name()
    mails = info.profile.emails.info if info.profile and info.profile.emails else ()
    return Guest(
        profile=number,
        first_name=values.text(name.given),
        last_name=values.text(name.surname),
        email=next((one.email.address for one in mails if one.email and one.email.address), None),
        language=values.language(customer.language if customer else None),
    )


def folio(number: str, said: shapes.Folios, currency: str) -> Folio:
    """All windows of a reservation as one folio."""
    windows = said.information.windows
    owed = sum(values.money(one.balance.amount, currency).amount for one in windows)
    lines = [line for one in windows for part in one.folios for line in part.postings]
    return Folio(number, Money(amount=owed, currency=currency), tuple(_entry(one, currency) for one in lines))


def _entry(said: shapes.FolioLine, currency: str) -> FolioEntry:
    amount = values.money(said.amount.amount, currency)
    kind = LineKind.DEPOSIT if said.payment else LineKind.CHARGE if amount.amount >= 0 else LineKind.REFUND
    key = said.reference
    return FolioEntry(str(said.number), kind, amount if amount.amount >= 0 else -amount, None, key)


def task(said: shapes.ServiceRequest, zone_name: str) -> TaskState:
    """A service request as a task."""
    text = said.comment or ""
    return TaskState(
        number=values.entity(said.id.id),
        closed=said.status.lower() in CLOSED,
        key=text.partition(OURS)[2].split(maxsplit=1)[0] if OURS in text else None,
        reservation=next((str(one.id) for one in said.reservations if one.type == "Reservation"), None),
        due_at=values.moment(said.completion, zone(zone_name)),
    )
