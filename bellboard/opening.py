"""Opening a hotel like another: what each service owns is copied through its own API, by that service's rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Answer = dict[str, Any]
COPIED, WAITS, NOTHING, STANDS = "copied", "waits for another person", "nothing of its own", "there already"


class Refused(Exception):
    """A service said no: its status, its code and its words."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class Services(Protocol):
    """The services, as the caller may use them."""

    def ask(
        self, method: str, service: str, path: str, body: Any = None, version: int | None = None, key: str | None = None
    ) -> Answer:
        """An answer; Refused when it is none."""
        ...


@dataclass(frozen=True)
class Step:
    """One thing that was to be copied, and what became of it; `note`: what a person has to look at."""

    what: str
    outcome: str
    note: str = ""


def copy(services: Services, template: str, new: str) -> Iterator[Step]:
    """Copy what the template says of itself; run again, what stands or waits already is left alone."""
    for what, step in STEPS.items():
        try:
            outcome, note = step(services, template, new)
        except Refused as refused:
            yield Step(what, "refused", refused.detail)
        else:
            yield Step(what, outcome, note)


def _rules(services: Services, template: str, new: str) -> tuple[str, str]:
    theirs = services.ask("GET", "records", f"/v1/rules?property={template}")["own"]
    shown = services.ask("GET", "records", f"/v1/rules?property={new}")
    people = [one for one in ("fallback_owners", "deputies") if theirs.get(one)]
    wanted = {name: value for name, value in theirs.items() if name not in people}
    note = f"Name {' and '.join(people).replace('_', ' ')} anew: they are people of {template}." if people else ""
    return _proposed(services, "records", f"/v1/rules/{new}", shown, wanted, template), note


def _alert_rules(services: Services, template: str, new: str) -> tuple[str, str]:
    theirs = services.ask("GET", "alerts", f"/v1/alert-rules/{template}")["own"]
    shown = services.ask("GET", "alerts", f"/v1/alert-rules/{new}")
    routes = theirs.get("routes") or []
    placed = any(one.get("destinations") for one in routes)
    if placed:
        theirs = theirs | {"routes": [{**one, "destinations": []} for one in routes]}
    note = f"Name the places that hear of alerts anew: they are those of {template}." if placed else ""
    return _proposed(services, "alerts", f"/v1/alert-rules/{new}", shown, theirs, template), note


def _proposed(services: Services, service: str, path: str, shown: Answer, wanted: Answer, template: str) -> str:
    if not _said(wanted):
        return NOTHING
    if _said(shown["own"]) == _said(wanted):
        return STANDS
    if any(_said(one["rules"]) == _said(wanted) for one in shown["waiting"]):
        return WAITS
    body = {"rules": wanted, "reason": f"As at {template}, to open a new hotel."}
    services.ask("PUT", service, path, body, shown["revision"])
    return WAITS


def _said(rules: Mapping[str, Any]) -> Answer:
    """What rules say: what is empty says nothing."""
    return {name: value for name, value in rules.items() if value not in (None, {}, [], ())}


def _sending_rules(services: Services, template: str, new: str) -> tuple[str, str]:
    theirs = services.ask("GET", "integrations", f"/v1/sending-rules/{template}")
    own = services.ask("GET", "integrations", f"/v1/sending-rules/{new}")
    if theirs["version"] == 0:
        return NOTHING, ""
    if own["version"] and own["rules"] == theirs["rules"]:
        return STANDS, ""
    services.ask("PUT", "integrations", f"/v1/sending-rules/{new}", theirs["rules"], own["version"] + 1)
    return COPIED, ""


def _templates(services: Services, template: str, new: str) -> tuple[str, str]:
    path = "/v1/message-templates"
    theirs, ours, chain = [
        services.ask("GET", "integrations", f"{path}/{place}")["templates"] for place in (template, new, "_chain")
    ]
    differ = sorted(code for code, texts in theirs.items() if texts != chain.get(code))
    missing = [code for code in differ if ours.get(code) != theirs[code]]
    for code in missing:
        _propose_template(services, f"{path}/{new}/{code}", theirs[code], template)
    links = "Read them: they may speak of the other hotel." if missing else ""
    return (WAITS if missing else STANDS if differ else NOTHING), links


def _propose_template(services: Services, path: str, texts: Answer, template: str) -> None:
    try:
        shown = services.ask("GET", "integrations", path)
    except Refused as refused:
        if refused.status != 404:
            raise
        shown = {"waiting": [], "revision": 1}  # a code that this place has never said anything by
    if not any(one["texts"] == texts for one in shown["waiting"]):
        body = {"texts": texts, "reason": f"As at {template}, to open a new hotel."}
        services.ask("PUT", "integrations", path, body, shown["revision"])


STEPS: dict[str, Callable[[Services, str, str], tuple[str, str]]] = {
    "rules": _rules,
    "alert rules, quiet hours, calendars": _alert_rules,
    "rules for sending to guests": _sending_rules,
    "message templates": _templates,
}


def posts(staff: list[Answer], template: str, new: str) -> list[Answer]:
    """The template's posts, without their people: who is to fill one gets a login and a name.

    Who works for the whole chain works at the new hotel, too, and has no post of its own.
    """
    taken = ("roles", "departments", "languages", "shifts", "skills")
    return [
        {"login": "", "display_name": "", "properties": [new]} | {name: one[name] for name in taken}
        for one in staff
        if one["properties"] and template in one["properties"] and one["active"] and not one["service"]
    ]
