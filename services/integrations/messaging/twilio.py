"""SMS and WhatsApp in the shape of Twilio's Messages API (2010-04-01), one account for each hotel."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from services.integrations.domain.guests import Profile
from services.integrations.domain.messages import Handed
from services.integrations.domain.numbers import e164
from services.integrations.domain.twilio_words import STATES, TwilioAccount, failure_of
from services.integrations.ports import PmsRefused, PmsSilent
from services.integrations.ports.messaging import Letter
from services.integrations.ports.vendors import PmsBusy
from shared.contracts.messages import MessageState

TIMEOUT_S = 20.0
LONGEST = 1600
"""Characters that the API takes; what is longer is cut, and never split into several messages."""
FEWEST_S, MOST_S = 60, 36_000
"""What `ValidityPeriod` may be."""
MOST_WAIT = dt.timedelta(hours=1)
NOT_DONE = frozenset({429, 503})
"""Answers that say that nothing was accepted; after any other of 500 and above it may have been."""
PAGE = 50
CallBack = Callable[[str, str], str | None]
"""The address that news of a message come to, by hotel and message id; None where we have no public one."""


class Sms:
    """Text messages. Twilio knows no key for a repetition: what may be accepted is looked for, never repeated."""

    name, prefix, idempotent, receipts, windowed = "sms", "", False, True, False

    def __init__(self, accounts: Mapping[str, TwilioAccount], http: httpx.AsyncClient, call_back: CallBack) -> None:
        self._accounts, self._http, self._call_back = accounts, http, call_back

    def _sender(self, account: TwilioAccount) -> dict[str, str]:
        if account.service:
            return {"MessagingServiceSid": account.service}
        return {"From": account.sms_from} if account.sms_from else {}

    def serves(self, property_id: str) -> bool:
        """Whether a hotel has a number for it."""
        account = self._accounts.get(property_id)
        return account is not None and bool(self._sender(account))

    def address(self, profile: Profile) -> str | None:
        """The guest's number as E.164."""
        return e164(profile.phone, profile.country)

    async def deliver(self, letter: Letter) -> Handed:
        """Hand a letter over. Raises PmsRefused, PmsBusy or PmsSilent."""
        place = letter.message.property_id
        account = self._accounts[place]
        form = {"To": self.prefix + letter.address, **self._sender(account)}
        if letter.content:
            form |= {"ContentSid": letter.content, "ContentVariables": json.dumps(dict(letter.values))}
        else:
            form |= {"Body": letter.text[:LONGEST]}
        if letter.valid_s and not self.windowed:
            form |= {"ValidityPeriod": str(min(max(letter.valid_s, FEWEST_S), MOST_S))}
        back = self._call_back(place, letter.message.id)
        form |= {"StatusCallback": back} if back else {}
        try:
            answer = await self._http.post(self._url(account), data=form, auth=_signed(account), timeout=TIMEOUT_S)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as silent:
            raise PmsBusy("server_silent") from silent
        except httpx.HTTPError as lost:
            raise PmsSilent from lost
        return _handed(answer)

    @staticmethod
    def _url(account: TwilioAccount, reference: str | None = None) -> str:
        whole = f"{account.base_url}/2010-04-01/Accounts/{account.account}/Messages"
        return f"{whole}/{reference}.json" if reference else f"{whole}.json"

    async def found(self, letter: Letter, since: dt.datetime, known: frozenset[str]) -> Handed | None:
        """Look through what was sent to this number lately for these words, under an id that we do not know yet."""
        account = self._accounts.get(letter.message.property_id)
        if account is None:
            return None
        wanted = {"To": self.prefix + letter.address, "DateSent>": since.date().isoformat(), "PageSize": str(PAGE)}
        said = await self._asked(self._url(account), account, wanted)
        for one in said.get("messages", ()) if said else ():
            new = one.get("sid") not in known and _made(one) >= since
            if new and (letter.content or one.get("body", "").strip() == letter.text[:LONGEST].strip()):
                return _read(one)
        return None

    async def state(self, property_id: str, reference: str) -> Handed | None:
        """What became of one."""
        account = self._accounts.get(property_id)
        said = await self._asked(self._url(account, reference), account, {}) if account else None
        return _read(said) if said else None

    async def _asked(self, url: str, account: TwilioAccount, wanted: Mapping[str, str]) -> dict[str, Any] | None:
        try:
            answer = await self._http.get(url, params=wanted, auth=_signed(account), timeout=TIMEOUT_S)
        except httpx.HTTPError as silent:
            raise PmsBusy("server_silent") from silent
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            raise PmsBusy("server_busy", _after(answer))
        return _object(answer)


class WhatsApp(Sms):
    """The same by WhatsApp: words of ours within a day of the guest's own, else an approved template."""

    name, prefix, windowed = "whatsapp", "whatsapp:", True

    def _sender(self, account: TwilioAccount) -> dict[str, str]:
        return {"From": self.prefix + account.whatsapp_from} if account.whatsapp_from else {}


def _signed(account: TwilioAccount) -> tuple[str, str]:
    return account.account, account.secret


def _handed(answer: httpx.Response) -> Handed:
    if answer.status_code in NOT_DONE:
        raise PmsBusy("throttled" if answer.status_code == 429 else "server_busy", _after(answer))
    if answer.status_code in (401, 403):
        raise PmsBusy("not_known_there")
    if answer.status_code >= 500:
        raise PmsSilent
    said = _object(answer)
    if not answer.is_success:
        raise PmsRefused(failure_of(said.get("code")))
    if not isinstance(said.get("sid"), str):
        raise PmsSilent
    return _read(said)


def _read(said: Mapping[str, Any]) -> Handed:
    state = STATES.get(str(said.get("status")), MessageState.QUEUED)
    # Accepted is as good as sent: it is out of our hands, and news of it will come.
    state = MessageState.SENT if state is MessageState.QUEUED else state
    failure = failure_of(said.get("error_code")) if state is MessageState.FAILED else None
    return Handed(state, str(said.get("sid"))[:64], failure)


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _after(answer: httpx.Response) -> dt.timedelta | None:
    said = answer.headers.get("Retry-After", "")
    return min(dt.timedelta(seconds=int(said)), MOST_WAIT) if said.isdecimal() and len(said) < 7 else None


def _made(one: Mapping[str, Any]) -> dt.datetime:
    try:
        return parsedate_to_datetime(str(one.get("date_created"))).astimezone(dt.UTC)
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
