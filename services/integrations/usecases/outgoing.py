"""Sends or stores what is to be told to a guest: the way chosen last, written down before anything leaves."""

import datetime as dt
from dataclasses import dataclass

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
from services.integrations.domain.templates import Rendered, rendered
from services.integrations.ports import PmsRefused, PmsSilent
from services.integrations.ports.messaging import Letter, Way
from services.integrations.ports.vendors import PmsBusy
from services.integrations.usecases.choosing import Choosing, House
from services.integrations.usecases.commanding import CarryOut, Ready, Whose
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.messages import MessageState
from shared.contracts.staff import Mode
from shared.contracts.stays import Stay
from shared.contracts.values import Scope

NOT_SENT = frozenset({"no_consent"})
SILENT = "outcome_unknown"


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
        scope = Scope(chain=self.row.chain)
        if await self.house.messages.doubtful(scope, guest, self.letter.text) > 1:
            # Two in the same words: which of them the provider has cannot be told. News of it say so, or a person.
            return None
        known = await self.house.messages.references(scope, guest)
        handed = await self.way.found(self.letter, self.since, known)
        return self._after(handed) if handed else None


class SendMessages(CarryOut[GuestMessage]):
    """Works off the messages that wait."""

    def __init__(self, house: House) -> None:
        super().__init__(house.messages, self, NoBreaker(), house.clock)
        self._house, self._choosing = house, Choosing(house)

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
        if not row.send or not self._real(row.message.property_id):
            # Of a hotel that is no real one yet it is kept, as it would have been said.
            await self._house.messages.choose(scope, row)
            return Stored(row, house.clock)
        if profile is None:
            raise PmsRefused("no_address")
        rules = await house.rules.rules(scope, row.message.property_id)
        names = await self._choosing.ways(scope, row, profile, said, rules)
        await self._choosing.wait_for_day(scope, row, rules, names[0], stay, profile)
        way, watch = house.ways[names[0]], len(names) > 1 or row.tries
        languages = {"channel": way.name, "language": said.language}
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

    def _real(self, property_id: str) -> bool:
        mode = self._house.policy.mode(property_id)
        if mode is None:
            raise PmsBusy("property_unknown")
        return mode is Mode.LIVE

    def _left(self, row: GuestMessage, profile: Profile | None, said: Rendered) -> Ready[GuestMessage]:
        """One that may have left: only its own way counts."""
        way = self._house.ways.get(row.way) if row.way else None
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
            chain=row.chain,
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
        if row.language:
            profile = profile.model_copy(update={"language": row.language}) if profile else None
            stay = stay.model_copy(update={"language": row.language}) if stay else None
        return rendered(codes, profile, stay, wordings, self._house.links.of(row))
