"""Alerts and the providers it speaks to: a mailbox and an HTTP provider that listen here."""

import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from tests.factories.bell import GENERAL, PROPERTY, SECOND, Bell, bell
from tests.fakes.providers import Mailbox, Provider, mailbox, provider

WHY = {"reason": "Agreed in the morning meeting."}
VAPID = base64.urlsafe_b64encode(bytes(range(1, 33))).rstrip(b"=").decode()
SMS = "2010-04-01/Accounts/AC1/Messages.json"


class Town:
    """Alerts and the providers it speaks to."""

    def __init__(self, house: Bell, box: Mailbox, http: Provider) -> None:
        self.house, self.box, self.http = house, box, http

    async def wish(self, who: Any, **wishes: Any) -> None:
        """What somebody wants."""
        said = await self.house.ask("PUT", "/v1/me/notifications", who, wishes, **{"If-Match": '"1"'})
        assert said.status_code == 200, said.text

    async def routed(self, *routes: dict[str, Any]) -> None:
        """The hotel's routes, approved."""
        path = f"/v1/alert-rules/{PROPERTY}"
        body = {"rules": {"routes": list(routes)}, **WHY}
        assert (await self.house.ask("PUT", path, GENERAL, body, **{"If-Match": '"1"'})).status_code == 200
        decided = {"approve": True, **WHY}
        said = await self.house.post(f"{path}/versions/1/decide", SECOND, decided, **{"If-Match": '"2"'})
        assert said.status_code == 200, said.text

    async def send(self) -> int:
        """One turn of the sender."""
        return int(await self.house.standing.app.state.sending.turn())

    async def later(self) -> None:
        """Let every wait for a further try be over."""
        rows = self.house.mongo.collection("notifications")
        await rows.update_many({"st": "pending"}, {"$set": {"retry_at": None}})
        await self.send()

    async def deliveries(self, alert: str) -> list[tuple[str, str]]:
        """(channel, state) of what left the house for an alert."""
        log = await self.house.got(f"/v1/alerts/{alert}/notices")
        return [(one["channel"], one["state"]) for one in log["deliveries"] if one["channel"] != "inbox"]


@contextlib.asynccontextmanager
async def whole_town(mongo_url: str, database: str) -> AsyncIterator[Town]:
    """All of it, every channel installed."""
    async with mailbox() as (box, port), provider() as http:
        settings = {
            "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "mail_from": "bell@hotel.example",
            "twilio_url": http.url, "twilio_account": "AC1", "twilio_token": "token-of-the-account",
            "sms_from": "+15005550006", "whatsapp_from": "+15005550007",
            "vapid_private_key": VAPID, "outbound_loopback": True, "stream_s": 0.2,
        }  # fmt: skip
        async with bell(mongo_url, database, **settings) as house:
            yield Town(house, box, http)


async def destination(town: Town, kind: str, path: str) -> dict[str, Any]:
    """A place that listens here."""
    body = {"property_id": PROPERTY, "kind": kind, "name": kind, "url": f"{town.http.url}/{path}"}
    said = await town.house.post("/v1/alert-destinations", GENERAL, body)
    assert said.status_code == 201, said.text
    return dict(said.json())
