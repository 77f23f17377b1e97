"""The records service, put together."""

import datetime as dt

from fastapi import FastAPI

from services.records import events, store
from services.records.adapters.pictures import PillowPictures
from services.records.adapters.sheets import SheetFolder
from services.records.api.attachments import UPLOADS
from services.records.api.links import LINKS
from services.records.api.router import router
from services.records.settings import Settings
from services.records.usecases.absence import ABSENT, Absences
from services.records.usecases.alarms import APPROVE_BY, EXPIRE, GRANT, REPEATS, WAIT
from services.records.usecases.answers import ANSWER
from services.records.usecases.expiry import ByTheClock
from services.records.usecases.forgetting import Forgetting
from services.records.usecases.granting import Granting
from services.records.usecases.handing import HANDOVER, OVERDUE, Handing
from services.records.usecases.house import House
from services.records.usecases.investigating import Investigating
from services.records.usecases.launching import Launching
from services.records.usecases.loads import Loads
from services.records.usecases.overdue import OverdueAnswers
from services.records.usecases.papers import Papers
from services.records.usecases.readying import Readying
from services.records.usecases.rules_telling import START, RulesStart
from services.records.usecases.triggers import Triggers
from services.records.workflows import CATALOGUE
from shared.chassis import readiness
from shared.chassis.consume import Consumer
from shared.chassis.jobs import Job
from shared.chassis.retention import Kept
from shared.chassis.service import Chassis, run
from shared.contracts.identity import DataClass

LOOK_S = 30.0
"""How often somebody looks whether the absent own anything, in real seconds."""

PLAN_S = 5.0
"""How often the rotas are looked at for shift changes to come, in real seconds."""

CAMPAIGNS_S = 5.0
"""How often running campaigns look for stays, in real seconds."""
SWEEP_S = 60.0
FORGET_S = 3.0

PAPER_S = 15.0
"""How often somebody looks whether boards on paper are due, in real seconds."""


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
        duties=store.MongoDuties(chassis.mongo),
        handovers=store.MongoHandovers(chassis.mongo),
        offers=store.MongoOffers(chassis.mongo),
        claims=store.MongoClaims(chassis.mongo),
        lines=store.MongoLines(chassis.mongo),
        earnings=store.MongoEarnings(chassis.mongo),
        staff_history=store.MongoStaffHistory(chassis.mongo),
        campaigns=store.MongoCampaigns(chassis.mongo),
        loyalty=store.MongoLoyalty(chassis.mongo),
        journal=chassis.outbox,
        transactions=chassis.together,
        once=chassis.idempotency,
        alarm=chassis.timers,
        locks=store.MongoLocks(chassis.mongo, chassis.clock),
        people=chassis.policy,
        clock=chassis.clock,
        files=store.MongoFiles(chassis.mongo),
        pictures=PillowPictures(),
        repeats=store.MongoRepeats(chassis.mongo),
        views=store.MongoViews(chassis.mongo),
        erasures=store.MongoErasures(chassis.mongo),
    )


def papers_of(house: House, settings: Settings) -> Papers | None:
    """Who writes the boards on paper, if anybody is to."""
    every = dt.timedelta(minutes=settings.paper_every_minutes)
    files = SheetFolder(settings.sheets)
    return Papers(house, files, every, settings.paper_days, settings.paper_languages) if every else None


def assemble(chassis: Chassis, house: House, papers: Papers | None = None) -> FastAPI:
    """The app around a house, real or of fakes."""
    clock = ByTheClock(house)
    chassis.timers.handlers |= {
        EXPIRE: clock.expire,
        APPROVE_BY: clock.expire_proposal,
        WAIT: clock.end_wait,
        GRANT: Granting(house).fire,
        REPEATS: Investigating(house).count,
        ANSWER: OverdueAnswers(house).fire,
        START: RulesStart(house).fire,
    }
    absences = Absences(house)
    settle = dt.timedelta(seconds=chassis.settings.erasure_settle_s)
    chassis.timers.batch_handlers[ABSENT] = absences.fire
    handing = Handing(house)
    chassis.timers.batch_handlers[HANDOVER] = handing.fire
    chassis.timers.handlers[OVERDUE] = handing.late
    handler = events.Handler(Triggers(house), absences)
    return chassis.app(
        title="records",
        routers=[router(house, chassis), readiness.router(Readying(house), chassis)],
        links=LINKS,
        uploads=UPLOADS,
        consumers=[Consumer(events.GROUP, events.TOPICS, handler)],
        jobs=[
            Job("absences", LOOK_S, absences.look),
            Job("handovers", PLAN_S, handing.plan),
            Job("campaigns", CAMPAIGNS_S, Launching(house)),
            Job("attachments", SWEEP_S, lambda: house.files.sweep(None)),
            Job("erasures", FORGET_S, Forgetting(house, chassis.mongo, settle)),
            *([Job("paper", PAPER_S, papers.write)] if papers else ()),
        ],
        prepare=[lambda: store.prepare(chassis.mongo)],
        retention=kept(store.MongoAging(chassis.mongo)),
    )


def kept(aging: store.MongoAging) -> tuple[Kept, ...]:
    """What is let go of for its age, unless a chain keeps it shorter or longer."""
    private = DataClass.PRIVATE_STAY
    return (
        Kept("record_words", private, 730, 90, aging.old_words, aging.drop_words),
        Kept("record_files", private, 365, 90, aging.old_files, aging.drop_files),
    )


def build(settings: Settings) -> FastAPI:
    """The service as its environment says."""
    chassis = Chassis(settings)
    house = house_of(chassis)
    return assemble(chassis, house, papers_of(house, settings))


if __name__ == "__main__":
    run(build(Settings()), Settings())
