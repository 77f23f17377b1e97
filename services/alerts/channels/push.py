"""Web Push (RFC 8030) to the installed console: encrypted for the browser (RFC 8291), signed by VAPID (RFC 8292)."""

import asyncio
import json
from dataclasses import replace
from typing import Self
from urllib.parse import urlsplit

import httpx
from py_vapid import Vapid02  # type: ignore[import-untyped] # it ships no types
from pywebpush import WebPusher  # type: ignore[import-untyped] # nor does it

from services.alerts.channels.answers import tried
from services.alerts.domain.outgoing import Letter, Outcome, Result, To
from services.alerts.domain.preferences import Device
from services.alerts.ports.channels import Limits
from services.alerts.settings import Settings
from shared.contracts.alerts import Severity

TTL_S = 3600
URGENCY = {Severity.NOTICE: "low", Severity.WARNING: "normal", Severity.CRITICAL: "high"}
TOKEN_S = 12 * 3600
LONGEST = 500


def told_to_device(letter: Letter) -> dict[str, str]:
    """What the console's service worker reads: the letter's key, how grave it is, and its words."""
    return {"key": letter.key, "severity": letter.severity.value, "text": letter.text[:LONGEST]}


class Push:
    """Sends to every device of a person; one that takes it is enough."""

    name = "push"

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        assert settings.vapid_private_key is not None
        self._http, self._subject = http, settings.vapid_subject
        self._vapid = Vapid02.from_string(settings.vapid_private_key.get_secret_value())
        self.limits = Limits(settings.push_per_minute, at_once=8, timeout_s=20.0)

    @classmethod
    def of(cls, settings: Settings, outside: httpx.AsyncClient, providers: httpx.AsyncClient) -> Self | None:
        """The channel, where a VAPID key is given. Browsers name the services to call: that is done under guard."""
        return cls(settings, outside) if settings.vapid_private_key else None

    async def send(self, to: To, letter: Letter) -> Result:
        """Encrypt and send the letter to each device, side by side; gone only when all of them are."""
        results = await asyncio.gather(*(self._in_time(device, letter) for device in to.devices))
        order = (Outcome.SENT, Outcome.AGAIN, Outcome.DEAD, Outcome.GONE)
        best = min(results, key=lambda one: order.index(one.outcome), default=Result(Outcome.DEAD, "no_address"))
        gone = [device.endpoint for device, one in zip(to.devices, results, strict=True) if one.outcome is Outcome.GONE]
        return replace(best, gone=tuple(gone))

    async def _in_time(self, device: Device, letter: Letter) -> Result:
        try:
            async with asyncio.timeout(self.limits.timeout_s - 5):
                return await self._one(device, letter)
        except TimeoutError:
            return Result(Outcome.AGAIN, "timeout", maybe=True)

    async def _one(self, device: Device, letter: Letter) -> Result:
        told = told_to_device(letter)
        subscription = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
        try:
            parts = urlsplit(device.endpoint)
            sealed = WebPusher(subscription).encode(json.dumps(told).encode(), content_encoding="aes128gcm")
        except (ValueError, TypeError):
            return Result(Outcome.GONE, "bad_keys")
        until = int(letter.at.timestamp()) + TOKEN_S
        claims = {"sub": self._subject, "aud": f"{parts.scheme}://{parts.netloc}", "exp": until}
        headers = {
            **self._vapid.sign(claims),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_S),
            "Urgency": URGENCY[letter.severity],
            # A letter that waits at the push service is replaced by its own repetition.
            "Topic": letter.key.replace("-", "")[:32],
        }
        return await tried(lambda: self._http.post(device.endpoint, content=sealed["body"], headers=headers))
