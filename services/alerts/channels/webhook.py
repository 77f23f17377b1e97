"""A webhook signed as Standard Webhooks 1.0.0 says: the letter's key is its id, the same for every try."""

import base64
import hashlib
import hmac
import json
from typing import Self

import httpx

from services.alerts.channels.answers import tried
from services.alerts.domain.outgoing import Letter, Result, To
from services.alerts.ports.channels import Limits
from services.alerts.settings import Settings
from shared.contracts.values import iso

PREFIX = "whsec_"


class Webhook:
    """Posts to an address that a hotel chose, under guard."""

    name = "webhook"

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.limits = Limits(per_minute=600, at_once=8, timeout_s=20.0)

    @classmethod
    def of(cls, settings: Settings, outside: httpx.AsyncClient, providers: httpx.AsyncClient) -> Self | None:
        """The channel: it needs no settings."""
        return cls(outside)

    async def send(self, to: To, letter: Letter) -> Result:
        """Post the letter as an event."""
        place = to.destination
        assert place is not None
        told = {"type": "alert.notice", "timestamp": iso(letter.at), "data": {"alerts": list(letter.about)}}
        body, stamp = json.dumps(told, separators=(",", ":")).encode(), str(int(letter.at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": letter.key,
            "webhook-timestamp": stamp,
            "webhook-signature": signed(place.secret, letter.key, stamp, body),
        }
        return await tried(lambda: self._http.post(place.url, content=body, headers=headers))


def signed(secret: str, key: str, stamp: str, body: bytes) -> str:
    """The signature of a body: HMAC-SHA256 over id, time and body, under the secret's bytes."""
    known = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(known, b".".join((key.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
