"""A house system without a shape of its own: it pushes whole reservations by the generic webhook and takes no calls."""

from typing import Any

from starlette.applications import Starlette

from services.integrations.domain.reservations import Guest, Reservation
from services.integrations.pms.hotel_bookings import webhook
from services.integrations.pms.hotel_bookings.columns import CITY, NAME
from services.integrations.pms.values import money
from shared.contracts.stays import Party, SpecialRequest, StayStatus
from shared.contracts.values import Money
from tests.fakes.pms.book import Book, Booked

NUMBERS = tuple(f"R-{count}" for count in range(100, 108))


def _event(one: Booked, what: str) -> str:
    named = {"created": "booked", "deleted": "cancelled"}
    known = {each.value for each in StayStatus} - {StayStatus.BOOKED.value}
    return named.get(what, what if what in known else "changed")


class GenericSim:
    """One hotel. What is deleted is told as cancelled: a whole payload says how a reservation stands."""

    def __init__(self) -> None:
        self.book = Book(CITY, self._told)
        self.app = Starlette()

    def _told(self, one: Booked, what: str) -> list[Any]:
        status = StayStatus.CANCELLED if what == "deleted" else one.status
        return [webhook.write(self.book.id("event"), _event(one, what), self._reservation(one, status))]

    def _reservation(self, one: Booked, status: StayStatus) -> Reservation:
        return Reservation(
            pms=NAME,
            number=one.number,
            property_id="city",
            status=status,
            arrival=one.arrival,
            departure=one.departure,
            booked_at=one.booked_at,
            source_time=self.book.now,
            room_type_reserved=one.room_type,
            room_type_assigned=one.room_type if one.room else None,
            room=one.room,
            party=Party(adults=one.adults, children=one.children),
            rate=money(one.rate, "EUR"),
            balance=Money(amount=int(one.owed * 100), currency="EUR"),
            guest=Guest(
                profile=one.guest, first_name=one.first, last_name=one.last, email=one.email, language=one.language
            ),
            comments=(SpecialRequest(id="c-1", code="noise"),) if one.comment else (),
        )
