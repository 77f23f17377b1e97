"""The guests: answer what they were offered, ask for things, complain, and leave scores, through the channel's door."""

import asyncio
import datetime as dt
import json
import random
from collections import Counter
from typing import Any

import httpx
from pymongo import AsyncMongoClient

from deploy.demo.clock import DemoClock
from deploy.demo.hotels import CURRENCY

LOOK_S = 1.0
AGAIN_S = 0.5
ANSWERS, SCORES, ASKS, COMPLAINS = 0.8, 0.45, 0.10, 0.04
WISHES = ("extra_towels", "late_checkout", "airport_transfer", "quiet_room", "baby_cot")
TROUBLE = ("noise", "cleanliness")
CAMPAIGNS = ("spa_day", "half_board", "room_upgrade")
TAKES = {"pre_arrival_offer": 0.35, "campaign_reply": 0.6}
OFFERED = frozenset(TAKES)
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Guests:
    """Sees what the messaging channel delivered and what happened to stays, as the guests themselves would."""

    def __init__(self, mongo_url: str, url: str, tokens: dict[str, str], clock: DemoClock, seed: int) -> None:
        self._rows: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_url, tz_aware=True)
        self._url, self._tokens, self._clock, self._seed = url, tokens, clock, seed
        self._heard: set[str] = set()
        self.tally: Counter[str] = Counter()

    async def run(self, http: httpx.AsyncClient) -> None:
        """For ever: react to what is new."""
        while True:
            await self._react(http)
            await asyncio.sleep(LOOK_S)

    async def _react(self, http: httpx.AsyncClient) -> None:
        store = self._rows["bellboard_integrations"]
        told = await store["events"].find({"type": {"$in": ["message.delivered.v1", "message.sent.v1"]}}).to_list(None)
        moved = (
            await store["events"].find({"type": {"$in": ["stay.checked_in.v1", "stay.checked_out.v1"]}}).to_list(None)
        )
        for row in [*told, *moved]:
            if row["agg"] + row["type"] not in self._heard:
                self._heard.add(row["agg"] + row["type"])
                await self._one(http, row)

    async def _one(self, http: httpx.AsyncClient, row: dict[str, Any]) -> None:
        lot = random.Random(f"{self._seed}|{row['agg']}|{row['type']}")
        told = row["type"].startswith("message.")
        said = await self._answer(row, lot) if told else self._about_stay(row, lot)
        if said is None:
            return
        where = f"{self._url}/v1/guest-messages/{row['prop']}/{self._tokens[row['prop']]}"
        body = {"message_id": f"guest-{row['agg']}-{row['ver']}", **said}
        while True:
            try:
                reply = await http.post(where, json=body)
                self.tally[said["topic_code"] if reply.is_success else f"refused {reply.status_code}"] += 1
                if not reply.is_server_error:
                    return
            except httpx.TransportError:
                pass  # said again when the channel is back
            await asyncio.sleep(AGAIN_S)

    async def _answer(self, row: dict[str, Any], lot: random.Random) -> dict[str, Any] | None:
        message = _body(row)["message"]
        if message.get("record_id") is None or message["topic_code"] not in OFFERED or lot.random() > ANSWERS:
            return None
        record = await self._rows["bellboard_records"]["records"].find_one({"_id": message["record_id"]})
        sale = (record or {}).get("state", {}).get("sale") or {}
        if message["topic_code"] == "campaign_reply" and sale.get("state") != "open":
            return None  # it says what became of it: nobody answers that
        told = {"stay_id": message["stay_id"], "topic_code": message["topic_code"], "record_id": message["record_id"]}
        yes = lot.random() < TAKES[message["topic_code"]]
        if yes and sale.get("way") == "bid":
            bid = {"amount": 100 * lot.randint(15, 120), "currency": CURRENCY}
            return told | {"bid": bid, "channel": "web"}
        return told | {"answer": "accepted" if yes else "declined", "channel": "web"}

    @staticmethod
    def _about_stay(row: dict[str, Any], lot: random.Random) -> dict[str, Any] | None:
        told = {"stay_id": row["agg"], "channel": "web"}
        if row["type"] == "stay.checked_out.v1":
            if lot.random() > SCORES:
                return None
            return told | {
                "topic_code": "feedback",
                "score": lot.choices(range(11), (1, 1, 1, 2, 2, 4, 6, 12, 20, 18, 12))[0],
            }
        roll = lot.random()
        if roll < COMPLAINS:
            return told | {"topic_code": lot.choice(TROUBLE), "text": "Please have a look at our room."}
        if roll < COMPLAINS + ASKS:
            return told | {"topic_code": lot.choice(WISHES), "text": "Could we have this, please?"}
        if roll < COMPLAINS + ASKS + 0.06:
            campaign = lot.choice(CAMPAIGNS)
            return told | {"topic_code": campaign, "offer_id": f"campaign-{campaign}", "answer": "accepted"}
        return None


def _body(row: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(bytes(row["value"]))
    return loaded
