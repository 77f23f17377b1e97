"""What people, machines and guests come in by."""

from fastapi import APIRouter

from services.integrations import api
from services.integrations.api import masked as masked_api
from services.integrations.composition.parts import Parts
from services.integrations.pages import routes as guest_pages
from services.integrations.usecases.answering import Answering
from services.integrations.usecases.consenting import Consents
from services.integrations.usecases.disclosing import Disclose
from services.integrations.usecases.doors import TakeFromPms
from services.integrations.usecases.erasures import Erasures
from services.integrations.usecases.finance import TakeFromFinance
from services.integrations.usecases.reading import ReadGuests, ReadStays
from services.integrations.usecases.readying import Readying
from services.integrations.usecases.reservations import PmsLinks
from services.integrations.usecases.tasks import TakeTasks
from services.integrations.usecases.unrecorded import Unrecorded
from shared.chassis import readiness


def routers(have: Parts) -> list[APIRouter]:
    """Every route of the service."""
    chassis, clock, policy = have.chassis, have.chassis.clock, have.chassis.policy
    masked, from_guests = have.talk.masked, have.talk.from_guests(have.beside)
    answering = Answering(from_guests, have.stays, have.key, policy, clock)
    doors = api.Doors(
        chassis=chassis,
        connections=have.connections,
        from_pms=TakeFromPms(have.connections, have.stays, have.adapters, have.hear, clock, have.key, masked),
        from_guests=from_guests,
        from_finance=TakeFromFinance(have.ledger, clock),
        tasks=TakeTasks(have.connections, have.ledger, clock),
        stays=ReadStays(have.stays, policy),
        guests=ReadGuests(have.stays, have.ledger, policy, clock),
        erasures=Erasures(have.erasures, have.erased, policy, clock),
        connecting=have.connecting,
        redriving=have.redriving,
        unrecorded=Unrecorded(have.comments, have.ledger, policy, clock),
        notes=have.write_notes,
        pms_links=PmsLinks(have.stays, have.connections, have.vendors),
        disclose=Disclose(have.stays, have.messages, have.comments, have.folios, have.ledger, policy, clock),
        money=have.money.doors(have.around),
        consents=api.ConsentDoors(chassis, Consents(have.consents, have.stays, policy, clock)),
        messages=have.talk.doors(have.beside),
        partners=api.PartnerDoors(chassis, have.partners.subscribing(have.settings, chassis)),
    )
    return [
        api.router(doors),
        masked_api.router(masked, chassis, clock.real_now),
        guest_pages.router(chassis, answering),
        readiness.router(_readying(have), chassis),
    ]


def _readying(have: Parts) -> Readying:
    settings, known = have.settings, (*have.vendors, *have.adapters)

    def channels(property_id: str) -> list[str]:
        texts = ["sms"] if any(one.property_id == property_id for one in settings.twilio) else []
        return [*texts, *(["email"] if settings.mail else [])]

    of = (have.talk.templates, frozenset(have.money.providers))
    return Readying(have.connections, have.following.endpoints, known, channels, *of)
