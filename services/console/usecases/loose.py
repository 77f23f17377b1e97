"""Loose ends: composed with rooms, reasons and approvers, and tied up."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.console.domain.loose import Comment, Difference, OutCommand
from services.console.domain.problem import Down, Problem, Refused
from services.console.domain.records import Record
from services.console.domain.session import Viewer
from services.console.domain.talk import Said
from services.console.domain.tongue import _
from services.console.ports import Guests, LooseEnds, Records, Talk
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import nothing, quietly
from services.console.usecases.steps import carried_out
from shared.contracts.records import MoneyLine
from shared.contracts.stays import Stay

Row = TypeVar("Row")
MOST_STORIES = 60
"""So many records are asked for their part of the story at once."""


@dataclass(frozen=True)
class Story:
    """One difference with what the record says of it: the line, its reason and who approved it."""

    difference: Difference
    record: Record | None = None

    @property
    def line(self) -> MoneyLine | None:
        """The record's line it is about: the one of that amount, else the only one there is."""
        lines = self.record.money if self.record else ()
        same = [one for one in lines if one.amount == self.difference.expected]
        return same[0] if same else (lines[0] if len(lines) == 1 else None)

    @property
    def reason(self) -> str:
        """Why it was asked for, as the record has it."""
        decided = [one for one in (self.record.proposals if self.record else ()) if one.line is not None]
        return next((one.reason or one.reason_code or "" for one in reversed(decided)), "")


@dataclass(frozen=True)
class LooseView:
    """One page of loose ends. `missing`: they could not be asked for, so nothing is said of them."""

    page: Page
    comments: Sequence[Comment] = ()
    messages: Sequence[Said] = ()
    commands: Sequence[OutCommand] = ()
    stories: Sequence[Story] = ()
    stays: Mapping[str, Stay] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def missing(self) -> bool:
        """Whether the page knows nothing."""
        return bool(self.page.down or self.page.closed)

    def room(self, stay_id: str | None) -> str:
        """The room of a stay, where it is known."""
        stay = self.stays.get(stay_id or "")
        return (stay.room if stay else None) or ""


class Loose:
    """Makes the pages and carries what is decided on them."""

    def __init__(self, loose: LooseEnds, records: Records, guests: Guests, people: People, talk: Talk) -> None:
        self._loose, self._records, self._guests, self._people = loose, records, guests, people
        self._talk = talk

    async def unrecorded(self, viewer: Viewer, problem: Problem | None = None) -> LooseView:
        """What the PMS says of stays, and what guests wrote, that nobody wrote down."""
        page = self._people.page(viewer)
        comments = await self._rows(page, self._loose.comments(viewer.access), _("Unrecorded work"))
        messages = await self._rows(page, self._talk.loose(viewer.access), _("Guests' messages"))
        about = [one.stay_id for one in comments] + [one.stay_id for one in messages if one.stay_id]
        stays = await self._stays(viewer, about)
        return LooseView(page, comments, messages, stays=stays, problem=problem)

    async def nothing_to_do(self, viewer: Viewer, message_id: str, key: str, version: int, why: str) -> Problem | None:
        """Say that a guest's message needs no record."""
        body = {"reason_code": why or "no_work"}
        return await carried_out(self._talk.settle(viewer.access, message_id, key, version, body))

    async def heard(self, viewer: Viewer, message_id: str, key: str, version: int, record_id: str) -> Problem | None:
        """Say on which record a guest's message is now."""
        body = {"record_id": record_id}
        return await carried_out(self._talk.settle(viewer.access, message_id, key, version, body))

    async def no_work(self, viewer: Viewer, comment_id: str, key: str, version: int, why: str) -> Problem | None:
        """Say that a comment needs no record."""
        return await carried_out(
            self._loose.settle(viewer.access, comment_id, key, version, {"reason_code": why or "no_work"})
        )

    async def recorded(self, viewer: Viewer, comment_id: str, key: str, version: int, record_id: str) -> Problem | None:
        """Say on which record a comment is now."""
        return await carried_out(self._loose.settle(viewer.access, comment_id, key, version, {"record_id": record_id}))

    async def commands(self, viewer: Viewer, problem: Problem | None = None) -> LooseView:
        """What another system did not take."""
        page = self._people.page(viewer)
        commands = await self._rows(page, self._loose.commands(viewer.access), _("Commands to other systems"))
        stays = await self._stays(viewer, [one.stay_id for one in commands if one.stay_id])
        return LooseView(page, commands=commands, stays=stays, problem=problem)

    async def redrive(self, viewer: Viewer, command_id: str, key: str, version: int, reason: str) -> Problem | None:
        """Have it tried again, with a reason."""
        return await carried_out(self._loose.redrive(viewer.access, command_id, key, version, reason))

    async def money(self, viewer: Viewer) -> LooseView:
        """What does not tie out, each with its whole story."""
        page = self._people.page(viewer)
        found = await self._rows(page, self._loose.differences(viewer.access), _("Money that differs"))
        found.sort(key=lambda one: -abs(one.gap.amount))
        told = await asyncio.gather(*(self._record(viewer, one) for one in found[:MOST_STORIES]))
        records = [*told, *([None] * (len(found) - len(told)))]
        stories = [Story(one, record) for one, record in zip(found, records, strict=True)]
        stays = await self._stays(viewer, [one.stay_id for one in found if one.stay_id])
        return LooseView(page, stories=stories, stays=stays)

    async def _record(self, viewer: Viewer, one: Difference) -> Record | None:
        asked = self._records.one(viewer.access, one.record_id) if one.record_id else nothing(None)
        return await quietly(asked, None)

    async def _stays(self, viewer: Viewer, ids: Sequence[str]) -> dict[str, Stay]:
        wanted = sorted(set(ids))[:MOST_STORIES]
        found = await asyncio.gather(*(quietly(self._guests.stay(viewer.access, one), None) for one in wanted))
        return {stay.id: stay for stay in found if stay is not None}

    async def _rows(self, page: Page, asked: Awaitable[list[Row]], what: str) -> list[Row]:
        try:
            return await asked
        except (Down, Refused) as failure:
            page.missing(failure, what)
            return []
