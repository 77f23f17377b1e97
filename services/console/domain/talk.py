"""The conversation with a guest as integrations tells it, and what would become of more; templates and rules."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from services.console.domain.problem import Problem, Refused
from services.console.domain.tongue import _
from shared.contracts.values import Instant, Wire


class Said(Wire):
    """One message to or from a guest."""

    id: str
    property_id: str
    stay_id: str | None = None
    record_id: str | None = None
    direction: str
    channel: str
    language: str = "en"
    topic_code: str = ""
    state: str
    failure: str | None = None
    text: str | None = None
    template: str | None = None
    flagged: bool = False
    auto: str | None = None
    media: int = 0
    sender: str | None = None
    written_by: str | None = None
    waits_until: Instant | None = None
    waits_for: str | None = None
    dead: bool = False
    at: Instant
    version: int

    @property
    def inbound(self) -> bool:
        """Whether the guest wrote it."""
        return self.direction == "inbound"

    @property
    def doubtful(self) -> bool:
        """Whether it may have arrived: it is not sent again without asking."""
        return self.failure == "outcome_unknown"

    @property
    def again(self) -> bool:
        """Whether it may be written once more: it failed, and there are words to say again."""
        return not self.inbound and self.state == "failed" and bool(self.text)


class ThreadHead(Wire):
    """A thread without its words."""

    stay_id: str
    property_id: str
    guest_id: str | None = None
    channel: str = ""
    language: str = "en"
    waiting: bool = False
    unanswered: int = 0
    last: Instant
    version: int = 1


class Thread(Wire):
    """A thread with its words, newest first."""

    thread: ThreadHead | None = None
    items: tuple[Said, ...] = ()
    next: str | None = None

    @property
    def told(self) -> Sequence[Said]:
        """As one reads: oldest first."""
        return self.items[::-1]


class Outlook(Wire):
    """What would become of a message now."""

    channel: str | None = None
    language: str = "en"
    leaves_at: Instant | None = None
    why: str | None = None
    quiet_from: dt.time | None = None
    quiet_until: dt.time | None = None


class Wording(Wire):
    """What a template says in one language."""

    text: str
    subject: str | None = None
    content: str | None = None


class WouldRead(Wire):
    """What the guest would read."""

    language: str
    subject: str | None = None
    text: str
    content: str | None = None


class TemplateVersion(Wire):
    """One version of a template: who asked for it, who decided, what it says."""

    version: int
    state: str
    digest: str = ""
    proposed_by: str = ""
    proposed_at: Instant | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    decision: str | None = None
    starts_at: Instant | None = None
    texts: Mapping[str, Wording] = Field(default_factory=dict)


class Template(Wire):
    """What a place says by one code, and what waits."""

    code: str
    texts: Mapping[str, Wording] = Field(default_factory=dict)
    waiting: tuple[TemplateVersion, ...] = ()
    revision: int = 1


class Templates(Wire):
    """Everything a place says, by code and language; `waiting`: codes with something that waits."""

    place: str
    templates: Mapping[str, Mapping[str, Wording]] = Field(default_factory=dict)
    waiting: tuple[str, ...] = ()


class Quiet(Wire):
    """From when to when nobody is disturbed, in local time."""

    start: dt.time
    end: dt.time


class SendingRules(Wire):
    """How a place writes to guests."""

    order: tuple[str, ...] = ()
    quiet: Quiet | None = None
    quiet_channels: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    fallback_min: int = 30


class PlaceRules(Wire):
    """A place's rules; version 0: it has none of its own."""

    place: str
    rules: SendingRules
    version: int = 0
    changed_by: str | None = None
    changed_at: Instant | None = None


LANGUAGES = ("en", "de", "pt", "fr", "es")
"""The languages that a template has a box for, and those it has already."""
CHANNELS = ("email", "whatsapp", "sms", "maildrop")


def written(values: Mapping[str, str]) -> dict[str, Any]:
    """The message of a form: words or a template; sent only where that was said."""
    template, text = values.get("template", ""), values.get("text", "")
    if not template and not text:
        raise Refused(Problem(422, "form_invalid", _("Write something, or choose a template."), {"text": _("Empty.")}))
    body: dict[str, Any] = {"send": values.get("send") == "true"}
    body |= {"template": template, "topic_code": template} if template else {"text": text}
    for name in ("urgent", "record_id"):
        body |= {name: values[name]} if values.get(name) else {}
    body |= {"language": values["language"]} if template and values.get("language") else {}
    return body


def texts_of(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The texts of a template's form: `text.de`, `subject.de`, `content.de`; a language without a text is left out."""
    languages = [name.partition(".")[2] for name, text in values.items() if name.startswith("text.") and text]
    parts = ("text", "subject", "content")
    return {one: {part: values[f"{part}.{one}"] for part in parts if values.get(f"{part}.{one}")} for one in languages}


def rules_of(values: Mapping[str, str]) -> dict[str, Any]:
    """The rules of a form: channels by their place in the order, quiet hours when both ends are there."""
    places = {one: values.get(f"order.{one}", "") for one in CHANNELS}
    order = sorted((one for one in CHANNELS if places[one].isdigit()), key=lambda one: int(places[one]))
    start, end = values.get("quiet_from", ""), values.get("quiet_until", "")
    if bool(start) != bool(end):
        words = _("Quiet hours need both ends, or none.")
        raise Refused(Problem(422, "form_invalid", words, {"quiet_from": words}))
    minutes = values.get("fallback_min", "")
    return {
        "order": order,
        "quiet": {"start": start, "end": end} if start else None,
        "quiet_channels": [one for one in CHANNELS if values.get(f"quiet.{one}")],
        "urgent": [one.strip() for one in values.get("urgent", "").split(",") if one.strip()],
        "fallback_min": int(minutes) if minutes.isdigit() and len(minutes) < 6 else minutes,
    }
