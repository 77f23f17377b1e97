"""Alert rules of a place, one's own wishes, and silences: shown, tried out, asked for, decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.console.domain.alerting import (
    AlertRulesShown,
    AlertTrial,
    AlertVersion,
    SilenceShown,
    WishesShown,
    silence_of,
    wishes_of,
    with_quiet,
    with_rule,
)
from services.console.domain.problem import Down, Problem, Refused
from services.console.domain.rulebook import draft_of, plainly
from services.console.domain.session import Viewer
from services.console.domain.tongue import _
from services.console.ports import Alerting
from services.console.usecases.people import CHAIN, Page, People
from services.console.usecases.quiet import quietly
from services.console.usecases.steps import carried_out, problem_of, ruling_of


@dataclass(frozen=True)
class BellRulesView:
    """The alert rules of a place with the draft being written."""

    page: Page
    place: str
    rules: AlertRulesShown | None
    versions: Sequence[AlertVersion] = ()
    draft: str = "{}"
    trial: AlertTrial | None = None
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def places(self) -> list[tuple[str, str]]:
        """The places a viewer may look at: their hotels, and the chain for who works for all of it."""
        return self.page.ruled

    @property
    def edited(self) -> bool:
        """Whether the draft says anything else than the place's own."""
        return self.rules is not None and self.draft != plainly(self.rules.own)


@dataclass(frozen=True)
class WishesView:
    """How the viewer wants to hear of alerts."""

    page: Page
    shown: WishesShown | None
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    done: bool = False


@dataclass(frozen=True)
class SilencesView:
    """What is silent at a hotel, and the form to keep more silent."""

    page: Page
    place: str
    silences: Sequence[SilenceShown] = ()
    rules: Sequence[str] = ()
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)


class BellDesk:
    """Makes these pages and carries their steps."""

    def __init__(self, alerting: Alerting, people: People) -> None:
        self._alerting, self._people = alerting, people

    async def rules(
        self,
        viewer: Viewer,
        place: str,
        problem: Problem | None = None,
        given: Mapping[str, str] | None = None,
        draft: str = "",
        trial: AlertTrial | None = None,
    ) -> BellRulesView:
        """The rules of a place; without a draft it begins with the place's own."""
        page = self._people.page(viewer)
        at = place or (page.properties[0].id if page.properties else CHAIN)
        try:
            rules = await self._alerting.rules(viewer.access, at)
        except (Down, Refused) as failure:
            page.missing(failure, "Alert rules")
            return BellRulesView(page, at, None, problem=problem)
        versions = await quietly(self._alerting.versions(viewer.access, at), [])
        text = draft or plainly(rules.own)
        return BellRulesView(page, at, rules, versions, text, trial, problem, given or {})

    async def edit(self, viewer: Viewer, place: str, values: Mapping[str, str]) -> BellRulesView:
        """A draft with one thing otherwise: a rule, or the quiet hours."""
        text = values.get("rules", "") or "{}"
        try:
            held, draft = await self._alerting.rules(viewer.access, place), draft_of(text)
            if "quiet_start" in values:
                made = with_quiet(draft, values["quiet_start"], values.get("quiet_end", ""))
            else:
                rule = next((one for one in held.in_force.rules if one.code == values.get("rule")), None)
                if rule is None:
                    raise Refused(Problem(422, "form_invalid", _("There is no such rule.")))
                made = with_rule(draft, rule, values)
        except (Refused, Down) as failure:
            return await self.rules(viewer, place, problem_of(failure), values, text)
        return await self.rules(viewer, place, draft=plainly(made))

    async def simulate(self, viewer: Viewer, place: str, values: Mapping[str, str]) -> BellRulesView:
        """What the draft would do with what is open now; the chain's is tried at the viewer's first hotel."""
        text, page = values.get("rules", ""), self._people.page(viewer)
        hotel = place if place != CHAIN else (page.properties[0].id if page.properties else place)
        try:
            told = await self._alerting.simulate(viewer.access, hotel, draft_of(text))
        except (Refused, Down) as failure:
            return await self.rules(viewer, place, problem_of(failure), values, text)
        return await self.rules(viewer, place, given=values, draft=text, trial=told)

    async def propose(
        self, viewer: Viewer, place: str, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Propose the draft; it waits for another person."""
        try:
            body = {"rules": draft_of(values.get("rules", "")), "reason": values.get("reason", "")}
        except Refused as refusal:
            return refusal.problem
        return await carried_out(self._alerting.propose(viewer.access, place, key, revision, body))

    async def decide(
        self, viewer: Viewer, place: str, version: int, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Approve, reject or withdraw a version."""
        body = ruling_of(values)
        return await carried_out(self._alerting.decide(viewer.access, place, version, key, revision, body))

    async def wishes(
        self,
        viewer: Viewer,
        problem: Problem | None = None,
        given: Mapping[str, str] | None = None,
        *,
        done: bool = False,
    ) -> WishesView:
        """The viewer's own."""
        page = self._people.page(viewer)
        try:
            shown = await self._alerting.wishes(viewer.access)
        except (Down, Refused) as failure:
            page.missing(failure, "My alerts")
            return WishesView(page, None, problem)
        return WishesView(page, shown, problem, given or {}, done)

    async def wish(self, viewer: Viewer, key: str, revision: int, values: Mapping[str, str]) -> Problem | None:
        """Say them anew."""
        try:
            told = wishes_of(values)
        except Refused as refusal:
            return refusal.problem
        return await carried_out(self._alerting.wish(viewer.access, key, revision, told))

    async def device(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> Problem | None:
        """Let this browser take messages, or no more where nothing but its address is given."""
        if "p256dh" not in values:
            return await carried_out(self._alerting.drop_device(viewer.access, key, values.get("endpoint", "")))
        device = {name: values.get(name, "") for name in ("endpoint", "p256dh", "auth")}
        return await carried_out(self._alerting.add_device(viewer.access, key, device))

    async def silences(
        self, viewer: Viewer, place: str, problem: Problem | None = None, given: Mapping[str, str] | None = None
    ) -> SilencesView:
        """What is silent at a hotel."""
        page = self._people.page(viewer)
        at = place or (page.properties[0].id if page.properties else "")
        try:
            found = await self._alerting.silences(viewer.access, at)
        except (Down, Refused) as failure:
            page.missing(failure, "Silences")
            return SilencesView(page, at, problem=problem)
        book = await quietly(self._alerting.rules(viewer.access, at), None)
        rules = [one.code for one in book.in_force.rules if one.enabled] if book else []
        return SilencesView(page, at, found, rules, problem, given or {})

    async def silence(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> Problem | None:
        """Keep alerts silent for some hours."""
        try:
            body = silence_of(values, self._people.page(viewer).now)
        except Refused as refusal:
            return refusal.problem
        return await carried_out(self._alerting.silence(viewer.access, key, body))

    async def end_silence(
        self, viewer: Viewer, silence_id: str, key: str, version: int, values: Mapping[str, str]
    ) -> Problem | None:
        """End one before its time."""
        reason = values.get("reason", "")
        return await carried_out(self._alerting.end_silence(viewer.access, silence_id, key, version, reason))
