"""The records service, put together."""

from fastapi import FastAPI

from services.records import events, store
from services.records.adapters.pictures import PillowPictures
from services.records.api.attachments import UPLOADS
from services.records.api.links import LINKS
from services.records.api.router import router
from services.records.settings import Settings
from services.records.usecases.answers import ANSWER
from services.records.usecases.desk import EXPIRE
from services.records.usecases.expiry import Expiry
from services.records.usecases.house import House
from services.records.usecases.loads import Loads
from services.records.usecases.overdue import OverdueAnswers
from services.records.usecases.rules_telling import START, RulesStart
from services.records.usecases.triggers import Triggers
from services.records.workflows import CATALOGUE
from shared.chassis.consume import Consumer
from shared.chassis.jobs import Job
from shared.chassis.service import Chassis, run

SWEEP_S = 60.0


def house_of(chassis: Chassis) -> House:
    """The use cases' parts on the real store."""
    records = store.MongoRecords(chassis.mongo)
    return House(
        catalogue=CATALOGUE,
        records=records,
        loads=Loads(records),
        texts=store.MongoTexts(chassis.mongo),
        stays=store.MongoStays(chassis.mongo),
        rules=store.MongoRules(chassis.mongo),
        journal=chassis.outbox,
        transactions=chassis.together,
        once=chassis.idempotency,
        alarm=chassis.timers,
        people=chassis.policy,
        clock=chassis.clock,
        files=store.MongoFiles(chassis.mongo),
        pictures=PillowPictures(),
        repeats=store.MongoRepeats(chassis.mongo),
    )


def assemble(chassis: Chassis, house: House) -> FastAPI:
    """The app around a house, real or of fakes."""
    chassis.timers.handlers[EXPIRE] = Expiry(house).fire
    chassis.timers.handlers[ANSWER] = OverdueAnswers(house).fire
    chassis.timers.handlers[START] = RulesStart(house).fire
    handler = events.Handler(Triggers(house))
    return chassis.app(
        title="records",
        routers=[router(house, chassis)],
        links=LINKS,
        jobs=[Job("attachments", SWEEP_S, lambda: house.files.sweep(None))],
        uploads=UPLOADS,
        consumers=[Consumer(events.GROUP, events.TOPICS, handler)],
        prepare=[lambda: store.prepare(chassis.mongo)],
    )


def build(settings: Settings) -> FastAPI:
    """The service as its environment says."""
    chassis = Chassis(settings)
    return assemble(chassis, house_of(chassis))


if __name__ == "__main__":
    run(build(Settings()), Settings())
