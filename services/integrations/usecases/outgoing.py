"""Sends or stores what is to be told to a guest: the way chosen last, written down before anything leaves."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from services.integrations.domain.consents import allowed, purpose_of
from services.integrations.domain.endpoints import Endpoint
from services.integrations.domain.guests import Profile
from services.integrations.domain.mail import subject
from services.integrations.domain.messages import (
    ARRIVED,
    GuestMessage,
    Handed,
    Progress,
    concluded,
    moved,
    tried,
)
from services.integrations.domain.quiet import guest_zones, may_leave_at
from services.integrations.domain.sending_rules import SendingRules
from services.integrations.domain.templates import Rendered, rendered
from services.integrations.ports import PmsRefused, PmsSilent, StayStore
from services.integrations.ports.messaging import Breakers, Letter, Links, Outbound, Rules, Said, Templates, Way
from services.integrations.ports.vendors import PmsBusy
from services.integrations.usecases.commanding import CarryOut, Ready, Whose
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.contracts.messages import MessageState
from shared.contracts.stays import Stay
from shared.contracts.values import Scope

WINDOW = dt.timedelta(hours=24)
AWAKE = dt.timedelta(minutes=30)
"""Whoever wrote to us so recently is not asleep."""
NOT_SENT = frozenset({"no_consent"})
SILENT = "outcome_unknown"
DRAWER = "maildrop"


@dataclass(frozen=True)
class House:
    """What messages are made of and kept in."""

    messages: Outbound
    stays: StayStore
    ways: Mapping[str, Way]
    consents: Said
    rules: Rules
    templates: Templates
    breakers: Breakers
    links: Links
    policy: Policy
    clock: Clock


class NoBreaker:
    """Messages have a breaker for each way of each hotel, which is asked when the way is chosen."""

    async def find(self, scope: Scope, property_id: str) -> Endpoint:
        """All is well."""
        return Endpoint(property_id)

    async def failing(self, scope: Scope) -> list[Endpoint]:
        """None."""
        return []

    async def failed(self, scope: Scope, property_id: str, code: str, now: dt.datetime) -> Endpoint:
        """The way itself has noted it."""
        return Endpoint(property_id)

    async def worked(self, scope: Scope, property_id: str, now: dt.datetime) -> None:
        """The way itself has noted it."""


@dataclass(frozen=True)
class Stored:
    """A message that is kept and not sent."""

    row: GuestMessage
    clock: Clock
    idempotent = True

    async def send(self) -> GuestMessage:
        """It is kept."""
        return moved(self.row, MessageState.STORED, self.clock.now())

    async def look(self) -> GuestMessage | None:
        """Nothing was sent."""
        return None


@dataclass(frozen=True)
class ReadyMessage:
    """A message with the way it takes. `before`: what was handed over and has not arrived as far as we know."""

    row: GuestMessage
    letter: Letter
    way: Way
    house: House
    since: dt.datetime
    before: tuple[tuple[Way, str], ...] = ()

    @property
    def idempotent(self) -> bool:
        """Whether the way knows our ids."""
        return self.way.idempotent

    @property
    def _endpoint(self) -> tuple[Scope, str]:
        place = self.letter.message.property_id
        return Scope(chain=self.row.chain), f"{self.row.chain}|{place}|{self.way.name}"

    async def send(self) -> GuestMessage:
        """Hand it over; the row as it ended, or as it waits for the next way."""
        for way, reference in self.before:
            known = await way.state(self.letter.message.property_id, reference)
            if known is not None and known.state in ARRIVED:
                return self._after(Handed(known.state, reference), way)
        real = self.house.clock.real_now()
        try:
            handed = await self.way.deliver(self.letter)
        except PmsRefused as refused:
            return self._after(Handed(MessageState.FAILED, failure=refused.code))
        except PmsBusy as busy:
            await self.house.breakers.failed(*self._endpoint, busy.code, real)
            if self.row.next_ways and self._waited_enough():
                return self._after(Handed(MessageState.FAILED, failure=busy.code))
            raise
        except (PmsSilent, TimeoutError):
            await self.house.breakers.failed(*self._endpoint, SILENT, real)
            raise
        await self.house.breakers.worked(*self._endpoint, real)
        return self._after(handed)

    def _waited_enough(self) -> bool:
        limit = dt.timedelta(seconds=self.row.watch_s)
        return bool(limit) and self.house.clock.now() - self.row.message.at >= limit

    def _after(self, handed: Handed, way: Way | None = None) -> GuestMessage:
        now, by = self.house.clock.now(), (way or self.way).name
        row = tried(self.row, by, handed, now)
        if handed.state is MessageState.DELIVERED and way is None:
            # It was sent, too: what is told of it goes through every state.
            row = concluded(tried(self.row, by, Handed(MessageState.SENT, handed.reference), now), now)
            row = tried(row, by, handed, now)
        return concluded(row, now)

    async def look(self) -> GuestMessage | None:
        """Ask the provider whether it has it."""
        guest = self.row.message.guest_id or ""
        known = await self.house.messages.references(Scope(chain=self.row.chain), guest)
        handed = await self.way.found(self.letter, self.since, known)
        return self._after(handed) if handed else None


class SendMessages(CarryOut[GuestMessage]):
    """Works off the messages that wait."""

    def __init__(self, house: House) -> None:
        super().__init__(house.messages, self, NoBreaker(), house.clock)
        self._house = house

    def whose(self, row: GuestMessage) -> Whose:
        """See the port."""
        unknown = row.progress is Progress.UNKNOWN
        provenance = Provenance(row.correlation, row.causation)
        return Whose(row.message.id, row.chain, row.message.property_id, unknown, provenance)

    def refused(self, row: GuestMessage, code: str) -> GuestMessage:
        """See the port."""
        state = MessageState.SUPPRESSED if code in NOT_SENT else MessageState.FAILED
        return moved(row, state, self._house.clock.now(), failure=code)

    def unknown(self, row: GuestMessage) -> GuestMessage:
        """It may have gone out: a guest is never told twice, a person looks at it."""
        after = moved(row, MessageState.FAILED, self._house.clock.now(), failure=SILENT)
        return after.model_copy(update={"progress": Progress.UNKNOWN})

    async def ready(self, row: GuestMessage) -> Ready[GuestMessage]:
        """Find the words, then the way: consent, quiet hours and breakers count now, not when it was asked for."""
        house, scope = self._house, Scope(chain=row.chain)
        profile = await self._profile(scope, row)
        kept = await house.stays.get(scope, row.message.stay_id) if row.message.stay_id else None
        stay = kept.stay if kept else None
        said = await self._words(scope, row, profile, stay)
        row = row.model_copy(update={"text": said.text, "language": said.language})
        if row.progress in (Progress.SENDING, Progress.UNKNOWN):
            return self._left(row, profile, said)
        if not row.send:
            await self._house.messages.choose(scope, row)
            return Stored(row, house.clock)
        if profile is None:
            raise PmsRefused("no_address")
        rules = await house.rules.rules(scope, row.message.property_id)
        names = await self._ways(scope, row, profile, said, rules)
        await self._disturb(scope, row, rules, names[0], stay, profile)
        way, watch = house.ways[names[0]], len(names) > 1 or row.tries
        languages = {"channel": way.name, "language": profile.language}
        row = row.model_copy(
            update={
                "way": way.name,
                "next_ways": tuple(names[1:]),
                "watch_s": rules.fallback_min * 60 if watch else 0,
                "message": row.message.model_copy(update=languages),
            }
        )
        await house.messages.choose(scope, row)
        return self._letter(row, way, profile, said)

    def _left(self, row: GuestMessage, profile: Profile | None, said: Rendered) -> Ready[GuestMessage]:
        """One that may have left: only its own way counts."""
        way = self._house.ways.get(row.way or row.message.channel)
        if not row.send:
            return Stored(row, self._house.clock)
        if way is None or profile is None or way.address(profile) is None:
            raise PmsRefused(SILENT)
        return self._letter(row, way, profile, said)

    def _letter(self, row: GuestMessage, way: Way, profile: Profile, said: Rendered) -> ReadyMessage:
        house = self._house
        title = said.subject or subject(said.language)
        templated = way.windowed and said.content is not None
        letter = Letter(
            message=row.message,
            address=way.address(profile) or "",
            text=said.text,
            subject=title,
            content=said.content if templated else None,
            values=said.values,
            valid_s=row.watch_s if way.receipts and row.next_ways else None,
        )
        before = tuple(
            (house.ways[one.channel], one.reference)
            for one in row.counted
            if one.reference and one.failure == "not_delivered" and one.channel in house.ways
        )
        # The provider's own clock is real time; some slack, as it need not be ours.
        since = house.clock.real_now() - dt.timedelta(hours=26)
        return ReadyMessage(row, letter, way, house, since, before)

    async def _ways(
        self, scope: Scope, row: GuestMessage, profile: Profile, said: Rendered, rules: SendingRules
    ) -> list[str]:
        """The channels it may go by, best first; of those tried already none. Raises why there is none."""
        house, place, now = self._house, row.message.property_id, self._house.clock.now()
        given = await house.consents.given(scope, profile.id)
        purpose = purpose_of((row.template, row.message.topic_code))
        gone = {one.channel for one in row.counted if one.failure is not None}
        there = [name for name in rules.order if name in house.ways and house.ways[name].serves(place)]
        reach = [name for name in there if house.ways[name].address(profile) is not None]
        agreed = [name for name in reach if name not in gone and allowed(given, name, purpose)]
        # The drawer is where messages lie that no channel takes: it is no second way to somebody.
        real = [name for name in reach if name != DRAWER]
        found = [name for name in agreed if name in real] if real else agreed
        if not found:
            raise PmsRefused(_why(row, reach))
        open_ones, wait = [], None
        for name in found:
            if house.ways[name].windowed and said.content is None and not await self._window(scope, profile, name, now):
                continue
            until = await house.breakers.open_until(scope, f"{row.chain}|{place}|{name}", house.clock.real_now())
            if until is None:
                open_ones.append(name)
            else:
                wait = min(wait, until) if wait else until
        if not open_ones and wait is not None:
            raise PmsBusy("circuit_open", wait - house.clock.real_now())
        if not open_ones:
            raise PmsRefused("window_closed")
        return open_ones

    async def _window(self, scope: Scope, profile: Profile, channel: str, now: dt.datetime) -> bool:
        last = await self._house.messages.last_inbound(scope, profile.id, channel)
        return last is not None and now - last < WINDOW

    async def _disturb(
        self,
        scope: Scope,
        row: GuestMessage,
        rules: SendingRules,
        channel: str,
        stay: Stay | None,
        profile: Profile,
    ) -> None:
        """Wait for the end of the guest's quiet hours, unless it is urgent or they have just written."""
        now = self._house.clock.now()
        named = {row.template, row.message.topic_code} & set(rules.urgent)
        if rules.quiet is None or channel not in rules.quiet_channels or row.urgent or named:
            return
        last = await self._house.messages.last_inbound(scope, profile.id)
        if last is not None and now - last < AWAKE:
            return
        hotel = self._house.policy.property(row.chain, row.message.property_id)
        until = may_leave_at(now, rules.quiet, guest_zones(stay, profile, hotel.zone if hotel else "UTC"))
        if until > now:
            real = self._house.clock
            raise PmsBusy("quiet_hours", real.real_of(until) - real.real_now())

    async def _profile(self, scope: Scope, row: GuestMessage) -> Profile | None:
        guest = row.message.guest_id
        found = await self._house.stays.profiles(scope, [guest]) if guest else []
        return found[0] if found else None

    async def _words(self, scope: Scope, row: GuestMessage, profile: Profile | None, stay: Stay | None) -> Rendered:
        language = profile.language if profile else row.message.language
        if row.progress is not Progress.PENDING and row.text is not None:
            return Rendered(row.text, row.language or language)
        if row.draft is not None:
            draft = await self._house.messages.draft(scope, row.draft.ref)
            if draft is None:
                raise PmsRefused("draft_missing")
            if draft.reference.digest != row.draft.digest:
                raise PmsRefused("draft_changed")
            return Rendered(draft.text, language)
        if row.text is not None and row.template is None:
            return Rendered(row.text, row.language or language)
        wordings = await self._house.templates.wordings(scope, row.message.property_id, self._house.clock.now())
        codes = (row.template, row.message.topic_code)
        return rendered(codes, profile, stay, wordings, self._house.links.of(row))


def _why(row: GuestMessage, reach: list[str]) -> str:
    failures = [one.failure for one in row.counted if one.failure is not None]
    if failures:
        return str(failures[-1])
    return "no_consent" if reach else "no_address"
