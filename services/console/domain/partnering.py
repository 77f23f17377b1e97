"""Partners as the chain's administrator looks after them: what each hears, how its endpoint fares, what was sent."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from services.console.domain.policy_forms import ticked
from services.console.domain.problem import Problem, Refused
from services.console.domain.rulebook import codes
from services.console.domain.tongue import _, mark
from shared.contracts.partner_types import PUBLISHED
from shared.contracts.partner_versions import CURRENT
from shared.contracts.partners import COMPULSORY, GRANTABLE, OWN
from shared.contracts.values import Instant, Wire, instant_of, iso

STATE: Mapping[str, str] = {
    "active": mark("Sends"),
    "paused": mark("Paused"),
    "disabled": mark("Switched off: its endpoint took nothing"),
    "ended": mark("Ended"),
    "starting": mark("Sends what stands first"),
    "waiting": mark("Not sent yet"),
    "pending": mark("On its way"),
    "done": mark("Taken"),
    "dead": mark("Given up on"),
    "held": mark("Never sent: it broke the contract"),
}
WHY: Mapping[str, str] = {
    "failing": mark("It took nothing for five days."),
    "gone": mark("It said that it is gone for good."),
    "timeout": mark("It did not answer in time."),
    "blocked": mark("Its address is not allowed."),
}
"""Why an endpoint took nothing. Else the failure's own name, or the place where an event broke the contract."""
CLASSES = tuple(sorted(one.value for one in GRANTABLE))
TYPES = tuple(sorted(set(PUBLISHED) - COMPULSORY - OWN))
FIELDS: Mapping[str, str] = {name: needs.value for name, needs in CURRENT.selectable.items()}


def why(code: str) -> str:
    """Why an endpoint took nothing, in words where there are some."""
    return _(WHY[code]) if code in WHY else code


class PartnerShown(Wire):
    """A partner, and the most it may ever be told."""

    id: str
    name: str
    account_id: str | None = None
    classes: tuple[str, ...] = ()
    properties: tuple[str, ...] | None = None
    closed: bool = False
    topic: str = ""
    version: int


class SubscriptionShown(Wire):
    """What a partner hears, and how that fares; `secret` only right after it was made or changed."""

    id: str
    partner: str
    delivery: str
    url: str | None = None
    types: tuple[str, ...] = ()
    properties: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    classes: tuple[str, ...] = ()
    sandbox: bool = False
    state: str
    why: str | None = None
    failing_since: Instant | None = None
    failures: int = 0
    version: int
    secret: str | None = None


class DeliveryShown(Wire):
    """One event that was, or is to be, sent."""

    number: int
    id: str
    type: str
    subject: str
    time: Instant
    state: str
    attempts: int = 0
    due_at: Instant
    status: int | None = None
    fault: str | None = None


class DeliveryLog(Wire):
    """The delivery log, newest first; `next` leads on."""

    items: tuple[DeliveryShown, ...] = ()
    next: int | None = None


def partner_of(given: Mapping[str, str]) -> dict[str, Any]:
    """A new partner as integrations takes it; Refused says what is missing."""
    wrong = {
        title: _("Type it.") for name, title in (("id", _("Short name")), ("name", _("Name"))) if not given.get(name)
    }
    _refuse(wrong)
    body: dict[str, Any] = {
        "id": given["id"],
        "name": given["name"],
        "classes": ticked(given, "classes") or ["ordinary"],
        "properties": ticked(given, "properties") or None,
    }
    return body | ({"account_id": given["account_id"]} if given.get("account_id") else {})


def subscription_of(given: Mapping[str, str]) -> dict[str, Any]:
    """A new subscription as integrations takes it; Refused says what is missing."""
    webhook = given.get("delivery") != "topic"
    wrong: dict[str, str] = {}
    types = ticked(given, "types")
    if not types:
        wrong[_("Types")] = _("Choose at least one.")
    if webhook and not given.get("url", "").startswith("https://"):
        wrong[_("Address")] = _("A webhook needs an address that begins with https://.")
    _refuse(wrong)
    body: dict[str, Any] = {
        "delivery": "webhook" if webhook else "topic",
        "types": types,
        "properties": ticked(given, "properties") or None,
        "fields": ticked(given, "fields") or None,
        "classes": ticked(given, "classes") or ["ordinary"],
        "sandbox": given.get("sandbox") == "1",
    }
    return body | ({"url": given["url"]} if webhook else {})


def replay_of(given: Mapping[str, str], there: ZoneInfo) -> dict[str, Any]:
    """Which deliveries are sent again: by ids, or by a stretch of local time. Refused says what is missing."""
    ids = codes(given.get("ids", ""))
    if ids:
        return {"ids": ids}
    wrong: dict[str, str] = {}
    since = _moment(given.get("since", ""), _("From"), there, wrong)
    until = _moment(given.get("until", ""), _("Until"), there, wrong)
    _refuse(wrong)
    if since is None or until is None or until <= since:
        raise Refused(Problem(422, "form_invalid", _("Give event ids, or a time from and a later time until.")))
    return {"since": iso(since), "until": iso(until)}


def _moment(text: str, title: str, there: ZoneInfo, wrong: dict[str, str]) -> dt.datetime | None:
    try:
        return instant_of(dt.datetime.fromisoformat(text).replace(tzinfo=None), there)
    except ValueError:
        wrong[title] = _("Choose a day and a time.")
        return None


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Refused(Problem(422, "form_invalid", _("Something does not look right yet."), dict(wrong)))
