"""The reporting service over HTTP."""

import asyncio
import datetime as dt

from services.console.adapters.http import Client
from services.console.domain.day import Day, Figure, day_of
from services.console.domain.waterfall import Stretch
from shared.contracts.values import Wire


class _Waterfall(Wire):
    rows: tuple[Stretch, ...] = ()


class _Answer(Wire):
    figures: tuple[Figure, ...] = ()


class ReportingClient:
    """The day's figures and the department waterfall."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def day(self, access: str, property_id: str, date: dt.date) -> Day:
        """The figures of one property's day, from three reports asked side by side."""
        day, times, causes = await asyncio.gather(
            *(self._report(access, name, property_id, date) for name in ("day", "completion_time", "exceptions"))
        )
        return day_of(property_id, date, day, times, causes)

    async def waterfall(self, access: str, record_id: str) -> list[Stretch]:
        """How long each department held a record."""
        answer = await self._client.get(access, f"/v1/records/{record_id}/waterfall")
        return list(self._client.parse(_Waterfall, answer).rows)

    async def _report(self, access: str, name: str, property_id: str, date: dt.date) -> tuple[Figure, ...]:
        params = {"property": property_id, "from": date.isoformat(), "to": date.isoformat()}
        return self._client.parse(_Answer, await self._client.get(access, f"/v1/reports/{name}", params)).figures
