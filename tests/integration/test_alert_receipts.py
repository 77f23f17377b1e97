"""What the provider of text messages says became of a letter: believed when it is signed, once, whenever it comes."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from twilio.request_validator import RequestValidator

from services.alerts.api.receipts import FORM, MAX_FORM
from tests.factories.bell import ANA, GENERAL, PROPERTY, SECOND, Bell, bell
from tests.fakes.providers import Provider, provider

pytestmark = pytest.mark.integration
OUTSIDE, TOKEN = "https://bell.hotel.example/alerts", "token-of-the-account"
SMS = "2010-04-01/Accounts/AC1/Messages.json"
WHY = {"reason": "Agreed in the morning meeting."}


class Phone:
    """A hotel that alerts by WhatsApp, then by SMS, and the provider of both."""

    def __init__(self, house: Bell, http: Provider) -> None:
        self.house, self.http = house, http

    async def rung(self) -> dict[str, Any]:
        """An alert whose first letter the provider has taken."""
        wished = {"phone": "+351912345678"}
        assert (await self.house.ask("PUT", "/v1/me/notifications", ANA, wished, **{"If-Match": '"1"'})).is_success
        path, rules = f"/v1/alert-rules/{PROPERTY}", {"routes": [{"channels": ["whatsapp", "sms"]}]}
        assert (await self.house.ask("PUT", path, GENERAL, {"rules": rules, **WHY}, **{"If-Match": '"1"'})).is_success
        decided = {"approve": True, **WHY}
        assert (await self.house.post(f"{path}/versions/1/decide", SECOND, decided, **{"If-Match": '"2"'})).is_success
        alert = await self.house.late()
        await self.send()
        return alert

    async def send(self) -> None:
        """One turn of the sender."""
        await self.house.standing.app.state.sending.turn()

    def addresses(self) -> list[str]:
        """Where the provider was told to say what became of each letter."""
        return [parse_qs(body.decode())["StatusCallback"][0] for _, body in self.http.of(SMS)]

    async def says(self, address: str, token: str = TOKEN, kind: str = FORM, **told: str) -> httpx.Response:
        """A receipt, signed."""
        signature = RequestValidator(token).compute_signature(address, told)
        headers = {"X-Twilio-Signature": signature, "Content-Type": kind}
        async with self.house.standing.client() as client:
            path = address.removeprefix(OUTSIDE)
            return await client.post(path, content=urlencode(told), headers=headers)

    async def stands(self, alert: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
        """State and failure of what left the house, by channel."""
        log = await self.house.got(f"/v1/alerts/{alert['id']}/notices")
        return {
            one["channel"]: (one["state"], one["failure"]) for one in log["deliveries"] if one["channel"] != "inbox"
        }


@pytest.fixture
async def phone(mongo_url: str, database_name: str) -> AsyncIterator[Phone]:
    async with provider() as http:
        settings = {
            "twilio_url": http.url, "twilio_account": "AC1", "twilio_token": TOKEN, "twilio_callback_url": OUTSIDE,
            "sms_from": "+15005550006", "whatsapp_from": "+15005550007",
        }  # fmt: skip
        async with bell(mongo_url, database_name, **settings) as house:
            yield Phone(house, http)


async def test_letter_that_arrived_is_delivered_and_stays_so(phone: Phone) -> None:
    alert = await phone.rung()
    [address] = phone.addresses()
    told = [await phone.says(address, MessageStatus=word) for word in ("sent", "delivered", "read", "failed")]
    assert [one.status_code for one in told] == [204] * 4
    assert await phone.stands(alert) == {"whatsapp": ("delivered", None)}
    rows = await phone.house.mongo.collection("notifications").find({"channel": "whatsapp"})
    assert [(line["state"], line["code"]) for line in rows[0]["log"]] == [("sent", "ok"), ("delivered", "ok")]


async def test_letter_that_was_lost_goes_the_next_way_once(phone: Phone) -> None:
    alert = await phone.rung()
    [address] = phone.addresses()
    for _ in range(2):
        assert (await phone.says(address, MessageStatus="undelivered", ErrorCode="63016")).status_code == 204
    await phone.send()
    assert await phone.stands(alert) == {"whatsapp": ("failed", "twilio_63016"), "sms": ("sent", None)}
    [_, second] = phone.addresses()
    await phone.says(second, MessageStatus="delivered")
    assert (await phone.stands(alert))["sms"] == ("delivered", None)


async def test_alert_that_was_answered_meanwhile_calls_nobody_for_a_lost_letter(phone: Phone) -> None:
    alert = await phone.rung()
    assert (await phone.house.post(f"/v1/alerts/{alert['id']}/acknowledge", ANA)).is_success
    await phone.says(phone.addresses()[0], MessageStatus="failed")
    await phone.send()
    assert await phone.stands(alert) == {"whatsapp": ("failed", "twilio_failed"), "sms": ("skipped", "answered")}


@pytest.mark.parametrize(
    ("word", "stands"),
    [
        ("delivered", {"whatsapp": ("delivered", None)}),
        ("failed", {"whatsapp": ("failed", "twilio_failed"), "sms": ("pending", None)}),
    ],
)
async def test_receipt_that_outruns_the_news_of_the_sending_counts(
    phone: Phone, word: str, stands: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    outgoing = phone.house.standing.app.state.sending._outgoing
    settle, claim = outgoing.settle, outgoing.claim

    async def outrun(scope: Any, settled: Any) -> None:
        # The provider is faster than the transaction that says that the letter has left.
        for _ in settled:
            assert (await phone.says(phone.addresses()[0], MessageStatus=word)).status_code == 204
        await settle(scope, settled)

    async def first_only(scope: Any, queue: str, *asked: Any) -> Any:
        return await claim(scope, queue, *asked) if queue == "whatsapp" else []

    monkeypatch.setattr(outgoing, "settle", outrun)
    monkeypatch.setattr(outgoing, "claim", first_only)
    alert = await phone.rung()
    assert await phone.stands(alert) == stands


async def test_receipt_of_a_try_that_was_not_heard_of_ends_the_tries(phone: Phone) -> None:
    phone.http.answers[SMS] = [504]
    alert = await phone.rung()
    assert await phone.stands(alert) == {"whatsapp": ("pending", "http_504")}
    [address] = phone.addresses()
    assert (await phone.says(address, MessageStatus="delivered")).status_code == 204
    await phone.house.mongo.collection("notifications").update_many({"st": "pending"}, {"$set": {"retry_at": None}})
    await phone.send()
    assert (await phone.stands(alert), len(phone.addresses())) == ({"whatsapp": ("delivered", None)}, 1)


async def test_receipt_with_a_wrong_signature_is_refused_and_moves_nothing(phone: Phone) -> None:
    alert = await phone.rung()
    [address] = phone.addresses()
    before = await phone.house.count()
    forged = [
        await phone.says(address, token="another", MessageStatus="failed"),
        await phone.says(f"{OUTSIDE}/v1/twilio/receipts/unheard-of", token="another", MessageStatus="failed"),
    ]
    async with phone.house.standing.client() as client:
        path = address.removeprefix(OUTSIDE)
        forged.append(await client.post(path, data={"MessageStatus": "failed"}))
        signed = RequestValidator(TOKEN).compute_signature(address, {"MessageStatus": "delivered"})
        other = {"X-Twilio-Signature": signed}
        forged.append(await client.post(path, data={"MessageStatus": "failed"}, headers=other))
        forged.append(await client.post(path + "x", data={"MessageStatus": "delivered"}, headers=other))
    assert {(one.status_code, one.json()["code"]) for one in forged} == {(401, "bad_signature")}
    assert await phone.stands(alert) == {"whatsapp": ("sent", None)}
    assert await phone.house.count() == before


async def test_receipt_of_another_shape_is_refused_by_what_is_wrong_with_it(phone: Phone) -> None:
    alert = await phone.rung()
    [address] = phone.addresses()
    answers = [
        await phone.says(address, SmsSid="SM1"),
        await phone.says(address, kind="application/json", MessageStatus="failed"),
        await phone.says(address, MessageStatus="failed", Body="x" * MAX_FORM),
        await phone.says(address, MessageStatus="failed", **{f"P{number}": "x" for number in range(200)}),
        await phone.says(f"{OUTSIDE}/v1/twilio/receipts/unheard-of", MessageStatus="failed"),
        await phone.says(address, MessageStatus="brand_new_word", NewParameter="?"),
    ]
    assert [one.status_code for one in answers] == [422, 415, 413, 422, 404, 204]
    assert answers[0].json()["breaches"][0]["field"] == "MessageStatus"
    assert await phone.stands(alert) == {"whatsapp": ("sent", None)}


async def test_without_an_address_outside_no_receipts_are_asked_for_or_taken(
    mongo_url: str, database_name: str
) -> None:
    async with provider() as http:
        settings = {"twilio_url": http.url, "twilio_account": "AC1", "twilio_token": TOKEN}
        numbers = {"sms_from": "+15005550006", "whatsapp_from": "+15005550007"}
        async with bell(mongo_url, database_name, **settings, **numbers) as house:
            phone = Phone(house, http)
            await phone.rung()
            form = parse_qs(http.of(SMS)[0][1].decode())
            said = await phone.says(f"{OUTSIDE}/v1/twilio/receipts/one", MessageStatus="failed")
    assert ("StatusCallback" in form, said.status_code) == (False, 401)
