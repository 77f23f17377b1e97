"""What a place says to guests and how it writes to them: templates proposed and decided, rules of sending changed."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.console.domain.problem import Down, Problem, Refused, not_answered
from services.console.domain.session import Viewer
from services.console.domain.talk import (
    CHANNELS,
    LANGUAGES,
    PlaceRules,
    Template,
    Templates,
    TemplateVersion,
    Wording,
    WouldRead,
    rules_of,
    texts_of,
)
from services.console.domain.tongue import _
from services.console.ports import Talk
from services.console.usecases.people import CHAIN, Page, People
from services.console.usecases.quiet import quietly


@dataclass(frozen=True)
class TemplatesView:
    """Everything a place says."""

    page: Page
    place: str
    templates: Templates | None


@dataclass(frozen=True)
class TemplateView:
    """One template of a place with the draft being written. `given`: what the form was sent with."""

    page: Page
    place: str
    code: str
    template: Template | None
    versions: Sequence[TemplateVersion] = ()
    preview: WouldRead | None = None
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def languages(self) -> list[str]:
        """The languages that have a box: the usual ones, and those that are there."""
        known = self.template.texts if self.template else {}
        return [*LANGUAGES, *sorted(set(known) - set(LANGUAGES))]

    def words(self, language: str, part: str) -> str:
        """What the box of a language holds: what was just written, else what is in force."""
        if self.given:
            return self.given.get(f"{part}.{language}", "")
        one = (self.template.texts if self.template else {}).get(language)
        return str(getattr(one, part) or "") if one else ""

    def differing(self, version: TemplateVersion) -> list[tuple[str, str, str]]:
        """The languages in which a version says something else: its name, what is in force, what it says."""
        now = self.template.texts if self.template else {}
        everywhere = sorted({*now, *version.texts})
        pairs = [(one, whole(now.get(one)), whole(version.texts.get(one))) for one in everywhere]
        return [pair for pair in pairs if pair[1] != pair[2] and pair[2]]

    def wrong(self, name: str) -> str:
        """What is wrong with one box."""
        fields = self.problem.fields if self.problem else {}
        return next((text for at, text in fields.items() if at == name or at.endswith(f".{name}")), "")


@dataclass(frozen=True)
class SendingView:
    """How a place writes to guests."""

    page: Page
    place: str
    rules: PlaceRules | None
    problem: Problem | None = None

    def rank(self, channel: str) -> str:
        """Its place in the order; empty: not used."""
        order = self.rules.rules.order if self.rules else ()
        return str(order.index(channel) + 1) if channel in order else ""

    @property
    def channels(self) -> Sequence[str]:
        """Every channel there is, those in use first."""
        return sorted(CHANNELS, key=lambda one: (self.rank(one) or "9", CHANNELS.index(one)))


def whole(one: Wording | None) -> str:
    """A wording as one text to compare."""
    if one is None:
        return ""
    head = f"{one.subject}\n" if one.subject else ""
    tail = f"\n{one.content}" if one.content else ""
    return f"{head}{one.text}{tail}"


class WordDesk:
    """Makes the editors and carries their steps."""

    def __init__(self, talk: Talk, people: People) -> None:
        self._talk, self._people = talk, people

    def _place(self, page: Page, place: str) -> str:
        return place or (page.properties[0].id if page.properties else CHAIN)

    async def all(self, viewer: Viewer, place: str) -> TemplatesView:
        """Everything a place says."""
        page = self._people.page(viewer)
        at = self._place(page, place)
        try:
            return TemplatesView(page, at, await self._talk.templates(viewer.access, at))
        except (Down, Refused) as failure:
            page.missing(failure, _("Message templates"))
            return TemplatesView(page, at, None)

    async def one(
        self,
        viewer: Viewer,
        place: str,
        code: str,
        problem: Problem | None = None,
        given: Mapping[str, str] | None = None,
        preview: WouldRead | None = None,
    ) -> TemplateView:
        """The editor of one template; a code that nobody knows yet begins empty."""
        page = self._people.page(viewer)
        try:
            found = await self._talk.template(viewer.access, place, code)
        except Refused as refusal:
            if refusal.problem.status != 404:
                page.missing(refusal, _("Message templates"))
                return TemplateView(page, place, code, None, problem=problem)
            found = Template(code=code)
        except Down as silent:
            page.missing(silent, _("Message templates"))
            return TemplateView(page, place, code, None, problem=problem)
        versions = await quietly(self._talk.versions(viewer.access, place, code), [])
        return TemplateView(page, place, code, found, versions, preview, problem, given or {})

    async def look(self, viewer: Viewer, place: str, code: str, values: Mapping[str, str]) -> TemplateView:
        """What the guest of a stay would read of the draft."""
        body: dict[str, Any] = {"stay_id": values.get("stay_id", ""), "texts": texts_of(values)}
        body |= {"language": values["language"]} if values.get("language") else {}
        try:
            told = await self._talk.preview(viewer.access, place, code, body)
        except Refused as refusal:
            return await self.one(viewer, place, code, refusal.problem, values)
        except Down as silent:
            return await self.one(viewer, place, code, not_answered(silent), values)
        return await self.one(viewer, place, code, None, values, told)

    async def propose(
        self, viewer: Viewer, place: str, code: str, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Propose the draft; it waits for another person."""
        body = {"texts": texts_of(values), "reason": values.get("reason", "")}
        return await _done(self._talk.propose(viewer.access, place, code, key, revision, body))

    async def decide(
        self, viewer: Viewer, place: str, code: str, version: int, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Approve, reject or take back a version."""
        body: dict[str, Any] = {"reason": values.get("reason", "")}
        if values.get("approve") in ("true", "false"):
            body |= {"approve": values["approve"] == "true", "digest": values.get("digest") or None}
        return await _done(self._talk.decide(viewer.access, place, code, version, key, revision, body))

    async def rules(self, viewer: Viewer, place: str, problem: Problem | None = None) -> SendingView:
        """How a place writes to guests."""
        page = self._people.page(viewer)
        at = self._place(page, place)
        try:
            return SendingView(page, at, await self._talk.rules(viewer.access, at), problem)
        except (Down, Refused) as failure:
            page.missing(failure, _("How guests are written to"))
            return SendingView(page, at, None, problem)

    async def change(
        self, viewer: Viewer, place: str, key: str, revision: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Give a place rules of its own."""
        try:
            body = rules_of(values)
        except Refused as refusal:
            return refusal.problem
        return await _done(self._talk.change_rules(viewer.access, place, key, revision, body))


async def _done(told: Awaitable[object]) -> Problem | None:
    try:
        await told
    except Refused as refusal:
        return refusal.problem
    except Down as silent:
        return not_answered(silent)
    return None
