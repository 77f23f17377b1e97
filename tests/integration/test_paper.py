"""Everything is stopped: the last board on paper is on the disk, whole and right."""

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from services.auth.domain.policy import default_grants
from services.records.adapters.sheets import LATEST
from services.records.app import house_of
from services.records.ports import Writing
from services.records.settings import Settings
from services.records.store import prepare
from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from shared.contracts.identity import Department
from tests.factories.access import heartbeat, knowledge
from tests.factories.front_desk import HOTELS, STAFF
from tests.factories.guest_records import opened
from tests.factories.records import CHAIN, SCOPE

pytestmark = pytest.mark.integration
DESK = Department.FRONT_OFFICE


async def told(mongo_url: str, room: str) -> None:
    """A records service that knows its hotels and people, and an open record in a room."""
    chassis = Chassis(Settings(mongo_url=mongo_url, mongo_database="bellboard_records"))
    await prepare(chassis.mongo)
    await chassis._prepare([])
    events = knowledge(STAFF, default_grants(), *HOTELS)
    state = opened(room=room, now=dt.datetime.now(dt.UTC)).model_copy(update={"department": DESK})

    async def work(tx: Tx) -> None:
        await chassis.policy.apply(tx, events)
        await house_of(chassis).records.write(SCOPE, Writing(fresh=[state]), tx)

    await chassis.mongo.run(work)
    await chassis.policy.hear(heartbeat())
    await chassis.mongo.close()


async def test_last_board_is_there_when_nothing_runs_any_more(run_folder: Path) -> None:
    async with Stack(folder=run_folder) as stack:
        await told(stack.mongo_url, "412")
        await stack.start_service("records")
        latest = run_folder / "data" / "records" / "paper" / CHAIN / "resort" / DESK.value / LATEST
        async with asyncio.timeout(60):
            while not latest.is_file():
                await asyncio.sleep(0.1)
        stack.kill("records")
    html = latest.read_text(encoding="utf-8")
    assert html.rstrip().endswith("</html>")
    assert "<b>412</b>" in html
    assert "Europe/Lisbon" in html
    assert "Ana" in html
