"""The rules editor: a draft held against the rules in force and the past week, proposed, decided by another person."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.rulebook import Rules, RulesVersion, Simulation, draft_of, plainly, with_clock
from services.console.domain.session import Viewer
from services.console.ports import Rulebook
from services.console.usecases.people import CHAIN, Page, People
from services.console.usecases.quiet import quietly

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

    @property
    def places(self) -> list[tuple[str, str]]:
        """The places a viewer may look at: their hotels, and the chain for who works for all of it."""
        return self.page.ruled


class RuleDesk:
    """Makes the editor and carries its steps."""

    def __init__(self, rulebook: Rulebook, people: People) -> None:
        self._rulebook, self._people = rulebook, people

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
        versions = await quietly(self._rulebook.versions(viewer.access, at), [])
        text = draft or plainly(rules.own)
        return RulesView(page, at, rules, versions, text, simulation, problem, given or {})

    async def clock(self, viewer: Viewer, place: str, values: Mapping[str, str]) -> RulesView:
        """A draft with another clock for one kind."""
        try:
            rules = await self._rulebook.read(viewer.access, place)
            own = with_clock(
                rules,
                values.get("kind", ""),
                values.get("accept", ""),
                values.get("complete", ""),
                values.get("warn", ""),
            )
        except Refused as refusal:
            return await self.show(viewer, place, refusal.problem, values)
        return await self.show(viewer, place, draft=plainly(own))

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
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
        return None

    async def decide(
        self, viewer: Viewer, place: str, version: int, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Approve, reject or withdraw a version."""
        body: dict[str, Any] = {"reason": values.get("reason", "")}
        if values.get("approve") in ("true", "false"):
            body |= {"approve": values["approve"] == "true", "digest": values.get("digest") or None}
        try:
            await self._rulebook.decide(viewer.access, place, version, key, revision, body)
        except Refused as refusal:
            return refusal.problem
        except Down as silent:
            return not_answered(silent)
        return None
