"""Quick entry: a new record in seconds, by room or public area."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.console.domain.actions import Input, asked
from services.console.domain.answers import body_of
from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.records import Kind
from services.console.domain.session import Viewer
from services.console.domain.tongue import _
from services.console.ports import Records
from services.console.usecases.board import Boards, CardView
from services.console.usecases.people import Page, People
from shared.contracts.values import instant_of, iso, zone

_ENOUGH = 4


@dataclass(frozen=True)
class EntryView:
    """The quick entry form as it stands."""

    page: Page
    kinds: list[Kind]
    kind: Kind | None
    inputs: list[Input]
    given: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    similar: list[CardView] = field(default_factory=list)

    @property
    def hotel(self) -> str:
        """The hotel it is for: the one given, else the first the viewer may see."""
        known = [one.id for one in self.page.properties]
        given = self.given.get("property_id", "")
        return given if given in known else (known[0] if known else "")

    @property
    def local_now(self) -> str:
        """The hotel's own time now, as the form's field of day and time holds it."""
        return f"{self.page.local(self.page.now, self.hotel):%Y-%m-%dT%H:%M}"

    @property
    def asked_already(self) -> str:
        """The record that answers this already, where that is why it was refused (S1); its id leads the message."""
        if self.problem is None or self.problem.code != "repeated_question":
            return ""
        return next(iter(self.problem.fields.get("insist", "").split()), "")

    def wrong(self, name: str) -> str:
        """What is wrong with one answer."""
        fields = self.problem.fields if self.problem else {}
        bare = name.rsplit(".", 1)[-1]
        return next((text for at, text in fields.items() if at in (name, bare) or at.endswith(f".{bare}")), "")


DESK_FIRST = ("guest_request", "service_recovery", "upsell_guest_request", "preference_note")
"""What is entered most with a guest standing there; the others follow as the workflows list them."""


def _asked_for(code: str) -> int:
    return DESK_FIRST.index(code) if code in DESK_FIRST else len(DESK_FIRST)


class Entry:
    """Makes the form, finds what looks alike, and opens the record."""

    def __init__(self, records: Records, boards: Boards, people: People) -> None:
        self._records, self._boards, self._people = records, boards, people

    async def show(self, viewer: Viewer, given: Mapping[str, str], problem: Problem | None = None) -> EntryView:
        """The form with what was given so far."""
        page = self._people.page(viewer)
        try:
            known = [kind for kind in await self._records.kinds(viewer.access) if kind.quick_entry]
            kinds = sorted(known, key=lambda kind: _asked_for(kind.code))
        except (Down, Refused) as failure:
            page.missing(failure, "Records")
            kinds = []
        kind = next((one for one in kinds if one.code == given.get("kind")), kinds[0] if kinds else None)
        inputs = questions(kind) if kind else []
        return EntryView(page, kinds, kind, inputs, given, problem, await self._similar(page, given, kind))

    async def similar(self, viewer: Viewer, given: Mapping[str, str]) -> list[CardView]:
        """Open work of the same place, that of the same kind first: perhaps it rang already."""
        return await self._similar(self._people.page(viewer), given, None)

    async def open(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> str | Problem:
        """Open the record a form describes; its id, or the refusal."""
        try:
            body = body_of(values)
            self._on_paper(viewer, body)
            parent = str(body.pop("parent", ""))
            if parent:
                return await self._part(viewer, parent, key, body)
            return await self._records.open(viewer.access, key, body)
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)

    def _on_paper(self, viewer: Viewer, body: dict[str, Any]) -> None:
        """When it happened, by the hotel's own clock, as the moment it was; raises Refused where that is none."""
        if body.pop("late", "") == "1" and "happened_at" not in body:
            body["happened_at"] = ""
        if "happened_at" in body:
            hotel = self._people.page(viewer).hotel_of(str(body.get("property_id", "")))
            body["happened_at"] = moment_at(str(body["happened_at"]), hotel.zone if hotel else "UTC")

    async def _part(self, viewer: Viewer, parent: str, key: str, body: Mapping[str, Any]) -> str:
        """Open it as a part of another record."""
        whole = await self._records.one(viewer.access, parent)
        part = {name: body[name] for name in ("kind", "fields") if name in body} | {"compulsory": True}
        return await self._records.subtask(viewer.access, parent, key, whole.version, part)

    async def _similar(self, page: Page, given: Mapping[str, str], kind: Kind | None) -> list[CardView]:
        room, hotel = given.get("room", "").strip(), page.hotel_of(given.get("property_id", ""))
        if not room or hotel is None:
            return []
        try:
            cards = await self._records.board(page.viewer.access, [hotel.id])
        except (Down, Refused):
            return []
        wanted = kind.code if kind else given.get("kind", "")
        here = [
            c for c in cards if c.open and room.casefold() in ((c.room or "").casefold(), (c.place or "").casefold())
        ]
        here.sort(key=lambda card: (card.kind != wanted, card.due_at))
        return await self._boards.views(page, here[:_ENOUGH])


def moment_at(local: str, zone_name: str) -> str:
    """A day and time as a form has them, e.g. 2026-11-22T02:10, as an instant; raises Refused for what is none."""
    try:
        return iso(instant_of(dt.datetime.fromisoformat(local).replace(tzinfo=None), zone(zone_name)))
    except (ValueError, OverflowError) as failure:
        wrong = {"happened_at": _("Say on which day and when it happened.")}
        raise Refused(Problem(422, "form_invalid", _("Something does not look right yet."), wrong)) from failure


def questions(kind: Kind) -> list[Input]:
    """What quick entry asks for a kind: the fields needed to open it, and the first two of the others."""
    needed = [spec for spec in kind.fields if spec.needed_by == "open"]
    more = [spec for spec in kind.fields if spec.needed_by != "open"][:2]
    return [
        *(asked(spec.name, kind) for spec in needed),
        *(asked(spec.name, kind, required=False) for spec in more),
    ]
