"""One question to records for all boards that hear the same bell under the same rights, and never a stale answer."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence

import pytest

from services.console.domain.cards import Card
from services.console.domain.problem import Down, Problem, Refused
from services.console.domain.session import Viewer
from services.console.usecases.glances import PERSONAL, Glances, rights_of
from services.console.usecases.live import Bell, Feed
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.records import NextAction, Status

NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)


class FakeBoard:
    """Records that answer cards of one version, and note by which token they were asked for which."""

    def __init__(self) -> None:
        self.version = 1
        self.asked: list[tuple[str, list[str]]] = []
        self.refused: set[str] = set()
        self.down = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def board(self, access: str, property_ids: Sequence[str], ids: Sequence[str] = ()) -> list[Card]:
        self.asked.append((access, list(ids)))
        await self.gate.wait()
        if self.down:
            raise Down("Records")
        if access in self.refused:
            raise Refused(Problem(401, "not_signed_in", "Sign in first."))
        return [card(one, self.version) for one in ids if one != "hidden"]


def card(one: str, version: int) -> Card:
    return Card(
        id=one,
        version=version,
        property_id="city",
        kind="guest_request",
        owner="ana",
        department=Department.FRONT_OFFICE,
        status=Status.NEW,
        due_at=NOW,
        next_action=NextAction(code="accept"),
    )


def viewer(staff: str, role: Role = Role.ASSOCIATE) -> Viewer:
    departments = frozenset({Department.FRONT_OFFICE})
    who = Principal(
        staff_id=staff, chain="grand", roles=frozenset({role}), departments=departments, session=f"s-{staff}"
    )
    return Viewer(who, f"token-{staff}", "csrf", f"grand.{staff}")


def ring(feed: Feed, one: str, version: int) -> None:
    feed.ring(Bell("grand", "city", "record", one, version))


@pytest.fixture
def records() -> FakeBoard:
    return FakeBoard()


def glances_over(records: FakeBoard, feed: Feed) -> Glances:
    return Glances(records, feed)  # type: ignore[arg-type] # the one method of the port that is asked


async def versions(glances: Glances, who: Viewer, *ids: str) -> Mapping[str, int]:
    return {one.id: one.version for one in await glances.cards(who, ["city"], list(ids))}


async def test_two_with_the_same_rights_are_answered_by_one_question(records: FakeBoard) -> None:
    glances = glances_over(records, Feed())
    both = await asyncio.gather(
        versions(glances, viewer("ana"), "r1"), versions(glances, viewer("ben"), "r1"), versions(glances, viewer("ana"))
    )
    assert list(both) == [{"r1": 1}, {"r1": 1}, {}]
    assert records.asked == [("token-ana", ["r1"])]


async def test_other_rights_are_asked_for_by_themselves(records: FakeBoard) -> None:
    glances = glances_over(records, Feed())
    await versions(glances, viewer("ana"), "r1")
    await versions(glances, viewer("gil", Role.GENERAL_MANAGER), "r1")
    assert [access for access, _ in records.asked] == ["token-ana", "token-gil"]


async def test_only_who_and_since_when_are_left_out_of_rights() -> None:
    assert set(Principal.model_fields) - PERSONAL == {
        "chain", "roles", "properties", "departments", "second_factor", "scopes", "lent",
    }  # fmt: skip
    assert rights_of(viewer("ana").principal) == rights_of(viewer("ben").principal)
    assert rights_of(viewer("ana").principal) != rights_of(viewer("ana", Role.SUPERVISOR).principal)


async def test_answer_is_asked_for_again_once_the_card_rang(records: FakeBoard) -> None:
    feed = Feed()
    glances = glances_over(records, feed)
    assert await versions(glances, viewer("ana"), "r1") == {"r1": 1}
    records.version = 2
    ring(feed, "r1", 2)
    assert await versions(glances, viewer("ben"), "r1") == {"r1": 2}
    assert await versions(glances, viewer("ana"), "r1") == {"r1": 2}
    assert len(records.asked) == 2


async def test_card_that_may_not_be_seen_is_asked_for_again_once_it_rang(records: FakeBoard) -> None:
    feed = Feed()
    glances = glances_over(records, feed)
    assert await versions(glances, viewer("ana"), "hidden", "r1") == {"r1": 1}
    assert await versions(glances, viewer("ana"), "hidden") == {}
    ring(feed, "hidden", 2)
    await versions(glances, viewer("ana"), "hidden")
    assert [ids for _, ids in records.asked] == [["hidden", "r1"], ["hidden"]]


async def test_refusal_of_one_token_is_not_another_persons(records: FakeBoard) -> None:
    glances = glances_over(records, Feed())
    records.refused = {"token-ana"}
    answers = await asyncio.gather(
        versions(glances, viewer("ana"), "r1"), versions(glances, viewer("ben"), "r1"), return_exceptions=True
    )
    assert isinstance(answers[0], Refused)
    assert answers[1] == {"r1": 1}


async def test_who_leaves_takes_no_answer_from_who_waits(records: FakeBoard) -> None:
    glances = glances_over(records, Feed())
    records.gate.clear()
    leaves = asyncio.create_task(versions(glances, viewer("ana"), "r1"))
    waits = asyncio.create_task(versions(glances, viewer("ben"), "r1"))
    while not records.asked:
        await asyncio.sleep(0)
    leaves.cancel()
    records.gate.set()
    assert await waits == {"r1": 1}
    assert records.asked == [("token-ana", ["r1"])]


async def test_silence_is_said_and_not_kept(records: FakeBoard) -> None:
    glances = glances_over(records, Feed())
    records.down = True
    with pytest.raises(Down):
        await versions(glances, viewer("ana"), "r1")
    records.down = False
    assert await versions(glances, viewer("ana"), "r1") == {"r1": 1}
