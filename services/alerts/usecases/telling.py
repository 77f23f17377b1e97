"""What is told on the topic: alerts, silences, and the versions of a hotel's own alert rules."""

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.book import CHAIN_LEVEL, BookVersion
from services.alerts.domain.silence import Silence
from shared.contracts.alerts import AlertEvent, AlertRulesEvent, AlertRulesVersion, SilenceEvent, SilenceTerms
from shared.contracts.envelope import Change, NewEvent, TextRef
from shared.contracts.identity import Actor, system
from shared.contracts.values import Instant

MYSELF = system("alerts")
EVERYWHERE = "*"


def alert_told(verb: str, live: LiveAlert, actor: Actor, now: Instant) -> NewEvent:
    """An alert after a change."""
    alert = live.alert
    return NewEvent(
        type=f"alert.{verb}.v1",
        chain=live.chain,
        property_id=alert.property_id,
        subject=alert.id,
        sequence=alert.version,
        time=now,
        body=AlertEvent(actor=actor, alert=alert),
    )


def silence_told(
    verb: str, chain: str, silence: Silence, actor: Actor, now: Instant, reason: TextRef | None = None
) -> NewEvent:
    """A silence that began, or ended."""
    terms = SilenceTerms.model_validate(silence.model_dump())
    return NewEvent(
        type=f"silence.{verb}.v1",
        chain=chain,
        property_id=silence.property_id,
        subject=silence.id,
        sequence=silence.version,
        time=now,
        body=SilenceEvent(actor=actor, silence=terms, reason=reason),
    )


def rules_subject(chain: str, place: str) -> str:
    """The aggregate of a place's own alert rules."""
    return f"alert-rules:{chain}:{place}"


def rules_told(
    verb: str,
    chain: str,
    version: BookVersion,
    actor: Actor,
    now: Instant,
    reason: TextRef,
    changes: tuple[Change, ...],
) -> NewEvent:
    """A step of one version; what it changes is for the audit log."""
    where = EVERYWHERE if version.place == CHAIN_LEVEL else version.place
    told = AlertRulesVersion(
        property_id=where,
        version=version.version,
        digest=version.digest,
        base=version.base,
        effective_from=version.effective_from,
        starts_at=version.starts_at,
    )
    return NewEvent(
        type=f"alert_rules.{verb}.v1",
        chain=chain,
        property_id=where,
        subject=rules_subject(chain, version.place),
        sequence=version.seq,
        time=now,
        body=AlertRulesEvent(actor=actor, rules=told, reason=reason, changes=changes),
    )
