"""Rereads on a real MongoDB: one that was asked for stays asked for until it is done."""

import pytest

from shared.chassis.losses import Losses
from shared.chassis.mongo import Mongo

pytestmark = pytest.mark.integration


async def test_reread_stays_asked_for_until_it_is_done(mongo_url: str, database_name: str) -> None:
    mongo = Mongo(mongo_url, database_name)
    operator, member = Losses(mongo, "tally"), Losses(mongo, "tally")
    await operator.ask_to_reread()
    assert await member.asked() is None
    await operator.ask_to_reread()
    assert [await member.asked(), await member.asked()] == [2, 2]
    member.done(2)
    assert await member.asked() is None
    await mongo.close()
