"""The rules editor: a draft held against the rules in force and the past week, proposed, decided by another person."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.records import Kind
from services.console.domain.rule_forms import Draft, edited, house_edited
from services.console.domain.rulebook import Rules, RulesVersion, Simulation, draft_of, lean, plainly, stated
from services.console.domain.session import Viewer
from services.console.domain.tongue import _
from services.console.ports import Records, Rulebook
from services.console.usecases.people import CHAIN, Page, People
from services.console.usecases.quiet import nothing, quietly
from services.console.usecases.steps import problem_of, ruling_of
from shared.contracts.differences import Difference, differences

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class RulesView:
    """The rules of a place with the draft being written."""

    page: Page
    place: str
    rules: Rules | None
    versions: Sequence[RulesVersion] = ()
    draft: str = "{}"
    simulation: Simulation | None = None
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    kinds: Sequence[Kind] = ()
    above: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind | None:
        """The kind whose rules are being looked at: the one asked for, else the first."""
        named = self.given.get("kind", "")
        return next((one for one in self.kinds if one.code == named), self.kinds[0] if self.kinds else None)

    @property
    def writing(self) -> Draft:
        """The draft over what the level above says; a draft that cannot be read counts as saying nothing."""
        rules = self.rules or Rules(property_id=self.place, version=1, revision=0)
        return Draft(rules, self.own, self.above or rules.kinds, self.currency)

    @property
    def own(self) -> dict[str, Any]:
        """The draft as it is written; nothing where it cannot be read."""
        try:
            return draft_of(self.draft)
        except Refused:
            return {}

    @property
    def currency(self) -> str:
        """In which money is meant: the hotel's, and for the chain its first hotel's."""
        hotel = self.page.hotel_of(self.place)
        first = self.page.properties[0].currency if self.page.properties else "EUR"
        return hotel.currency if hotel else first

    def changes_of(self, version: RulesVersion) -> tuple[Difference, ...]:
        """What a version changes, part by part also where the place said nothing before: beside what is in force."""
        return tuple(part for one in version.changes for part in self._parts(one))

    def _parts(self, one: Difference) -> tuple[Difference, ...]:
        top, _, kind = one.path.partition(".")
        if self.rules is None or one.before is not None or not isinstance(one.after, Mapping) or top != "kinds":
            return (one,)
        held = self.rules.kinds.get(kind) or {}
        was = {name: held.get(name) for name in one.after}
        return differences(lean(was), lean(dict(one.after)), one.path) or (one,)

    @property
    def changes(self) -> tuple[Difference, ...]:
        """What the draft says otherwise than the place's own rules as they stand."""
        if self.rules is None:
            return ()
        was, writes = stated(self.rules.own), stated(self.own)
        before: dict[str, Any] = {name: self.rules.in_force.get(name) for name in {*was, *writes} - {"kinds"}}
        after: dict[str, Any] = {name: writes.get(name) for name in before}
        for kind in {*was.get("kinds", {}), *writes.get("kinds", {})}:
            parts = {*was.get("kinds", {}).get(kind, {}), *writes.get("kinds", {}).get(kind, {})}
            before[kind] = {part: (self.rules.kinds.get(kind) or {}).get(part) for part in parts}
            after[kind] = {part: self.writing.holds(kind, part) for part in parts}
        kinds = {*was.get("kinds", {}), *writes.get("kinds", {})}
        sides = ({"kinds": {k: one.pop(k) for k in kinds}} | one for one in (before, after))
        return differences(*(lean(side) for side in sides))

    @property
    def places(self) -> list[tuple[str, str]]:
        """The places a viewer may look at: their hotels, and the chain for who works for all of it."""
        return self.page.ruled


class RuleDesk:
    """Makes the editor and carries its steps."""

    def __init__(self, rulebook: Rulebook, records: Records, people: People) -> None:
        self._rulebook, self._records, self._people = rulebook, records, people

    async def show(
        self,
        viewer: Viewer,
        place: str,
        problem: Problem | None = None,
        given: Mapping[str, str] | None = None,
        draft: str = "",
        simulation: Simulation | None = None,
    ) -> RulesView:
        """The editor; without a draft it begins with the place's own rules."""
        page = self._people.page(viewer)
        at = place or (page.properties[0].id if page.properties else CHAIN)
        try:
            rules = await self._rulebook.read(viewer.access, at)
        except (Down, Refused) as failure:
            page.missing(failure, "Rules")
            return RulesView(page, at, None, problem=problem)
        chain = self._rulebook.read(viewer.access, CHAIN) if at != CHAIN else nothing(None)
        versions, kinds, above = await asyncio.gather(
            quietly(self._rulebook.versions(viewer.access, at), []),
            quietly(self._records.kinds(viewer.access), []),
            quietly(chain, None),
        )
        text = draft or plainly(rules.own)
        over = above.kinds if above else {}
        return RulesView(page, at, rules, versions, text, simulation, problem, given or {}, kinds, over)

    async def edit(self, viewer: Viewer, place: str, values: Mapping[str, str]) -> RulesView:
        """A draft with one thing otherwise: an entry of a kind, its clock, or a figure of the house."""
        text = values.get("rules", "") or "{}"
        try:
            own = draft_of(text)
            shown = await self.show(viewer, place, given=values, draft=text)
            if shown.rules is None or values.get("part") == "look":
                return shown
            if values.get("part") == "house":
                made = house_edited(own, values)
            elif shown.kind is None:
                raise Refused(Problem(422, "form_invalid", _("Choose a kind first.")))
            else:
                made = edited(shown.writing, shown.kind, values)
        except Refused as refusal:
            return await self.show(viewer, place, refusal.problem, values, text)
        return await self.show(viewer, place, given={"kind": values.get("kind", "")}, draft=plainly(made))

    async def simulate(self, viewer: Viewer, place: str, values: Mapping[str, str]) -> RulesView:
        """What the draft would have changed in the week that has passed."""
        text = values.get("rules", "")
        page = self._people.page(viewer)
        hotel = place if place != CHAIN else (page.properties[0].id if page.properties else place)
        since = (page.local(page.now, hotel) - WEEK).date().isoformat()
        try:
            body: dict[str, Any] = {"property_id": hotel, "rules": draft_of(text), "week_from": since}
            body |= {"level": "chain"} if place == CHAIN else {}
            told = await self._rulebook.simulate(viewer.access, body)
        except Refused as refusal:
            return await self.show(viewer, place, refusal.problem, values, text)
        except Down as silent:
            return await self.show(viewer, place, not_answered(silent), values, text)
        return await self.show(viewer, place, given=values, draft=text, simulation=told)

    async def propose(
        self, viewer: Viewer, place: str, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Propose the draft; it waits for another person."""
        try:
            body = {"rules": draft_of(values.get("rules", "")), "reason": values.get("reason", "")}
            await self._rulebook.propose(viewer.access, place, key, revision, body)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return None

    async def decide(
        self, viewer: Viewer, place: str, version: int, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Approve, reject or withdraw a version."""
        body = ruling_of(values)
        try:
            await self._rulebook.decide(viewer.access, place, version, key, revision, body)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return None
