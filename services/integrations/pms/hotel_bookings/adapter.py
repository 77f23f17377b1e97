"""The adapter of the booking file format: reads its files and webhooks, keeps its charges in a ledger of our own."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from services.integrations.domain.connections import Connection
from services.integrations.domain.following import Delivered
from services.integrations.domain.imports import ImportLine, Problem
from services.integrations.domain.orders import Ability
from services.integrations.domain.postings import Charge
from services.integrations.pms.hotel_bookings import webhook
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.files import lines
from services.integrations.pms.hotel_bookings.guests import GuestBook
from services.integrations.pms.hotel_bookings.hotels import Hotel
from services.integrations.pms.hotel_bookings.lives import final, life
from services.integrations.pms.hotel_bookings.reader import Read, bookings
from services.integrations.ports import Folios, PmsRefused, Posted
from shared.contracts.records import LineKind
from shared.contracts.values import Scope, zone
from shared.contracts.writebacks import PmsField, Writeback


def hotel_of(connection: Connection) -> Hotel:
    """A connected hotel in the words of the file."""
    return Hotel(connection.hotel, connection.property_id, zone(connection.zone), connection.currency)


class HotelBookings:
    """One vendor like any other, but that its source is a file and its folios are ours."""

    name = NAME
    can = frozenset({Ability.CHARGE, Ability.REVERSAL, Ability.DEPOSIT, Ability.RATE, Ability.ROOM})
    """Nobody is asked: it pushes. An approved rate or room is taken and done by people in their own system."""
    idempotent_charges = True

    def __init__(self, folios: Folios, seed: int) -> None:
        self._folios, self._seed = folios, seed
        self._guests = GuestBook(seed)

    def read(self, payload: object, connection: Connection) -> list[Delivered]:
        """The reservations of the generic webhook."""
        told = webhook.read(payload, connection.property_id, connection.currency)
        return [Delivered(event_id, reservation) for event_id, reservation in told]

    def file(
        self, path: Path, connections: Mapping[str, Connection], on_bytes: Callable[[int], None]
    ) -> Iterator[ImportLine]:
        """Every line of a booking file as the reservation it ended as."""
        hotels = {name: hotel_of(connection) for name, connection in connections.items()}
        return (self._line(read, hotels) for read in bookings(lines(path, on_bytes)))

    def _line(self, read: Read, hotels: Mapping[str, Hotel]) -> ImportLine:
        booking = read.booking
        if booking is None:
            return ImportLine(None, read.problems)
        hotel = hotels.get(booking.hotel)
        if hotel is None:
            unknown = f"{booking.hotel} is not connected."
            return ImportLine(None, [*read.problems, Problem(booking.line, "hotel", "not_connected", unknown, True)])
        return ImportLine(final(life(booking, hotel, self._guests, self._seed)), read.problems)

    async def post_charge(self, connection: Connection, charge: Charge) -> Posted:
        """Write the line into our own ledger, once per key; a cost is on no folio."""
        if charge.kind is LineKind.COST:
            raise PmsRefused("not_on_folio")
        return await self._folios.post(Scope(chain=connection.chain), charge)

    async def write_back(self, connection: Connection, writeback: Writeback) -> None:
        """The generic feed takes rates and rooms, and says so at once; a profile is changed at its source."""
        if writeback.change.field is PmsField.GUEST:
            raise PmsRefused("not_supported")
