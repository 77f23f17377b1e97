"""Sessions of browsers on a real MongoDB, by either driver."""

import datetime as dt
from typing import Literal

import pytest

from services.console.domain.session import Session, Tokens
from services.console.settings import Settings
from services.console.store import SessionStore, prepare
from shared.chassis.mongo import Mongo
from shared.contracts.values import Scope

pytestmark = pytest.mark.integration
NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)
COOKIE = "grand." + "a" * 43
HERE = Scope(chain="grand")


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_session_is_found_by_its_cookie_alone_and_kept_unreadable(
    mongo_url: str, database_name: str, driver: Literal["pymongo", "motor"]
) -> None:
    mongo = Mongo.of(Settings(mongo_url=mongo_url, mongo_database=database_name, mongo_driver=driver))
    store = SessionStore(mongo)
    await prepare(mongo, 14)
    session = Session(COOKIE, Tokens("the-access-token", "the-refresh-token", NOW), NOW)
    await store.save(HERE, session)
    await store.save(HERE, session.renewed(Tokens("next-access", "next-refresh", NOW)))
    kept = await mongo.collection("sessions").find({})
    assert await store.find(HERE, COOKIE) == session.renewed(Tokens("next-access", "next-refresh", NOW))
    assert await store.find(HERE, COOKIE[:-1] + "b") is None
    assert await store.find(Scope(chain="other"), COOKIE) is None
    assert len(kept) == 1
    assert not any(secret in str(kept) for secret in (COOKIE, COOKIE[6:], "access", "refresh"))
    await store.end(HERE, COOKIE)
    assert await store.find(HERE, COOKIE) is None
    await mongo.close()
