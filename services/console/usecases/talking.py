"""Conversations with guests on screen: what was said, what would become of an answer, and carrying it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.session import Viewer
from services.console.domain.talk import (
    Outlook,
    Said,
    Templates,
    Thread,
    ThreadHead,
    Wording,
    WouldRead,
    written,
)
from services.console.domain.talk_words import CHANNEL, why
from services.console.domain.tongue import _
from services.console.domain.words import said
from services.console.ports import Guests, Talk
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import nothing, quietly
from shared.contracts.stays import Stay

MOST_STAYS = 60
STATES = ("waiting", "answered", "all")


@dataclass(frozen=True)
class TalkView:
    """One conversation with its answer box. `shut`: why its words are not shown."""

    page: Page
    stay_id: str
    thread: Thread
    stay: Stay | None = None
    guest: str = ""
    outlook: Outlook | None = None
    templates: Mapping[str, Mapping[str, Wording]] = field(default_factory=dict)
    preview: WouldRead | None = None
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    record_id: str = ""
    shut: str = ""

    @property
    def property_id(self) -> str:
        """Whose hotel it is."""
        head = self.thread.thread
        return head.property_id if head else self.stay.property_id if self.stay else ""

    @property
    def writes(self) -> bool:
        """Whether the viewer may answer."""
        return self.page.can("request_message", "message")

    @property
    def languages(self) -> list[str]:
        """The languages of the templates, the guest's first."""
        known = {one for by in self.templates.values() for one in by}
        first = self.outlook.language if self.outlook else ""
        return sorted(known, key=lambda one: (one != first, one))

    @property
    def foretold(self) -> tuple[str, str]:
        """What becomes of an answer sent now, as a mood (good, wait, bad) and a sentence."""
        seen = self.outlook
        if seen is None:
            return "", ""
        way = said(CHANNEL, seen.channel) if seen.channel else ""
        if seen.leaves_at is not None:
            at = self.page.clock(seen.leaves_at, self.property_id)
            return "wait", _("{why} It leaves {time} at the earliest.", why=why(seen.why), time=at)
        if seen.channel is None:
            return "bad", _("It would not get there: {why}", why=why(seen.why))
        return "good", _("It leaves at once by {way}.", way=way)

    def author(self, one: Said) -> str:
        """Who wrote a message, as one says it."""
        if one.inbound:
            return self.guest or _("Guest")
        if one.written_by == self.page.viewer.id:
            return _("You")
        return self.page.name_of(one.written_by) if one.written_by else _("Bellboard")

    def wrong(self, name: str) -> str:
        """What is wrong with one answer of the form that was refused."""
        fields = self.problem.fields if self.problem else {}
        return fields.get(name, "")


@dataclass(frozen=True)
class ThreadsView:
    """The conversations of the viewer's hotels, those where a guest waits first asked for."""

    page: Page
    property_id: str
    state: str
    threads: Sequence[ThreadHead] = ()
    stays: Mapping[str, Stay] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> bool:
        """Whether the page knows nothing."""
        return bool(self.page.down or self.page.closed)

    def place(self, one: ThreadHead) -> str:
        """Room and guest, as far as they are known and may be shown."""
        stay = self.stays.get(one.stay_id)
        room, name = (stay.room if stay else None) or "", self.names.get(one.guest_id or "", "")
        return " · ".join(part for part in (room, name) if part) or _("Guest")


