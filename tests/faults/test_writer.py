"""The API is killed around the commit of a command; its caller tries again with the same key."""

import pytest

from tests.faults.house import House

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="package")]


@pytest.mark.parametrize(
    "point", [pytest.param("command.in_transaction", id="F1"), pytest.param("command.committed", id="F2")]
)
async def test_command_is_done_once_when_the_api_is_killed_around_its_commit(struck: House, point: str) -> None:
    struck.arm("records", point, "kill")
    record = await struck.work(http="records", commands=1)
    await struck.met("records", point)
    key = struck.told[-1].key
    assert [row["agg"] for row in struck.rows("records", "events", corr=key, cause=None)] == [record]
    assert len(struck.rows("records", "idempotency", subject=record)) == 1


async def test_move_is_done_once_when_the_api_is_killed_after_its_commit(struck: House) -> None:
    """F2 for a command with If-Match: the version has moved on, and the retry still gets the first answer."""
    desk = struck.desk(records="records")
    record = await struck.work(desk, commands=1)
    struck.arm("records", "command.committed", "kill")
    answer = await desk.act("records", f"/v1/records/{record}/notes", {"text": "once"}, '"1"')
    await struck.met("records", "command.committed")
    assert (answer.status, answer.etag) == (200, '"2"')
    assert [row["ver"] for row in struck.rows("records", "events", agg=record)] == [1, 2]
