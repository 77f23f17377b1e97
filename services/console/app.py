"""The console's one composition root."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles

from services.console.adapters.alerting import AlertingClient
from services.console.adapters.alerts import AlertsClient
from services.console.adapters.auth import AuthClient
from services.console.adapters.governance import ErasuresClient, GovernanceClient, OperationsClient
from services.console.adapters.house import PolicyHouse
from services.console.adapters.http import Client
from services.console.adapters.integrations import IntegrationsClient
from services.console.adapters.library import LibraryClient, StaysClient
from services.console.adapters.loose import LooseClient
from services.console.adapters.partnering import PartneringClient
from services.console.adapters.queues import HandoversClient, QueuesClient
from services.console.adapters.records import RecordsClient
from services.console.adapters.reporting import ReportingClient
from services.console.adapters.rulebook import RulebookClient
from services.console.adapters.selling import SellingClient
from services.console.adapters.speech import Speech
from services.console.adapters.staffing import StaffingClient
from services.console.adapters.talk import TalkClient
from services.console.adapters.timetable import TimetableClient
from services.console.api import (
    alerting,
    board,
    checks,
    desk,
    device,
    entry,
    failures,
    handovers,
    live,
    loose,
    many,
    office,
    own,
    partnering,
    policy,
    portal,
    record,
    reports,
    rules,
    selling,
    session,
    staffing,
    stays,
    talk,
    timetable,
    waiting,
    wording,
)
from services.console.api.gate import Gate
from services.console.api.render import HEADERS, HERE
from services.console.events import Handler
from services.console.ports import (
    Alerting,
    Alerts,
    Erasures,
    Governance,
    Guests,
    Handovers,
    House,
    Library,
    LooseEnds,
    Operations,
    Partnering,
    Queues,
    Records,
    Reports,
    Rulebook,
    Selling,
    Sessions,
    SignIn,
    Staffing,
    StayList,
    Talk,
    Time,
    Timetable,
)
from services.console.settings import Settings
from services.console.store import SessionStore, prepare
from services.console.usecases.alerting import BellDesk
from services.console.usecases.board import Boards
from services.console.usecases.checks import SpotDesk
from services.console.usecases.desk import FrontDesk
from services.console.usecases.entry import Entry
from services.console.usecases.glances import Glances
from services.console.usecases.handovers import ShiftChange
from services.console.usecases.library import Reading
from services.console.usecases.live import Feed
from services.console.usecases.loose import Loose
from services.console.usecases.many import Many
from services.console.usecases.office import Office
from services.console.usecases.paper import Paper
from services.console.usecases.partnering import PartnerDesk
from services.console.usecases.people import People
from services.console.usecases.record import RecordPages
from services.console.usecases.rulebook import RuleDesk
from services.console.usecases.selling import Shop
from services.console.usecases.signin import Desk
from services.console.usecases.staffing import Crew
from services.console.usecases.stays import Stays
from services.console.usecases.talking import Talking
from services.console.usecases.timetable import Timekeeping
from services.console.usecases.waiting import Waiting
from services.console.usecases.wording import WordDesk
from shared.chassis.guarding import Guard
from shared.chassis.service import Chassis, run
from shared.chassis.tail import Tail
from shared.contracts import topics

REPORT_PATIENCE_S = 15.0
EACH_SERVICE = 24
"""Connections to a service at most."""


@dataclass(frozen=True)
class Parts:
    """All that the console stands on."""

    sessions: Sessions
    auth: SignIn
    house: House
    time: Time
    records: Records
    alerts: Alerts
    guests: Guests
    reports: Reports
    feed: Feed
    selling: Selling
    queues: Queues
    handovers: Handovers
    rulebook: Rulebook
    governance: Governance
    erasures: Erasures
    operations: Operations
    stays: StayList
    library: Library
    loose: LooseEnds
    alerting: Alerting
    talk: Talk
    staffing: Staffing
    partnering: Partnering
    timetable: Timetable


def routers(parts: Parts, settings: Settings) -> list[APIRouter]:
    """The pages over some parts."""
    people = People(parts.house, parts.guests, parts.time, settings.idle_lock_minutes * 60)
    sign_in = Desk(parts.sessions, parts.auth, parts.house, parts.time)
    gate = Gate(sign_in, settings.secure)
    boards = Boards(parts.records, people, Glances(parts.records, parts.feed))
    front = FrontDesk(parts.records, parts.alerts, parts.guests, parts.reports, boards, people, parts.selling)
    ends = Loose(parts.loose, parts.records, parts.guests, people, parts.talk)
    return [
        session.router(gate, sign_in, settings.console_chain),
        session.away(gate, sign_in, settings.console_chain, settings.console_url),
        board.router(gate, boards, front, Paper(parts.records, boards, people)),
        many.router(gate, Many(parts.records, boards, people)),
        device.router(gate, people),
        waiting.router(gate, Waiting(parts.queues, boards, people)),
        handovers.router(gate, ShiftChange(parts.handovers, people)),
        stays.router(gate, Stays(parts.stays, parts.records, people), front),
        selling.router(gate, Shop(parts.selling, parts.records, boards, people)),
        reports.router(gate, Reading(parts.library, people)),
        partnering.router(gate, PartnerDesk(parts.partnering, parts.governance, people)),
        staffing.router(gate, Crew(parts.staffing, people)),
        rules.router(gate, RuleDesk(parts.rulebook, parts.records, people)),
        timetable.router(gate, Timekeeping(parts.timetable, parts.library, people)),
        checks.router(gate, SpotDesk(parts.timetable, people)),
        alerting.router(gate, BellDesk(parts.alerting, people)),
        *_back_office(gate, Office(parts.governance, parts.erasures, parts.operations, people)),
        live.router(gate, sign_in, parts.feed, parts.house, parts.time),
        record.router(gate, RecordPages(parts.records, parts.reports, boards, people, parts.house)),
        entry.router(gate, Entry(parts.records, boards, people), ends),
        loose.router(gate, ends),
        talk.router(gate, Talking(parts.talk, parts.guests, people)),
        wording.router(gate, WordDesk(parts.talk, people)),
        desk.router(gate, front),
        portal.router(gate, parts.guests),
    ]


def _back_office(gate: Gate, back_office: Office) -> list[APIRouter]:
    return [office.router(gate, back_office), policy.router(gate, back_office), own.router(gate, back_office)]


def dress(app: FastAPI) -> FastAPI:
    """Pages for failures, headers on everything, and the static files."""
    failures.install(app)
    app.add_middleware(Guard, headers=HEADERS)
    app.add_middleware(Speech)
    # Streams are left alone by it; browsers send our cookie to no request that another site makes in the background.
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    return app


def connections(settings: Settings) -> httpx.AsyncClient:
    """A client with a pool for each service, so that one that hangs keeps nobody from the others.

    A pool is looked through at every call: more connections than a service answers at once make all calls slower.
    """
    limits = httpx.Limits(max_connections=EACH_SERVICE, max_keepalive_connections=EACH_SERVICE)
    urls = (
        settings.records_url,
        settings.auth_url,
        settings.alerts_url,
        settings.integrations_url,
        settings.reporting_url,
    )
    pools = {url.rstrip("/"): httpx.AsyncHTTPTransport(limits=limits, trust_env=False) for url in urls}
    return httpx.AsyncClient(trust_env=False, limits=limits, mounts=pools)


def over_http(
    settings: Settings, http: httpx.AsyncClient, time: Time, sessions: Sessions, house: House, feed: Feed
) -> Parts:
    """The parts, with the other services at the addresses the environment names."""
    records = Client(http, settings.records_url, "Records")
    auth = Client(http, settings.auth_url, "Sign-in")
    alerts = Client(http, settings.alerts_url, "Alerts")
    integrations = Client(http, settings.integrations_url, "Guest names and stays")
    reporting = Client(http, settings.reporting_url, "Reports", REPORT_PATIENCE_S)
    return Parts(
        sessions=sessions,
        auth=AuthClient(auth, time.real_now),
        house=house,
        time=time,
        records=RecordsClient(records),
        alerts=AlertsClient(alerts),
        guests=IntegrationsClient(integrations),
        reports=ReportingClient(reporting),
        feed=feed,
        selling=SellingClient(records),
        queues=QueuesClient(records),
        handovers=HandoversClient(records),
        rulebook=RulebookClient(records),
        governance=GovernanceClient(auth),
        erasures=ErasuresClient(integrations),
        operations=OperationsClient(
            {
                "records": records,
                "alerts": alerts,
                "integrations": integrations,
                "reporting": reporting,
                "auth": auth,
            }
        ),
        stays=StaysClient(integrations),
        library=LibraryClient(reporting),
        loose=LooseClient(integrations),
        alerting=AlertingClient(alerts),
        talk=TalkClient(integrations),
        staffing=StaffingClient(auth),
        partnering=PartneringClient(integrations),
        timetable=TimetableClient(reporting),
    )


def build(settings: Settings) -> FastAPI:
    """The console as it runs."""
    chassis = Chassis(settings)
    store, feed = SessionStore(chassis.mongo), Feed()
    house = PolicyHouse(chassis.policy, chassis.verifier)
    parts = over_http(settings, connections(settings), chassis.clock, store, house, feed)

    async def leave_on_signal() -> None:
        _before_signal(signal.SIGTERM, feed.close)
        _before_signal(signal.SIGINT, feed.close)

    app = chassis.app(
        title="console",
        routers=routers(parts, settings),
        pages=True,
        tails=[Tail("console", (topics.RECORDS, topics.ALERTS), Handler(feed).on_event)],
        prepare=[lambda: prepare(chassis.mongo, settings.session_hours), leave_on_signal],
    )
    return dress(app)


def _before_signal(number: signal.Signals, first: Callable[[], None]) -> None:
    """Let open pages go when the process is told to stop: the server waits for them before anything else ends."""
    if threading.current_thread() is not threading.main_thread():
        return
    then = signal.getsignal(number)

    def handle(got: int, frame: FrameType | None) -> None:
        first()
        if callable(then):
            then(got, frame)

    signal.signal(number, handle)


if __name__ == "__main__":
    run(build(Settings()), Settings())