class Talking:
    """Makes the conversations and carries what is written in them."""

    def __init__(self, talk: Talk, guests: Guests, people: People) -> None:
        self._talk, self._guests, self._people = talk, guests, people

    async def threads(self, viewer: Viewer, property_id: str, state: str) -> ThreadsView:
        """The conversations of one hotel or all, the latest first."""
        page, wanted = self._people.page(viewer), state if state in STATES else STATES[0]
        hotel = property_id if page.hotel_of(property_id) else ""
        try:
            found = await self._talk.threads(viewer.access, hotel, wanted)
        except (Down, Refused) as failure:
            page.missing(failure, _("Guests' messages"))
            return ThreadsView(page, hotel, wanted)
        stays = await self.stays(viewer, [one.stay_id for one in found])
        names = await self._people.guests(page, [one.guest_id for one in found if one.guest_id])
        return ThreadsView(page, hotel, wanted, found, stays, names)

    async def stays(self, viewer: Viewer, ids: Sequence[str]) -> dict[str, Stay]:
        """Stays by their ids, as far as they are answered."""
        wanted = sorted(set(ids))[:MOST_STAYS]
        found = await asyncio.gather(*(quietly(self._guests.stay(viewer.access, one), None) for one in wanted))
        return {stay.id: stay for stay in found if stay is not None}

    async def show(
        self,
        viewer: Viewer,
        stay_id: str,
        given: Mapping[str, str] | None = None,
        problem: Problem | None = None,
        preview: WouldRead | None = None,
    ) -> TalkView:
        """One conversation; its words only where the viewer's role reads them."""
        page, values, shut, thread = self._people.page(viewer), dict(given or {}), "", Thread()
        stay = await quietly(self._guests.stay(viewer.access, stay_id), None)
        try:
            thread = await self._talk.thread(viewer.access, stay_id)
        except Refused as refusal:
            shut = refusal.problem.words
        except Down as silent:
            shut = _("{who} does not answer right now. The rest goes on.", who=_(silent.who))
        place = thread.thread.property_id if thread.thread else stay.property_id if stay else ""
        writes = page.can("request_message", "message")
        known = quietly(self._talk.templates(viewer.access, place), Templates(place=place))
        outlook, templates, names = await asyncio.gather(
            quietly(self._talk.outlook(viewer.access, stay_id), None) if writes else nothing(None),
            known if writes and place else nothing(Templates(place=place)),
            self._people.guests(page, [stay.guest_id] if stay and stay.guest_id else []),
        )
        again = next((one for one in thread.items if one.id == values.get("again") and one.again), None)
        values |= {"text": again.text or ""} if again and not values.get("text") else {}
        guest = names.get(stay.guest_id, "") if stay and stay.guest_id else ""
        return TalkView(
            page=page,
            stay_id=stay_id,
            thread=thread,
            stay=stay,
            guest=guest,
            outlook=outlook,
            templates=templates.templates,
            preview=preview,
            problem=problem,
            given=values,
            record_id=values.get("record_id", ""),
            shut=shut,
        )

    async def write(self, viewer: Viewer, stay_id: str, key: str, values: Mapping[str, str]) -> Problem | None:
        """Write to the guest, or only store it."""
        try:
            await self._talk.write(viewer.access, stay_id, key, written(values))
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
        return None

    async def look(self, viewer: Viewer, stay_id: str, values: Mapping[str, str]) -> TalkView:
        """What the guest would read, before anything is sent."""
        template, language = values.get("template", ""), values.get("language", "")
        try:
            if not template:
                body = written(values)
                words = WouldRead(language="", text=str(body["text"]))
                return await self.show(viewer, stay_id, values, preview=words)
            stay = await self._guests.stay(viewer.access, stay_id)
            place = stay.property_id if stay else ""
            asked = {"stay_id": stay_id} | ({"language": language} if language else {})
            told = await self._talk.preview(viewer.access, place, template, asked)
        except Refused as refusal:
            return await self.show(viewer, stay_id, values, refusal.problem)
        except Down as silent:
            return await self.show(viewer, stay_id, values, not_answered(silent))
        return await self.show(viewer, stay_id, values, preview=told)

    async def answered(self, viewer: Viewer, stay_id: str, key: str, version: int) -> Problem | None:
        """Say that nobody waits: it was answered by word of mouth, or asks nothing."""
        try:
            await self._talk.answered(viewer.access, stay_id, key, version)
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
        return None
