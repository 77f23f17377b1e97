"""Versions of what a place says to guests by one code: proposed whole, decided by another person; pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import Field

from services.integrations.domain.templates import BUILT_IN, FALLBACK_LANGUAGE, Wording, Wordings, place_faults
from shared.contracts import proposals
from shared.contracts.cards import card_numbers
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import Breach, breached
from shared.contracts.identity import Actor
from shared.contracts.messages import TemplateEvent, TemplateTold
from shared.contracts.proposals import Dated, Head, Said, Wish, standing
from shared.contracts.values import Code

CHAIN = "_chain"
Texts = Mapping[str, Wording]


class TemplateVersion(Dated):
    """One version of a code at a place; `place` is both (`city|welcome`)."""

    code: Code
    texts: dict[str, Wording] = Field(description="By language")
    reason: Said
    decision: Said | None = None

    @property
    def where(self) -> str:
        """The property, or `_chain`."""
        return self.place.partition("|")[0]


def place_of(where: str, code: str) -> str:
    """What versions are counted by."""
    return f"{where}|{code}"


def require_texts(texts: Texts) -> None:
    """Every fault at once: a language to fall back to, and no open place that nobody fills in."""
    faults = []
    if FALLBACK_LANGUAGE not in texts:
        faults.append(_breach("texts", "fallback_language", "Say it in English, too: it is what others fall back to."))
    for language, one in sorted(texts.items()):
        for name, said in (("text", one.text), ("subject", one.subject or "")):
            field = f"texts.{language}.{name}"
            odd = place_faults(said)
            if odd:
                faults.append(_breach(field, "unknown_place", f"Nothing fills in {', '.join(odd)}."))
            if card_numbers(said):
                faults.append(_breach(field, "card_number", f"{field} holds a card number; it was not stored."))
    if faults:
        raise breached(faults)


def _breach(field: str, rule: str, message: str) -> Breach:
    return Breach(field=field, rule=rule, message=message)


@dataclass(frozen=True)
class Asked:
    """What somebody wants a place to say."""

    where: str
    code: str
    texts: Texts
    effective_from: dt.datetime | None
    by: str
    reason: Said


def propose(asked: Asked, head: Head, now: dt.datetime) -> TemplateVersion:
    """A new version that waits for another person."""
    require_texts(asked.texts)
    texts = {language: one.model_dump(mode="json") for language, one in asked.texts.items()}
    wish = Wish(place_of(asked.where, asked.code), texts, asked.by, asked.effective_from)
    own = {"code": asked.code, "texts": dict(asked.texts), "reason": asked.reason}
    return proposals.propose(TemplateVersion, wish, head, now, "versions of this template", **own)


def decide(
    version: TemplateVersion, head: Head, approve: bool, by: str, reason: Said, shown: str | None, now: dt.datetime
) -> TemplateVersion:
    """As another person decided it."""
    return proposals.decide(version, head, approve, by, shown, now, decision=reason)


def withdraw(version: TemplateVersion, head: Head, by: str, reason: Said, now: dt.datetime) -> TemplateVersion:
    """Taken back before it came into force."""
    return proposals.withdraw(version, head, by, now, decision=reason)


def in_force(versions: Iterable[TemplateVersion], property_id: str, at: dt.datetime) -> Wordings:
    """What a hotel says at a moment, by code and language: its own versions over its chain's over the house's."""
    by_place: dict[str, list[TemplateVersion]] = {}
    for one in versions:
        by_place.setdefault(one.place, []).append(one)
    held = [found for group in by_place.values() if (found := standing(group, at)) is not None]
    said = {code: dict(texts) for code, texts in BUILT_IN.items()}
    for where in (CHAIN, property_id):
        for one in held:
            if one.where == where:
                said[one.code] = {**said.get(one.code, {}), **one.texts}
    return said


def told(verb: str, chain: str, version: TemplateVersion, by: Actor, at: dt.datetime) -> NewEvent:
    """The event of a version: numbers, languages and a digest; the reason by its digest."""
    subject = f"message-template:{chain}:{version.place}".replace("|", ":")
    said = version.decision or version.reason
    body = TemplateTold(
        id=subject,
        place=version.where,
        code=version.code,
        number=version.version,
        base=version.base,
        digest=version.digest,
        languages=tuple(sorted(version.texts)),
        at=at,
        version=version.seq,
    )
    return NewEvent(
        type=f"message_template.{verb}.v1",
        chain=chain,
        property_id="*" if version.where == CHAIN else version.where,
        subject=subject,
        sequence=version.seq,
        time=at,
        body=TemplateEvent(actor=by, reason=said.as_ref, template=body),
    )
