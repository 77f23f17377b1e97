"""Schedules of reports, what they delivered, and spot checks, at the reporting service."""

from typing import Any

from services.console.adapters.http import Client
from services.console.domain.checks import SpotBook
from services.console.domain.timetable import Mail, Schedule
from shared.contracts.values import Wire

SCHEDULES, CHECKS = "/v1/schedules", "/v1/spot-checks"


class _Schedules(Wire):
    schedules: tuple[Schedule, ...] = ()


class _Mails(Wire):
    mails: tuple[Mail, ...] = ()


class TimetableClient:
    """With the viewer's own token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def schedules(self, access: str, property_id: str) -> list[Schedule]:
        """The schedules in use at a hotel."""
        answer = await self._client.get(access, SCHEDULES, {"property": property_id})
        return list(self._client.parse(_Schedules, answer).schedules)

    async def make(self, access: str, key: str, body: dict[str, Any]) -> None:
        """Have a report delivered by itself."""
        await self._client.post(access, SCHEDULES, body, key=key)

    async def change(self, access: str, schedule_id: str, key: str, version: int, body: dict[str, Any]) -> None:
        """Say a schedule anew, whole."""
        await self._client.put(access, f"{SCHEDULES}/{schedule_id}", body, key=key, version=version)

    async def end(self, access: str, schedule_id: str, key: str, version: int) -> None:
        """End a schedule."""
        await self._client.delete(access, f"{SCHEDULES}/{schedule_id}", key=key, version=version)

    async def mails(self, access: str, run_id: str) -> list[Mail]:
        """What became of the e-mails of a delivery."""
        return list(self._client.parse(_Mails, await self._client.get(access, f"/v1/runs/{run_id}/mails")).mails)

    async def review(self, access: str, run_id: str, key: str, version: int) -> None:
        """The viewer has read a delivery."""
        await self._client.post(access, f"/v1/runs/{run_id}/review", key=key, version=version)

    async def checks(self, access: str, property_id: str) -> SpotBook:
        """What is to be checked at a hotel, and the plans of the last days."""
        return self._client.parse(SpotBook, await self._client.get(access, CHECKS, {"property": property_id}))

    async def draw(self, access: str, key: str, body: dict[str, Any]) -> None:
        """Draw the checks of a day."""
        await self._client.post(access, CHECKS, body, key=key)

    async def enter(self, access: str, check_id: str, key: str, version: int, body: dict[str, Any]) -> None:
        """Say what is really there."""
        await self._client.post(access, f"{CHECKS}/{check_id}/entry", body, key=key, version=version)
