"""The reporting service over HTTP."""

import datetime as dt

from services.console.clients.http import Client
from services.console.domain.house import Day
from services.console.domain.waterfall import Stretch
from shared.contracts.values import Wire


class _Waterfall(Wire):
    stretches: tuple[Stretch, ...] = ()


class ReportingClient:
    """The day's figures and the department waterfall."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def day(self, access: str, property_id: str, date: dt.date) -> Day:
        """The figures of one property's day."""
        params = {"property": property_id, "date": date.isoformat()}
        return self._client.parse(Day, await self._client.get(access, "/v1/reports/day", params))

    async def waterfall(self, access: str, record_id: str) -> list[Stretch]:
        """How long each department held a record."""
        answer = await self._client.get(access, f"/v1/records/{record_id}/waterfall")
        return list(self._client.parse(_Waterfall, answer).stretches)
