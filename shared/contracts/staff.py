"""Properties, staff, their shifts and what they lend each other, on `staff.v1`."""

import enum

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import Department, Role
from shared.contracts.values import AskedInstant, Code, EntityId, LocalTime, Slug, Version, Wire


class Mode(enum.StrEnum):
    """How much of a hotel is real.

    `shadow`: everything is computed and nothing leaves the house, before it opens. `training`: for practice, for ever;
    nothing leaves either, and no report counts it.
    """

    LIVE = "live"
    SHADOW = "shadow"
    TRAINING = "training"


class Property(Wire):
    """One hotel."""

    id: Slug
    chain: Slug
    name: str
    zone: str = Field(description="IANA time zone")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    departments: tuple[Department, ...]
    rooms: int = Field(default=0, ge=0)
    mode: Mode = Mode.LIVE
    version: Version


class Shift(Wire):
    """One stretch of duty in the property's local time on given weekdays (0 = Monday); may pass midnight.

    With a department it is duty in that one alone, without in all of the person's.
    """

    days: tuple[int, ...]
    start: LocalTime
    end: LocalTime
    department: Department | None = None


class MissedDuty(Wire):
    """Today's or the next shift that an absence leaves without its person, until it is over."""

    property_id: Slug
    zone: str
    start: AskedInstant
    end: AskedInstant
    department: Department | None = None
    over: bool = False


class Absence(Wire):
    """A time in which a person does not work, whatever the shifts say; without an end until further notice.

    Why is nobody's business on a topic; a shift that a colleague took is told apart, for nobody is missing then.
    """

    start: AskedInstant
    end: AskedInstant | None = None
    swap_id: EntityId | None = Field(default=None, description="The swap by which a colleague does this duty")
    missed: MissedDuty | None = Field(default=None, description="The shift for which somebody has to be found now")


class Cover(Wire):
    """One stretch of duty, beyond the weekly shifts, that a person does in a colleague's place."""

    start: AskedInstant
    end: AskedInstant
    property_id: Slug
    department: Department | None = None
    swap_id: EntityId


class Delegation(Wire):
    """Rights that somebody lent a person for a time.

    They count while both are on the staff, only as far as the lender holds them at that moment, and are never lent on.
    """

    id: EntityId
    lender: EntityId
    roles: tuple[Role, ...]
    actions: tuple[Code, ...] | None = Field(default=None, description="None: all that these roles may do")
    departments: tuple[Department, ...] = ()
    properties: tuple[Slug, ...] | None = Field(default=None, description="None: every property of the chain")
    start: AskedInstant
    end: AskedInstant


class StaffMember(Wire):
    """One person on the staff. `epoch` rises when sessions must end: older tokens are refused."""

    id: EntityId
    chain: Slug
    display_name: str
    properties: tuple[Slug, ...] | None = Field(default=None, description="None: every property of the chain")
    departments: tuple[Department, ...] = ()
    roles: tuple[Role, ...]
    languages: tuple[str, ...] = ("en",)
    shifts: tuple[Shift, ...] = ()
    skills: tuple[Code, ...] = Field(default=(), description="What the person can do, as the hotel names it")
    absences: tuple[Absence, ...] = ()
    covers: tuple[Cover, ...] = ()
    delegations: tuple[Delegation, ...] = Field(default=(), description="What others lent this person")
    active: bool = True
    service: bool = Field(default=False, description="A program, which signs in by keys and never by a password")
    epoch: int = 0
    version: Version


class PropertyEvent(EventBody):
    """A property was set up or changed."""

    property: Property


class StaffEvent(EventBody):
    """A person joined, changed or left."""

    staff: StaffMember


class ProviderEvent(EventBody):
    """A chain's own identity provider was set up or changed; its terms are the changes, its secret is never told."""

    issuer: str
    active: bool
    passwords: bool = Field(description="Whether people may still sign in with a password")


class ApiKeyEvent(EventBody):
    """A key of a service account was issued or revoked; nothing by which it could be used."""

    account_id: EntityId
    key_id: EntityId
    scopes: tuple[str, ...] = Field(description="`action:kind` each")
    properties: tuple[Slug, ...] | None = None
    expires_at: AskedInstant


STAFF_VERBS = ("hired", "changed", "left", "sessions_ended")


class Glass(Wire):
    """Somebody took rights beyond their own in an emergency, at one hotel, until a moment of real time.

    It waits for a review by another person; until then they cannot do it again.
    """

    id: EntityId
    chain: Slug
    property_id: Slug
    zone: str
    staff_id: EntityId
    broken_at: AskedInstant
    until: AskedInstant
    reviewed_by: EntityId | None = None
    version: Version


class GlassEvent(EventBody):
    """The glass was broken, or that was reviewed."""

    glass: Glass


class SwapState(enum.StrEnum):
    """Where a swap of shifts stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    AGREED = "agreed"
    DECLINED = "declined"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Stretch(Wire):
    """One shift on one day."""

    start: AskedInstant
    end: AskedInstant
    department: Department | None = None


class ShiftSwap(Wire):
    """A person asks a colleague to do a shift of theirs, for one of the colleague's or for nothing.

    `accepted` waits for a supervisor, `agreed` has changed the rota.
    """

    id: EntityId
    chain: Slug
    property_id: Slug
    asker: EntityId
    colleague: EntityId
    given: Stretch
    in_return: Stretch | None = None
    state: SwapState = SwapState.PROPOSED
    approval: bool = Field(default=False, description="Whether a supervisor must agree, too")
    answer_by: AskedInstant
    decided_by: EntityId | None = None
    version: Version


class ShiftSwapEvent(EventBody):
    """A swap of shifts was proposed, answered, decided or is over."""

    swap: ShiftSwap


SWAP_VERBS = tuple(state.value for state in SwapState)
GLASS_VERBS = ("broken", "reviewed")
API_KEY_VERBS = ("issued", "revoked")
PROPERTY_VERBS = ("opened", "changed")
