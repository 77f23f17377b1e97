"""The stores in memory and those in MongoDB answer alike: one suite for both."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.alerts.domain.alert import LiveAlert, acknowledge, opened
from services.alerts.domain.book import DEFAULT
from services.alerts.domain.notice import Delivery
from services.alerts.domain.silence import Silence
from services.alerts.domain.subject import record_subjects
from services.alerts.domain.watch import Opening, Watch
from services.alerts.ports import AlertQuery, Page
from services.alerts.store import MongoAlerts, MongoNotices, MongoSilences, MongoStays, MongoWatches, prepare
from shared.chassis.mongo import Mongo, Tx
from shared.contracts.alerts import AlertState, Severity
from tests.factories.records import CHAIN, NOON, PROPERTY, SCOPE, ZONE, minutes, snapshot
from tests.factories.staff import TEAM
from tests.fakes.alerts import House

pytestmark = pytest.mark.integration


class InMongo:
    """The real stores."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.watches, self.stays, self.alerts = MongoWatches(mongo), MongoStays(mongo), MongoAlerts(mongo)
        self.notices, self.silences = MongoNotices(mongo), MongoSilences(mongo)

    async def do(self, work: Any) -> Any:
        return await self.mongo.run(work)


class InMemory(House):
    """Those of the unit tests."""

    def __init__(self) -> None:
        super().__init__(TEAM, PROPERTY, ZONE)

    async def do(self, work: Any) -> Any:
        return await work(Tx(None))


@pytest.fixture(params=["memory", "mongo"])
async def stores(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Any]:
    mongo = Mongo(mongo_url, database_name)
    await prepare(mongo)
    yield {"memory": InMemory, "mongo": lambda: InMongo(mongo)}[request.param]()
    await mongo.close()


def ringing(name: str, rule: str = "overdue", **changed: Any) -> LiveAlert:
    subject = record_subjects(snapshot(), NOON)[0]
    made = opened(Opening(alert_id=name, terms=DEFAULT.by_code[rule], subject=subject, due=NOON), CHAIN, ZONE, NOON)
    return made.model_copy(update=changed)


async def test_alerts_are_kept_found_and_swapped_by_the_version_that_was_seen(stores: Any) -> None:
    one, hushed = ringing("alert-1"), ringing("alert-2", "feed_silent", hushed=True)
    await stores.do(lambda tx: stores.alerts.save(SCOPE, [one, hushed], tx))
    assert await stores.do(lambda tx: stores.alerts.load(SCOPE, ["alert-1", "nobody"], tx)) == {"alert-1": one}
    taken = acknowledge(one, "staff-ana", NOON)
    swaps = [await stores.do(lambda tx: stores.alerts.swap(SCOPE, taken, 1, tx)) for _ in range(2)]
    assert swaps == [True, False]
    live = await stores.do(lambda tx: stores.alerts.live_rules(SCOPE, ["rec-1"], tx))
    assert live == {("overdue", "rec-1"), ("feed_silent", "rec-1")}
    wide = await stores.do(lambda tx: stores.alerts.live_in(SCOPE, ["feed_silent"], [PROPERTY], tx))
    assert wide == {("feed_silent", PROPERTY)}
    for after, found in (("", [hushed]), (hushed.alert.id, [])):
        assert await stores.do(lambda tx, after=after: stores.alerts.hushed(SCOPE, PROPERTY, after, 5, tx)) == found
    assert await stores.do(lambda tx: stores.alerts.hushed_on(SCOPE, ["rec-1"], tx)) == {hushed.alert.id}
    await stores.do(lambda tx: stores.alerts.hold(SCOPE, [("overdue", "rec-1")], tx))
    unplaced = ringing("alert-3")
    unplaced = unplaced.model_copy(update={"alert": unplaced.alert.model_copy(update={"kind": None})})
    await stores.do(lambda tx: stores.alerts.save(SCOPE, [unplaced], tx))
    assert await stores.do(lambda tx: stores.alerts.unplaced(SCOPE, ["rec-1", "rec-2"], tx)) == [unplaced]
    page = await stores.alerts.page(SCOPE, AlertQuery(frozenset({AlertState.ACKNOWLEDGED})), Page(5))
    assert page == [taken]


