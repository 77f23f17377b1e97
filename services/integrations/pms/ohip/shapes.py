"""What Oracle publishes of OHIP, as far as we read it. Fields of new versions are ignored."""

from typing import Any

from pydantic import Field

from shared.contracts.values import Wire


class Id(Wire):
    """An id and what it is one of."""

    id: str | int
    type: str = ""


class Name(Wire):
    """A name of somebody."""

    given: str | None = Field(default=None, alias="givenName")
    surname: str | None = None


class Email(Wire):
    """A mail address, three levels down."""

    address: str | None = Field(default=None, alias="emailAddress")


class EmailInfo(Wire):
    """One of them."""

    email: Email | None = None


class Emails(Wire):
    """All of them."""

    info: tuple[EmailInfo, ...] = Field(default=(), alias="emailInfo")


class Customer(Wire):
    """Who somebody is."""

    names: tuple[Name, ...] = Field(default=(), alias="personName")
    language: str | None = None


class Profile(Wire):
    """A profile inside a reservation."""

    customer: Customer | None = None
    emails: Emails | None = None


class ProfileInfo(Wire):
    """A profile and its ids."""

    ids: tuple[Id, ...] = Field(default=(), alias="profileIdList")
    profile: Profile | None = None


class Guest(Wire):
    """A guest of a reservation."""

    info: ProfileInfo | None = Field(default=None, alias="profileInfo")
    primary: bool = False


class Base(Wire):
    """The price of a night."""

    before_tax: Any = Field(default=None, alias="amountBeforeTax")


class Rate(Wire):
    """A night, or some."""

    base: Base | None = None


class Rates(Wire):
    """Nights."""

    rate: tuple[Rate, ...] = ()


class Counts(Wire):
    """How many travel."""

    adults: int = 0
    children: int = 0


class RoomRate(Wire):
    """What is sold for some nights."""

    room_type: str | None = Field(default=None, alias="roomType")
    room: str | None = Field(default=None, alias="roomId")
    counts: Counts | None = Field(default=None, alias="guestCounts")
    rates: Rates | None = None
    market: str | None = Field(default=None, alias="marketCode")
    source: str | None = Field(default=None, alias="sourceCode")


class CurrentRoom(Wire):
    """The room it is now."""

    room: str | None = Field(default=None, alias="roomId")
    type: str | None = Field(default=None, alias="roomType")


class Guarantee(Wire):
    """How it is guaranteed."""

    code: str | None = Field(default=None, alias="guaranteeCode")


class RoomStay(Wire):
    """When, where, for how much."""

    arrival: str = Field(alias="arrivalDate")
    departure: str = Field(alias="departureDate")
    rates: tuple[RoomRate, ...] = Field(default=(), alias="roomRates")
    counts: Counts | None = Field(default=None, alias="guestCounts")
    current: CurrentRoom | None = Field(default=None, alias="currentRoomInfo")
    guarantee: Guarantee | None = None


class Text(Wire):
    """Words."""

    value: str = ""


class CommentBody(Wire):
    """A comment."""

    text: Text | None = None
    type: str = "RESERVATION"
    created: str | None = Field(default=None, alias="createDateTime")


class Comment(Wire):
    """A comment and its id."""

    comment: CommentBody | None = None
    id: str | int | None = None


class Reservation(Wire):
    """`GET /rsv/v1/hotels/{hotelId}/reservations/{id}`, and the lines of a list."""

    ids: tuple[Id, ...] = Field(alias="reservationIdList")
    stay: RoomStay | None = Field(default=None, alias="roomStay")
    guests: tuple[Guest, ...] = Field(default=(), alias="reservationGuests")
    comments: tuple[Comment, ...] = ()
    hotel: str | None = Field(default=None, alias="hotelId")
    status: str = Field(default="", alias="reservationStatus")
    created: str | None = Field(default=None, alias="createDateTime")
    modified: str | None = Field(default=None, alias="lastModifyDateTime")

    def id_of(self, sort: str) -> str | None:
        """The id of one sort: Reservation, Confirmation."""
        return next((str(one.id) for one in self.ids if one.type == sort), None)


class Found(Wire):
    """Reservations, one or a page of them."""

    one: tuple[Reservation, ...] = Field(default=(), alias="reservation")
    many: tuple[Reservation, ...] = Field(default=(), alias="reservationInfo")
    more: bool = Field(default=False, alias="hasMore")


class Reservations(Wire):
    """The answer around them."""

    reservations: Found = Found()


class Amount(Wire):
    """An amount in major units."""

    amount: Any = 0


class FolioLine(Wire):
    """A posting on a folio; below nothing when it was taken back."""

    number: str | int = Field(alias="transactionNo")
    amount: Amount = Field(alias="transactionAmount")
    reference: str | None = Field(default=None, alias="postingReference")
    payment: bool = Field(default=False, alias="isPayment")


class FolioPart(Wire):
    """Postings of one folio."""

    postings: tuple[FolioLine, ...] = ()


class Window(Wire):
    """One window of a reservation's folios."""

    balance: Amount = Amount()
    folios: tuple[FolioPart, ...] = ()


class FolioInformation(Wire):
    """All windows."""

    windows: tuple[Window, ...] = Field(default=(), alias="folioWindows")


class Folios(Wire):
    """`GET /csh/v1/hotels/{hotelId}/reservations/{id}/folios`."""

    information: FolioInformation = Field(default=FolioInformation(), alias="reservationFolioInformation")


class ServiceRequest(Wire):
    """Work that somebody asked for."""

    id: Id = Field(alias="serviceRequestId")
    status: str = "Open"
    comment: str | None = None
    completion: str | None = Field(default=None, alias="completionDate")
    reservations: tuple[Id, ...] = Field(default=(), alias="reservationIdList")


class ServiceRequests(Wire):
    """`GET /fof/v1/hotels/{hotelId}/serviceRequests`."""

    requests: tuple[ServiceRequest, ...] = Field(default=(), alias="serviceRequests")


class Header(Wire):
    """What happened to what; ids are texts in some events and numbers in others."""

    module: str = Field(alias="moduleName")
    key: str | int | None = Field(default=None, alias="primaryKey")
    hotel: str | None = Field(default=None, alias="hotelId")


class Queued(Wire):
    """What a queued event holds."""

    header: Header


class QueuedEvent(Wire):
    """One event of the queue."""

    event: Queued = Field(alias="businessEvent")


class Queue(Wire):
    """`GET /int/v1/externalSystem/{code}/hotels/{hotelId}/businessEvents`: what was read is gone there."""

    events: tuple[QueuedEvent, ...] = Field(alias="businessEventData")


class Metadata(Wire):
    """Where an event stands in the stream."""

    offset: str


class StreamedEvent(Header):
    """One event of the stream."""

    metadata: Metadata


class Streamed(Wire):
    """What a subscription yields."""

    event: StreamedEvent = Field(alias="newEvent")


class Next(Wire):
    """A `next` message's payload."""

    data: Streamed
