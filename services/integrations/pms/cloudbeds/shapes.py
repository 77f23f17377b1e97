"""What Cloudbeds publishes of its API v1.3, as far as we read it. Fields of new versions are ignored."""

from typing import Any

from pydantic import Field

from shared.contracts.values import Wire

Id = str | int


class Envelope(Wire):
    """Every answer: whether it worked, and what there is."""

    success: bool = False
    message: str = Field(default="", repr=False)
    data: Any = Field(default=None, repr=False)


class Person(Wire):
    """A guest of a reservation."""

    id: Id = Field(alias="guestID")
    first_name: str | None = Field(default=None, alias="guestFirstName")
    last_name: str | None = Field(default=None, alias="guestLastName")
    email: str | None = Field(default=None, alias="guestEmail")
    phone: str | None = Field(default=None, alias="guestPhone")
    main: bool = Field(default=False, alias="isMainGuest")


class Room(Wire):
    """A room, or the wish for one."""

    name: str | None = Field(default=None, alias="roomName")
    type: str | None = Field(default=None, alias="roomTypeNameShort")
    type_name: str | None = Field(default=None, alias="roomTypeName")
    type_id: Id | None = Field(default=None, alias="roomTypeID")
    part: str | None = Field(default=None, alias="subReservationID")
    adults: int = 0
    children: int = 0

    @property
    def kind(self) -> str | None:
        """What the house calls its sort."""
        return self.type or self.type_name or (str(self.type_id) if self.type_id is not None else None)


class Balance(Wire):
    """How the total is made up."""

    rooms: Any = Field(default=None, alias="subTotal")


class Reservation(Wire):
    """`getReservation`."""

    id: Id = Field(alias="reservationID")
    property: Id | None = Field(default=None, alias="propertyID")
    status: str
    start: str = Field(alias="startDate")
    end: str = Field(alias="endDate")
    created: str = Field(alias="dateCreated")
    modified: str = Field(alias="dateModified")
    guests: dict[str, Person] = Field(default_factory=dict, alias="guestList")
    assigned: tuple[Room, ...] = ()
    unassigned: tuple[Room, ...] = ()
    total: Any = 0
    balance: Any = 0
    detailed: Balance | None = Field(default=None, alias="balanceDetailed")
    source: str | None = None


class ListedReservation(Wire):
    """A reservation in a list."""

    id: Id = Field(alias="reservationID")
    modified: str | None = Field(default=None, alias="dateModified")


class Note(Wire):
    """A note on a reservation."""

    id: Id = Field(alias="reservationNoteID")
    text: str = Field(alias="reservationNote")
    created: str | None = Field(default=None, alias="dateCreated")


class Transaction(Wire):
    """A line of a folio: `debit` is owed, `credit` is taken off."""

    id: Id = Field(alias="transactionID")
    type: str = Field(alias="transactionType")
    category: str = ""
    amount: Any = 0
    notes: str | None = None
    deleted: bool = Field(default=False, alias="isDeleted")


class HotelRoom(Wire):
    """A room of the house."""

    id: str = Field(alias="roomID")
    name: str = Field(alias="roomName")
    type_id: Id = Field(alias="roomTypeID")


class HotelRooms(Wire):
    """The rooms of one property."""

    rooms: tuple[HotelRoom, ...] = ()


class Posted(Wire):
    """What a posted item, adjustment or payment is called."""

    id: Id | None = Field(default=None, alias="transactionID")
    payment: Id | None = Field(default=None, alias="paymentID")

    @property
    def name(self) -> str | None:
        """As folios call it."""
        return next((str(one) for one in (self.id, self.payment) if one is not None), None)


class Noted(Wire):
    """What a new note is called."""

    id: Id | None = Field(default=None, alias="reservationNoteID")


class Notification(Wire):
    """A webhook. Names of ids are written in one case by some events and in another by others."""

    event: str = Field(min_length=1, max_length=100)
    property: Id | None = Field(default=None, alias="propertyid")
    reservation: Id | None = Field(default=None, alias="reservationid")
    guest: Id | None = Field(default=None, alias="guestid")