async def test_watches_are_found_by_stay_and_by_what_opened_them(stores: Any) -> None:
    plain = Watch(id="rec-1", chain=CHAIN, property_id=PROPERTY, stay="stay-1", opened_by="msg-1")
    other = plain.model_copy(update={"id": "rec-2", "stay": "stay-2", "opened_by": None})
    await stores.do(lambda tx: stores.watches.save(SCOPE, [plain, other], tx))
    assert await stores.do(lambda tx: stores.watches.of_stays(SCOPE, ["stay-1"], tx)) == [plain]
    assert await stores.do(lambda tx: stores.watches.opened_by(SCOPE, ["msg-1", "msg-2"], tx)) == {"msg-1"}
    await stores.do(lambda tx: stores.watches.drop(SCOPE, "rec-1", tx))
    assert await stores.do(lambda tx: stores.watches.load(SCOPE, ["rec-1", "rec-2"], tx)) == {"rec-2": other}


async def test_deliveries_are_kept_once_and_their_rings_known(stores: Any) -> None:
    plain = {"notice": "n-1", "alert": "alert-1", "property_id": PROPERTY, "role": "supervisor", "channel": "inbox"}
    shown = {"severity": Severity.NOTICE, "group": "g-1", "visible_at": NOON, "staff_id": "sue"}
    led = Delivery.model_validate({"id": "d-1", "lead": True, **plain, **shown})
    joined = led.model_copy(update={"id": "d-2", "lead": False, "staff_id": "dan"})
    for _ in range(2):
        await stores.do(lambda tx: stores.notices.deliver(SCOPE, [led, joined], tx))
    assert await stores.do(lambda tx: stores.notices.sent(SCOPE, ["alert-1"], tx)) == {"d-1", "d-2"}
    assert await stores.do(lambda tx: stores.notices.rung(SCOPE, ["g-1", "g-2"], tx)) == {("g-1", "sue")}


async def test_silences_run_until_they_end(stores: Any) -> None:
    plain = {"property_id": PROPERTY, "begun_by": "sue", "begun_at": NOON, "version": 1}
    running, over = (
        Silence.model_validate({"id": name, "until": NOON + minutes(by), **plain})
        for name, by in (("s-1", 5), ("s-2", 0))
    )
    for one in (running, over):
        await stores.do(lambda tx, one=one: stores.silences.save(SCOPE, one, tx))
    assert await stores.silences.running(SCOPE, NOON) == (running,)
    ended = running.model_copy(update={"ended_at": NOON, "version": 2})
    await stores.do(lambda tx: stores.silences.save(SCOPE, ended, tx))
    assert await stores.silences.running(SCOPE, NOON) == ()
    assert await stores.silences.get(SCOPE, "s-1") == ended


async def test_what_is_open_is_gone_through_in_the_order_of_ids_and_of_one_hotel_or_all(stores: Any) -> None:
    subject = record_subjects(snapshot(), NOON)[0]
    shut = subject.model_copy(update={"facts": {"open": False}})
    made = [
        Watch(id=name, chain=CHAIN, property_id=hotel, subjects=(about,))
        for name, hotel, about in (
            ("b", PROPERTY, subject), ("a", "resort", subject), ("c", PROPERTY, shut), ("d", PROPERTY, subject)
        )
    ]  # fmt: skip
    await stores.do(lambda tx: stores.watches.save(SCOPE, made, tx))

    async def after(hotel: str | None, last: str, limit: int = 9) -> list[str]:
        return [
            each.id for each in await stores.do(lambda tx: stores.watches.active_after(SCOPE, hotel, last, limit, tx))
        ]

    assert [await after(None, ""), await after(PROPERTY, ""), await after(None, "a", 1), await after(None, "d")] == [
        ["a", "b", "d"], ["b", "d"], ["b"], [],
    ]  # fmt: skip
