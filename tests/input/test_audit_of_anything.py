"""The audit log holds whatever was on a topic; whoever searches it is answered all the same."""

from pathlib import Path

import httpx
import pytest

from tests.input.houses import auth, told
from tests.input.ripening import UNSOUND

pytestmark = pytest.mark.integration


async def test_search_answers_over_entries_that_are_no_sound_events(
    mongo_url: str, database_name: str, tmp_path: Path
) -> None:
    async with auth(told(mongo_url, database_name), tmp_path) as house:
        headers = {"Authorization": f"Bearer {house.tokens['chief']}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(house.app), base_url="http://auth") as client:
            found = await client.get("/v1/audit", params={"limit": 500}, headers=headers)
            lines = await client.get("/v1/audit/export", headers=headers)
    assert (found.status_code, lines.status_code) == (200, 200)
    subjects = {one["facts"]["subject"] for one in found.json()["items"]}
    assert subjects >= {event.subject for event in UNSOUND}
    assert [line for line in lines.text.splitlines() if '"kind":"end"' in line]
