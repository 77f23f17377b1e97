"""What apaleo publishes, as far as we read it. Fields of new versions are ignored."""

from typing import Any

from pydantic import Field

from shared.contracts.values import Wire


class Named(Wire):
    """Anything that has an id, and mostly a code or name."""

    id: str
    code: str | None = None
    name: str | None = None


class Amount(Wire):
    """An amount in major units; folios say `grossAmount`."""

    amount: float | str | None = None
    gross: float | str | None = Field(default=None, alias="grossAmount")
    currency: str

    @property
    def major(self) -> Any:
        """Whichever is told."""
        return self.amount if self.amount is not None else self.gross


class Person(Wire):
    """A guest; papers and birth are read by nobody here."""

    first_name: str | None = Field(default=None, alias="firstName")
    last_name: str | None = Field(default=None, alias="lastName")
    email: str | None = None
    phone: str | None = None
    language: str | None = Field(default=None, alias="preferredLanguage")


class Slice(Wire):
    """One night."""

    total: Amount | None = Field(default=None, alias="totalGrossAmount")
    unit: Named | None = None


class Reservation(Wire):
    """`GET /booking/v1/reservations/{id}`."""

    id: str
    status: str
    property: Named
    unit: Named | None = None
    unit_group: Named = Field(alias="unitGroup")
    arrival: str
    departure: str
    created: str
    modified: str
    checked_in: str | None = Field(default=None, alias="checkInTime")
    checked_out: str | None = Field(default=None, alias="checkOutTime")
    cancelled: str | None = Field(default=None, alias="cancellationTime")
    adults: int = 1
    ages: tuple[int, ...] = Field(default=(), alias="childrenAges")
    channel: str | None = Field(default=None, alias="channelCode")
    purpose: str | None = Field(default=None, alias="travelPurpose")
    guarantee: str | None = Field(default=None, alias="guaranteeType")
    guest: Person | None = Field(default=None, alias="primaryGuest")
    total: Amount = Field(alias="totalGrossAmount")
    balance: Amount
    slices: tuple[Slice, ...] = Field(default=(), alias="timeSlices")
    comment: str | None = None
    guest_comment: str | None = Field(default=None, alias="guestComment")


class ListedReservation(Wire):
    """A reservation in a list."""

    id: str
    modified: str | None = None


class ReservationList(Wire):
    """`GET /booking/v1/reservations`."""

    reservations: tuple[ListedReservation, ...] = ()
    count: int = 0


class Receipt(Wire):
    """What a charge is known by outside."""

    number: str | None = None


class Posting(Wire):
    """A charge or an allowance on a folio."""

    id: str
    amount: Amount
    receipt: Receipt | None = None
    at: str | None = Field(default=None, alias="created")


class Payment(Wire):
    """A payment on a folio; its receipt is plain text."""

    id: str
    amount: Amount
    receipt: str | None = None
    status: str = "Success"
    at: str | None = Field(default=None, alias="paymentDate")


class PaymentList(Wire):
    """`GET /finance/v1/folios/{id}/payments`."""

    payments: tuple[Payment, ...] = ()


class Folio(Wire):
    """`GET /finance/v1/folios/{id}`; payments are asked for apart."""

    id: str
    status: str = "Open"
    main: bool = Field(default=False, alias="isMainFolio")
    reservation: Named | None = None
    balance: Amount
    charges: tuple[Posting, ...] = ()
    allowances: tuple[Posting, ...] = ()


class FolioList(Wire):
    """`GET /finance/v1/folios`."""

    folios: tuple[Folio, ...] = ()


class UnitList(Wire):
    """`GET /inventory/v1/units`."""

    units: tuple[Named, ...] = ()


class Data(Wire):
    """What a notification is about."""

    entity: str | None = Field(default=None, alias="entityId")


class Notification(Wire):
    """A webhook: topic and type are written in either case."""

    topic: str
    type: str
    property: str | None = Field(default=None, alias="propertyId")
    data: Data | None = None
