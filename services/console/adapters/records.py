"""The records service over HTTP: the board, one record, and what can be done to it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from services.console.adapters.http import Client
from services.console.domain.answers import Step
from services.console.domain.cards import BoardPage, Card
from services.console.domain.many import ManyTold
from services.console.domain.records import Happening, Kind, Record
from shared.contracts.values import Wire

PATHS: Mapping[str, str] = {
    "check_value": "check-value",
    "fill_fields": "edit",
    "note": "notes",
    "hand_off": "hand-off",
    "raise_exception": "exceptions",
    "review_exception": "exceptions/{exception_id}/review",
    "decide_proposal": "proposals/{proposal_id}/decide",
    "add_line": "lines",
    "tell_guest": "messages",
    "ask": "questions",
    "answer": "answers",
    "add_item": "checklist",
    "tick": "ticks",
    "untick": "unticks",
    "link_stay": "link-stay",
    "repeat": "repeats",
    "take_price": "take-price",
    "place_bid": "place-bid",
    "grant_sale": "grant-sale",
    "cancel_sale": "cancel-sale",
    "correct_exception": "exceptions/{exception_id}/corrections",
}
"""The last part of a step's path, where it is not the step's own name."""


MOST_PAGES = 20
"""Of a thousand records each: more is not open in any hotel, and a board must end."""


class _Kinds(Wire):
    kinds: tuple[Kind, ...] = ()


class _History(Wire):
    events: tuple[Happening, ...] = ()


class _Opened(Wire):
    id: str


class RecordsClient:
    """Records, read and told with the viewer's own token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def board(self, access: str, property_ids: Sequence[str], ids: Sequence[str] = ()) -> list[Card]:
        """The cards of some properties, page by page, or only those of some ids."""
        boards = await asyncio.gather(*(self._board_of(access, one, ids) for one in property_ids))
        return [card for cards in boards for card in cards]

    async def _board_of(self, access: str, property_id: str, ids: Sequence[str]) -> list[Card]:
        params = {"property": property_id} | ({"ids": ",".join(ids)} if ids else {})
        page = self._client.parse(BoardPage, await self._client.get(access, "/v1/board", params))
        found = {card.id: card for card in page.cards}
        for _ in range(MOST_PAGES):
            if page.next is None or ids:
                break
            more = await self._client.get(access, "/v1/board", params | {"after": page.next})
            page = self._client.parse(BoardPage, more)
            # What moved from one page to the next while they were read is there once, as it was seen last.
            found |= {card.id: card for card in page.cards}
        return list(found.values())

    async def of_stay(self, access: str, stay_id: str) -> list[Card]:
        """The records of one stay."""
        answer = await self._client.get(access, f"/v1/stays/{stay_id}/journey")
        return list(self._client.parse(BoardPage, answer).cards)

    async def one(self, access: str, record_id: str) -> Record:
        """One record as the caller may see it."""
        return self._client.parse(Record, await self._client.get(access, f"/v1/records/{record_id}"))

    async def history(self, access: str, record_id: str) -> list[Happening]:
        """What happened to it, oldest first."""
        answer = await self._client.get(access, f"/v1/records/{record_id}/history")
        return list(self._client.parse(_History, answer).events)

    async def kinds(self, access: str) -> list[Kind]:
        """The kinds of record there are."""
        return list(self._client.parse(_Kinds, await self._client.get(access, "/v1/kinds")).kinds)

    async def open(self, access: str, key: str, body: Mapping[str, Any]) -> str:
        """Open a record; its id."""
        return self._client.parse(_Opened, await self._client.post(access, "/v1/records", body, key=key)).id

    async def subtask(self, access: str, parent: str, key: str, version: int, body: Mapping[str, Any]) -> str:
        """Open a part of a record; the id of the record that it is part of."""
        path = f"/v1/records/{parent}/subtasks"
        return self._client.parse(_Opened, await self._client.post(access, path, body, key=key, version=version)).id

    async def many(self, access: str, key: str, body: Mapping[str, Any]) -> ManyTold:
        """One command on many records, or what it would do."""
        return self._client.parse(ManyTold, await self._client.post(access, "/v1/records/bulk", body, key=key))

    async def attach(self, access: str, record_id: str, key: str, version: int, file: bytes, media: str) -> None:
        """Put a photo or PDF on a record."""
        path = f"/v1/records/{record_id}/attachments"
        await self._client.upload(access, path, file, media, key=key, version=version)

    async def file(self, access: str, record_id: str, file_id: str) -> tuple[bytes, str]:
        """The bytes of a photo or PDF, and what they are."""
        return await self._client.download(access, f"/v1/records/{record_id}/attachments/{file_id}")

    async def act(self, access: str, step: Step) -> None:
        """Do one step to a record at the version that was seen."""
        body = dict(step.body)
        path = PATHS.get(step.code, step.code)
        for named in ("exception_id", "proposal_id"):
            if f"{{{named}}}" in path:
                path = path.replace(f"{{{named}}}", str(body.pop(named, "none")))
        address = f"/v1/records/{step.record_id}/{path}"
        await self._client.post(access, address, body, key=step.key, version=step.version)
