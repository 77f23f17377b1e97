"""One person's devices: each is told by itself, and one that is gone is known as such although another took it."""

import base64
from types import SimpleNamespace
from typing import Any, cast

import httpx
from pydantic import SecretStr

from services.alerts.api.own import DEVICE
from services.alerts.channels.push import Push
from services.alerts.domain.outgoing import SENT, Letter, Outcome, Result, To
from services.alerts.domain.preferences import Device
from shared.contracts.alerts import Severity
from tests.factories.records import NOON, PROPERTY

KEY = base64.urlsafe_b64encode(bytes(range(1, 33))).rstrip(b"=").decode()
LETTER = Letter(key="k", severity=Severity.WARNING, subject="late", lines=("late",), property_id=PROPERTY, at=NOON)
GONE, GOOD = (Device.model_validate({**DEVICE, "endpoint": f"https://push.example.net/{name}"}) for name in "ab")


class Half(Push):
    """A push service that knows one of the browsers."""

    async def _one(self, device: Device, letter: Letter) -> Result:
        return Result(Outcome.GONE, "http_410") if device == GONE else SENT


async def test_device_that_is_gone_is_told_beside_the_one_that_took_the_letter() -> None:
    told = SimpleNamespace(vapid_private_key=SecretStr(KEY), vapid_subject="mailto:a@b.example", push_per_minute=600)
    async with httpx.AsyncClient() as http:
        result = await Half(cast("Any", told), http).send(To(devices=(GONE, GOOD)), LETTER)
    assert (result.outcome, result.gone) == (Outcome.SENT, (GONE.endpoint,))
