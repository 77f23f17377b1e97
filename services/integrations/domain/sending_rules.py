"""How a hotel sends to guests: by which channels in which order, when not, and when the next channel is tried; pure."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.integrations.domain.quiet import QuietHours
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Actor
from shared.contracts.messages import SendingRulesChanged, SendingRulesEvent
from shared.contracts.proposals import fingerprint
from shared.contracts.values import Code, EntityId, Frozen, Instant, Version

CHAIN = "_chain"
"""The place whose rules hold where a hotel has none of its own."""
REACH = ("email", "whatsapp", "sms", "maildrop")
"""The order where nobody chose one. The maildrop reaches nobody: it is last, for hotels that have no channel."""


class SendingRules(Frozen):
    """One place's rules. `urgent`: topics and templates that go out in quiet hours, too."""

    order: tuple[Code, ...] = Field(default=REACH, min_length=1, max_length=len(REACH))
    quiet: QuietHours | None = None
    quiet_channels: tuple[Code, ...] = Field(default=REACH[:3], max_length=len(REACH))
    urgent: tuple[Code, ...] = Field(default=(), max_length=50)
    fallback_min: Annotated[int, Field(ge=1, le=24 * 60)] = 30

    @model_validator(mode="after")
    def known_channels(self) -> Self:
        """Channels exist, and none is named twice; quiet hours begin and end at different times."""
        for named in (self.order, self.quiet_channels):
            if not set(named) <= set(REACH) or len(set(named)) != len(named):
                raise ValueError(f"channels are {', '.join(REACH)}, each once")
        if self.quiet is not None and self.quiet.start == self.quiet.end:
            raise ValueError("quiet hours begin and end at different times")
        return self


class KeptRules(Frozen):
    """The rules of a place with who set them."""

    chain: str
    place: str
    rules: SendingRules = SendingRules()
    version: int = 0
    changed_by: EntityId | None = None
    changed_at: Instant | None = None


def rules_subject(chain: str, place: str) -> str:
    """The aggregate that changes of a place's rules belong to."""
    return f"sending-rules:{chain}:{place}"


def rules_told(kept: KeptRules, by: Actor, at: Instant) -> NewEvent:
    """The event of new rules: a digest of what they are."""
    subject = rules_subject(kept.chain, kept.place)
    version: Version = kept.version
    change = SendingRulesChanged(
        id=subject, place=kept.place, digest=fingerprint(kept.rules.model_dump(mode="json")), at=at, version=version
    )
    return NewEvent(
        type="sending_rules.changed.v1",
        chain=kept.chain,
        property_id="*" if kept.place == CHAIN else kept.place,
        subject=subject,
        sequence=version,
        time=at,
        body=SendingRulesEvent(actor=by, rules=change),
    )
