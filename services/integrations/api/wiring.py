"""What the routes need: the use cases and the chassis' dependencies."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Request
from pydantic import StringConstraints

from services.integrations.ports import Connections
from services.integrations.usecases.connecting import Connecting
from services.integrations.usecases.consenting import Consents
from services.integrations.usecases.disclosing import Disclose
from services.integrations.usecases.doors import TakeFromPms
from services.integrations.usecases.erasures import Erasures
from services.integrations.usecases.finance import TakeFromFinance
from services.integrations.usecases.foretelling import Foretelling
from services.integrations.usecases.incoming import TakeFromGuests
from services.integrations.usecases.paying import HearProvider, Payments
from services.integrations.usecases.pms_orders import WriteNotes
from services.integrations.usecases.reading import ReadGuests, ReadStays
from services.integrations.usecases.reconciling import Books, Reconcile
from services.integrations.usecases.redriving import Redriving
from services.integrations.usecases.reservations import PmsLinks
from services.integrations.usecases.sending_rules import SendingRuling
from services.integrations.usecases.subscribing import Subscribing
from services.integrations.usecases.tasks import TakeTasks
from services.integrations.usecases.templating import Templating
from services.integrations.usecases.texting import HearTwilio
from services.integrations.usecases.threading import Threading
from services.integrations.usecases.unrecorded import Unrecorded
from shared.chassis.provenance import correlation_of
from shared.chassis.service import Chassis

Property = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Token = Annotated[str, Path(min_length=32, max_length=128)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$")]


PartnerPath = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


@dataclass(frozen=True)
class PartnerDoors:
    """What the routes for partners need."""

    chassis: Chassis
    subscribing: Subscribing


@dataclass(frozen=True)
class MoneyDoors:
    """What the routes about payments and the books need."""

    chassis: Chassis
    payments: Payments
    heard: HearProvider
    reconcile: Reconcile
    books: Books


@dataclass(frozen=True)
class ConsentDoors:
    """What the routes about consent need."""

    chassis: Chassis
    consents: Consents


@dataclass(frozen=True)
class MessageDoors:
    """What the routes about threads, templates and channels need."""

    chassis: Chassis
    public_url: str | None
    twilio: HearTwilio
    threading: Threading
    ruling: SendingRuling
    templating: Templating
    foretelling: Foretelling


@dataclass(frozen=True)
class Doors:
    """The use cases behind the routes."""

    chassis: Chassis
    connections: Connections
    from_pms: TakeFromPms
    from_guests: TakeFromGuests
    from_finance: TakeFromFinance
    tasks: TakeTasks
    stays: ReadStays
    guests: ReadGuests
    erasures: Erasures
    disclose: Disclose
    partners: PartnerDoors
    money: MoneyDoors
    consents: ConsentDoors
    messages: MessageDoors
    connecting: Connecting
    redriving: Redriving
    unrecorded: Unrecorded
    notes: WriteNotes
    pms_links: PmsLinks


def correlation(request: Request, chassis: Chassis) -> str:
    """The caller's request id where it is usable, else a new one."""
    return correlation_of(request.headers.get("x-request-id", "")) or chassis.clock.new_id()
