"""What Mews publishes of its Connector API, as far as we read it. Fields of new versions are ignored."""

from typing import Any

from pydantic import Field

from shared.contracts.values import Wire


class Thing(Wire):
    """Anything with an id."""

    id: str = Field(alias="Id")


class HintedEvent(Wire):
    """One event of the general webhook: a word for what it is, and an id."""

    discriminator: str = Field(alias="Discriminator")
    value: Thing = Field(alias="Value")


class Notification(Wire):
    """The general webhook; up to hundreds of events."""

    enterprise: str | None = Field(default=None, alias="EnterpriseId")
    events: tuple[HintedEvent, ...] = Field(alias="Events", max_length=5000)


class IntegrationData(Wire):
    """What the integration webhook tells; the token is live."""

    enterprise: Thing | None = Field(default=None, alias="Enterprise")
    token: str | None = Field(default=None, alias="AccessToken", repr=False)


class IntegrationNotification(Wire):
    """The integration webhook."""

    action: str = Field(alias="Action")
    data: IntegrationData = Field(alias="Data")


class Persons(Wire):
    """How many of an age."""

    category: str = Field(alias="AgeCategoryId")
    count: int = Field(alias="Count", ge=0, le=99)


class Reservation(Wire):
    """A reservation of version 2023-06-06."""

    id: str = Field(alias="Id")
    service: str | None = Field(default=None, alias="ServiceId")
    account: str = Field(alias="AccountId")
    account_type: str = Field(default="Customer", alias="AccountType")
    number: str = Field(alias="Number")
    state: str = Field(alias="State")
    origin: str | None = Field(default=None, alias="Origin")
    start: str = Field(alias="ScheduledStartUtc")
    end: str = Field(alias="ScheduledEndUtc")
    started: str | None = Field(default=None, alias="ActualStartUtc")
    ended: str | None = Field(default=None, alias="ActualEndUtc")
    created: str = Field(alias="CreatedUtc")
    updated: str = Field(alias="UpdatedUtc")
    cancelled: str | None = Field(default=None, alias="CancelledUtc")
    why_cancelled: str | None = Field(default=None, alias="CancellationReason")
    category: str = Field(alias="RequestedResourceCategoryId")
    resource: str | None = Field(default=None, alias="AssignedResourceId")
    purpose: str | None = Field(default=None, alias="Purpose")
    persons: tuple[Persons, ...] = Field(default=(), alias="PersonCounts")


class Reservations(Wire):
    """`reservations/getAll/2023-06-06`."""

    reservations: tuple[Reservation, ...] = Field(alias="Reservations")
    cursor: str | None = Field(default=None, alias="Cursor")


class Customer(Wire):
    """Who somebody is."""

    id: str = Field(alias="Id")
    first_name: str | None = Field(default=None, alias="FirstName")
    last_name: str | None = Field(default=None, alias="LastName")
    email: str | None = Field(default=None, alias="Email")
    phone: str | None = Field(default=None, alias="Phone")
    language: str | None = Field(default=None, alias="LanguageCode")
    classes: tuple[str, ...] = Field(default=(), alias="Classifications")


class Customers(Wire):
    """`customers/getAll`."""

    customers: tuple[Customer, ...] = Field(alias="Customers")


class Resource(Wire):
    """A room."""

    id: str = Field(alias="Id")
    name: str = Field(alias="Name")


class Resources(Wire):
    """`resources/getAll`."""

    resources: tuple[Resource, ...] = Field(alias="Resources")
    cursor: str | None = Field(default=None, alias="Cursor")


class Category(Wire):
    """A sort of room, in the languages of the enterprise."""

    id: str = Field(alias="Id")
    short: dict[str, str] = Field(default_factory=dict, alias="ShortNames")
    names: dict[str, str] = Field(default_factory=dict, alias="Names")

    @property
    def code(self) -> str:
        """What the house calls it, shortest first; else its id."""
        return next((text for names in (self.short, self.names) for text in names.values() if text), self.id)


class Categories(Wire):
    """`resourceCategories/getAll`."""

    categories: tuple[Category, ...] = Field(alias="ResourceCategories")


class Age(Wire):
    """An age category."""

    id: str = Field(alias="Id")
    adult: str = Field(default="Adult", alias="Classification")


class Ages(Wire):
    """`ageCategories/getAll`."""

    ages: tuple[Age, ...] = Field(alias="AgeCategories")


class Amount(Wire):
    """An amount, taxes within."""

    currency: str = Field(alias="Currency")
    gross: Any = Field(alias="GrossValue")


class Item(Wire):
    """An order item: a night, a charge, a rebate (below nothing)."""

    id: str = Field(alias="Id")
    order: str = Field(alias="ServiceOrderId")
    external: str | None = Field(default=None, alias="ExternalIdentifier")
    amount: Amount = Field(alias="Amount")
    state: str = Field(alias="AccountingState")
    type: str = Field(alias="Type")
    consumed: str | None = Field(default=None, alias="ConsumedUtc")


class Items(Wire):
    """`orderItems/getAll`."""

    items: tuple[Item, ...] = Field(alias="OrderItems")
    cursor: str | None = Field(default=None, alias="Cursor")


class ExternalPayment(Wire):
    """What a payment that was taken outside is known by there."""

    key: str | None = Field(default=None, alias="ExternalIdentifier")


class PaymentData(Wire):
    """What is particular to a sort of payment."""

    external: ExternalPayment | None = Field(default=None, alias="External")


class AddedPayment(Wire):
    """`payments/addExternal`."""

    payment: str = Field(alias="ExternalPaymentId")


class Payment(Wire):
    """A payment: below nothing what the guest paid, above what was given back."""

    id: str = Field(alias="Id")
    reservation: str | None = Field(default=None, alias="ReservationId")
    amount: Amount = Field(alias="Amount")
    state: str = Field(alias="State")
    created: str | None = Field(default=None, alias="CreatedUtc")
    data: PaymentData | None = Field(default=None, alias="Data")

    @property
    def key(self) -> str | None:
        """Ours, where we recorded it."""
        return self.data.external.key if self.data and self.data.external else None


class Payments(Wire):
    """`payments/getAll`."""

    payments: tuple[Payment, ...] = Field(alias="Payments")
    cursor: str | None = Field(default=None, alias="Cursor")


class Note(Wire):
    """A note on a reservation."""

    id: str = Field(alias="Id")
    text: str = Field(alias="Text")
    type: str = Field(default="General", alias="Type")
    created: str | None = Field(default=None, alias="CreatedUtc")


class Notes(Wire):
    """`serviceOrderNotes/getAll` and `/add`."""

    notes: tuple[Note, ...] = Field(alias="ServiceOrderNotes")


class Task(Wire):
    """A task."""

    id: str = Field(alias="Id")
    state: str = Field(alias="State")
    description: str | None = Field(default=None, alias="Description")
    order: str | None = Field(default=None, alias="ServiceOrderId")
    department: str | None = Field(default=None, alias="DepartmentId")
    deadline: str | None = Field(default=None, alias="DeadlineUtc")


class Tasks(Wire):
    """`tasks/getAll`."""

    tasks: tuple[Task, ...] = Field(alias="Tasks")
    cursor: str | None = Field(default=None, alias="Cursor")


class Ordered(Wire):
    """`orders/add`."""

    order: str = Field(alias="OrderId")


class AddedTask(Wire):
    """`tasks/add`."""

    task: str = Field(alias="TaskId")
