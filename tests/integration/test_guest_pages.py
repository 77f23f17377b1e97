"""Pages that guests answer on: signed, small, in their language; an answer becomes a message, once."""

import datetime as dt
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.integrations.app import Parts, assemble, parts
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings
from shared.contracts.identity import Role
from shared.contracts.values import Scope, stay_id
from tests.factories.access import bearer, grant, hotel, knowledge
from tests.factories.bookings import payloads, small_schedule
from tests.factories.records import CHAIN, PROPERTY
from tests.factories.staff import ANA, TEAM, member
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration
AWAY = member("clerk-away", Role.ASSOCIATE, properties=("resort",))
AUDITOR = member("the-auditor", Role.AUDITOR, properties=None)
GRANTS = [grant("request_message", kind="*", roles=(Role.ASSOCIATE,))]
SCOPE = Scope(chain=CHAIN)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class House:
    """The service with one German guest."""

    standing: Standing
    have: Parts
    stay: str

    async def link(self, form: str, who: Any = ANA, **more: Any) -> httpx.Response:
        async with self.standing.client() as client:
            body = {"stay_id": self.stay, "form": form} | more
            return await client.post("/v1/guest-links", json=body, headers=bearer(who, "integrations"))

    async def path(self, form: str, **more: Any) -> str:
        said = await self.link(form, **more)
        assert said.status_code == 200, said.text
        return str(said.json()["path"])

    async def get(self, path: str) -> httpx.Response:
        async with self.standing.client() as client:
            return await client.get(path)

    async def send(self, path: str, **fields: str) -> httpx.Response:
        async with self.standing.client() as client:
            return await client.post(path, data=fields)

    async def messages(self) -> list[dict[str, Any]]:
        rows = await self.have.chassis.mongo.collection("messages").find({}, sort=[("_id", 1)])
        return [row["body"] for row in rows]


@pytest.fixture
async def house(mongo_url: str, database_name: str) -> AsyncIterator[House]:
    settings = Settings(
        mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER, connections=specs(CHAIN)
    )
    have = parts(settings)
    standing = Standing(have.chassis, assemble(have))
    await standing.prepare(knowledge([*TEAM, AWAY, AUDITOR], GRANTS, hotel(), hotel("resort")))
    await have.prepare()
    token = next(one.token for one in await have.connections.all(SCOPE) if one.property_id == PROPERTY)
    said = payloads(small_schedule())[0]
    said["guest"] |= {"language": "de"}
    async with standing.client() as client:
        path = f"/v1/pms/{PROPERTY}/{token}/hotel-bookings/events"
        assert (await client.post(path, json=said)).status_code == 202
    yield House(standing, have, stay_id(PROPERTY, NAME, said["reservation"]["number"]))
    await have.chassis.mongo.close()


@pytest.mark.parametrize(
    ("form", "more", "fields", "kept"),
    [
        ("feedback", {}, {"score": "3", "text": "Laut."}, {"score": 3, "topic_code": "feedback"}),
        ("arrival", {}, {"topic": "baby_cot"}, {"topic_code": "baby_cot"}),
        ("arrival", {}, {"topic": "other", "text": "Spät."}, {"topic_code": "other"}),
        ("offer", {"record_id": "rec-1"}, {"answer": "accepted"}, {"answer": "accepted", "record_id": "rec-1"}),
        ("offer", {"offer_id": "spa"}, {"answer": "declined"}, {"answer": "declined", "offer_id": "spa"}),
    ],
)
async def test_answer_on_a_page_becomes_one_message_however_often_it_is_sent(
    house: House, form: str, more: dict[str, str], fields: dict[str, str], kept: dict[str, Any]
) -> None:
    path = await house.path(form, **more)
    page = await house.get(path)
    [once] = re.findall(r'name="once" value="([^"]+)"', page.text)
    answers = [await house.send(path, once=once, **fields) for _ in range(2)]
    assert [said.status_code for said in answers] == [303, 303]
    [message] = await house.messages()
    assert {name: message["message"][name] for name in kept} == kept
    assert message["message"]["stay_id"] == house.stay
    assert message["text"] == fields.get("text")
    assert await house.standing.said(message["message"]["id"]) == ["message.received.v1"]
    thanks = await house.get(answers[0].headers["location"])
    assert "Danke" in thanks.text


async def test_page_is_small_in_the_guests_language_and_runs_nothing(house: House) -> None:
    page = await house.get(await house.path("feedback"))
    assert page.status_code == 200
    assert '<html lang="de">' in page.text
    assert len(page.content) < 6_000
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    labels, boxes = page.text.count("<label"), page.text.count("<input") + page.text.count("<textarea") - 1
    assert labels == boxes


@pytest.mark.parametrize(
    ("fields", "word"),
    [({}, "Bitte"), ({"text": "  "}, "Bitte"), ({"score": "11"}, "Bitte"), ({"score": "-1"}, "Bitte")],
)
async def test_form_that_says_nothing_is_asked_again_and_nothing_is_kept(
    house: House, fields: dict[str, str], word: str
) -> None:
    said = await house.send(await house.path("feedback"), once="once-1", **fields)
    assert (said.status_code, word in said.text) == (422, True)
    assert await house.messages() == []


async def test_card_number_is_refused_and_nowhere(house: House) -> None:
    said = await house.send(await house.path("feedback"), once="o", text="4111 1111 1111 1111")
    assert (said.status_code, "4111" in said.text) == (422, False)
    assert await house.messages() == []


async def test_words_of_a_guest_are_no_html_of_ours(house: House) -> None:
    path = await house.path("arrival")
    await house.send(path, once="one", text="<script>alert(1)</script>")
    [message] = await house.messages()
    assert message["text"] == "<script>alert(1)</script>"
    assert "<script" not in (await house.get(path)).text


async def test_link_that_was_changed_or_has_ended_is_not_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await house.path("feedback")
    changed = path[:-3] + ("AAA" if not path.endswith("AAA") else "BBB")
    clock = house.have.chassis.clock
    answers = [await house.get(changed), await house.send(changed, score="3"), await house.get("/g/" + "x" * 60)]
    later = clock.real_now() + dt.timedelta(days=31)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    answers += [await house.get(path), await house.send(path, score="3")]
    assert {said.status_code for said in answers} == {404}
    assert await house.messages() == []


async def test_form_without_end_is_cut(house: House) -> None:
    path = await house.path("feedback")
    async with house.standing.client() as client:
        said = await client.post(path, content=b"score=4&once=a&text=" + b"x" * 2_000_000, headers=FORM)
    assert said.status_code == 303
    [message] = await house.messages()
    assert len(message["text"]) == 4_000


async def test_link_is_made_by_who_writes_to_guests_of_the_hotel(house: House) -> None:
    answers = [
        await house.link("feedback", who=AUDITOR),
        await house.link("feedback", who=AWAY),
        await house.link("feedback", stay_id="nothing"),
        await house.link("offer"),
        await house.link("pigeon"),
    ]
    assert [said.status_code for said in answers] == [403, 404, 404, 422, 422]
    assert [one["field"] for one in answers[3].json()["breaches"]] == ["record_id"]
