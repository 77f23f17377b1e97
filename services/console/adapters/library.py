"""Reports of the reporting service, any of them, and the stays of integrations."""

import datetime as dt
from typing import Any

from services.console.adapters.http import Client
from services.console.domain.library import Answer, Behind, ReportInfo
from shared.contracts.stays import SeenStay
from shared.contracts.values import Wire


class _Reports(Wire):
    items: tuple[ReportInfo, ...] = ()


class _Stays(Wire):
    items: tuple[SeenStay, ...] = ()
    next: str | None = None


class LibraryClient:
    """Every report there is."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def reports(self, access: str) -> list[ReportInfo]:
        """The reports there are."""
        return list(self._client.parse(_Reports, {"items": await self._client.get(access, "/v1/reports")}).items)

    async def answer(self, access: str, name: str, property_id: str, start: dt.date, end: dt.date) -> Answer:
        """One report over some days of a hotel, or of all hotels for the empty string."""
        return self._client.parse(
            Answer, await self._client.get(access, f"/v1/reports/{name}", _asked(property_id, start, end))
        )

    async def behind(
        self, access: str, name: str, figure: str, property_id: str, start: dt.date, end: dt.date
    ) -> Behind:
        """The records behind one figure."""
        asked = _asked(property_id, start, end) | {"figure": figure, "limit": 500}
        return self._client.parse(Behind, await self._client.get(access, f"/v1/reports/{name}/records", asked))


class StaysClient:
    """The stays of a hotel."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def one(self, access: str, stay_id: str) -> SeenStay:
        """One stay."""
        return self._client.parse(SeenStay, await self._client.get(access, f"/v1/stays/{stay_id}"))

    async def page(
        self, access: str, property_id: str, status: str, date: dt.date | None, cursor: str
    ) -> tuple[list[SeenStay], str]:
        """A page of stays, and the cursor of the next."""
        asked: dict[str, Any] = {"property": property_id, "limit": 100}
        asked |= {"status": status} if status else {}
        asked |= {"date": date.isoformat()} if date else {}
        asked |= {"cursor": cursor} if cursor else {}
        page = self._client.parse(_Stays, await self._client.get(access, "/v1/stays", asked))
        return list(page.items), page.next or ""


def _asked(property_id: str, start: dt.date, end: dt.date) -> dict[str, Any]:
    days = {"from": start.isoformat(), "to": end.isoformat()}
    return days | ({"property": property_id} if property_id else {})
