"""What people type when they write an offer or a campaign, as records takes it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from services.console.domain.answers import typed
from services.console.domain.policy_forms import ticked
from services.console.domain.problem import Problem, Refused
from services.console.domain.selling import CampaignTerms
from services.console.domain.tongue import LANGUAGES, _, mark

ARMS = ("a", "b", "c", "d")
CONDITIONS = (1, 2, 3)
MOMENT: Mapping[str, str] = {
    "pre_arrival": mark("Before arrival"),
    "in_house": mark("In the house"),
    "post_stay": mark("After the stay"),
}
CHANNEL: Mapping[str, str] = {
    "any": mark("As the guest agrees to"),
    "email": mark("E-mail"),
    "sms": mark("SMS"),
    "whatsapp": mark("WhatsApp"),
}
PER: Mapping[str, str] = {
    "stay": mark("per stay"),
    "night": mark("per night"),
    "person": mark("per person"),
    "person_night": mark("per person and night"),
    "unit": mark("each"),
}
USES: Mapping[str, str] = {
    "arrival": mark("on the day of arrival"),
    "departure": mark("on the day of departure"),
    "each_night": mark("every night"),
}
WAY: Mapping[str, str] = {
    "fixed": mark("at its price"),
    "standby": mark("to who stands by until its day"),
    "bid": mark("to who bids most"),
}


def campaign_terms(given: Mapping[str, str]) -> dict[str, Any]:
    """A campaign as the form describes it; Refused names what is missing or no number."""
    wrong: dict[str, str] = {}
    days = given.get("days", "")
    if not days.removeprefix("-").isdigit():
        wrong[_("Days")] = _("Type whole days; before arrival they are negative.")
    arms = [
        {
            "code": code,
            "offer_id": given[f"offer_{code}"],
            "weight": _whole(given, f"weight_{code}", _("Parts"), wrong) or 1,
        }
        for code in ARMS
        if given.get(f"offer_{code}")
    ]
    if not arms:
        wrong[_("Offer")] = _("Choose at least one offer.")
    terms: dict[str, Any] = {
        "code": given.get("code", ""),
        "title": given.get("title", ""),
        "moment": given.get("moment", "pre_arrival"),
        "arms": arms,
        "audience": _conditions(given, "audience", wrong),
        "languages": ticked(given, "language"),
        "channel": given.get("channel", "any"),
        "at": _clock(given.get("at", ""), wrong),
        "reply_days": _whole(given, "reply_days", _("Days to reply"), wrong),
    }
    _refuse(wrong)
    return {name: value for name, value in terms.items() if value is not None} | {"days": int(days)}


def typed_before(terms: CampaignTerms) -> dict[str, str]:
    """A campaign as somebody would have typed it, to be changed."""
    said: dict[str, Any] = {"code": terms.code, "title": terms.title, "moment": terms.moment, "days": terms.days}
    said |= {"at": terms.at.strftime("%H:%M") if terms.at else "", "channel": terms.channel}
    said |= {"reply_days": terms.reply_days}
    for code, arm in zip(ARMS, terms.arms, strict=False):
        said |= {f"offer_{code}": arm.offer_id, f"weight_{code}": arm.weight}
    for number, one in zip(CONDITIONS, terms.audience, strict=False):
        said |= {f"expression_{number}": one.expression, f"message_{number}": one.message}
    return {name: str(value) for name, value in said.items()} | {f"language_{one}": "1" for one in terms.languages}


def offer_terms(given: Mapping[str, str], currency: str) -> dict[str, Any]:
    """A new offer as the form describes it; Refused names what is missing or no number."""
    wrong: dict[str, str] = {}
    texts = {
        code: {"title": given[f"title_{code}"], "text": given.get(f"text_{code}", "")}
        for code in LANGUAGES
        if given.get(f"title_{code}")
    }
    if not texts:
        wrong[_("Title")] = _("Give it a title in at least one language.")
    price = _money(given, "price", _("Price"), currency, wrong)
    if price is None:
        wrong.setdefault(_("Price"), _("Type an amount, e.g. 12.50."))
    departments = ticked(given, "department")
    if not departments:
        wrong[_("Departments")] = _("Choose who delivers it.")
    terms: dict[str, Any] = {name: given.get(name, "") for name in ("code", "service", "per", "uses", "way")}
    terms |= {name: given.get(name) or None for name in ("valid_from", "valid_until")}
    terms |= {"texts": texts, "price": price, "departments": departments, "instant": bool(given.get("instant"))}
    for name, title in (
        ("capacity", _("Places a day")),
        ("notice_hours", _("Hours of notice")),
        ("cancel_until_hours", _("Hours to cancel before")),
        ("decided_days", _("Days before it is decided")),
    ):
        terms[name] = _whole(given, name, title, wrong)
    for name, title in (("floor", _("Lowest price")), ("ceiling", _("Highest price")), ("reserve", _("Lowest bid"))):
        amount = _money(given, name, title, currency, wrong)
        terms[name] = amount["amount"] if amount else None
    terms["decided_at"] = _clock(given.get("decided_at", ""), wrong)
    terms["eligibility"] = _conditions(given, "eligible", wrong)
    _refuse(wrong)
    return {name: value for name, value in terms.items() if value not in (None, "")}


def _conditions(given: Mapping[str, str], rule: str, wrong: dict[str, str]) -> list[dict[str, str]]:
    made = []
    for number in CONDITIONS:
        expression, message = given.get(f"expression_{number}", ""), given.get(f"message_{number}", "")
        if expression and not message:
            wrong[_("That in words")] = _("Say in a sentence whom it is for.")
        if expression:
            made.append({"rule": f"{rule}_{number}", "expression": expression, "message": message[:200]})
    return made


def _whole(given: Mapping[str, str], name: str, title: str, wrong: dict[str, str]) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        wrong[title] = _("Type a whole number, e.g. 2.")
        return None
    return int(text)


def _money(
    given: Mapping[str, str], name: str, title: str, currency: str, wrong: dict[str, str]
) -> dict[str, Any] | None:
    if not given.get(name):
        return None
    try:
        found: dict[str, Any] = typed("money", given[name], currency)
    except ValueError as failure:
        wrong[title] = str(failure)
        return None
    return found


def _clock(text: str, wrong: dict[str, str]) -> str | None:
    if not text:
        return None
    try:
        return dt.time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        wrong[_("At")] = _("Type a time, e.g. 07:00.")
        return None


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Refused(Problem(422, "form_invalid", _("Something does not look right yet."), dict(wrong)))
