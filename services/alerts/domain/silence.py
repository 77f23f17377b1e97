"""Silences: somebody asks that alerts of a kind ring nobody for a while; what is silent is listed all the same."""

import datetime as dt

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.rules import SELF_WATCH, Concern
from shared.contracts.alerts import SilenceTerms
from shared.contracts.errors import conflict, invalid
from shared.contracts.proposals import Said

LONGEST = dt.timedelta(days=7)
LOUD = frozenset({Concern.LIFE_SAFETY, Concern.SECURITY})
"""What no silence covers: danger to life, rights that somebody took, and whatever watches over the hotel itself."""


class Silence(SilenceTerms):
    """A silence as this service keeps it, with why it was asked for and why it was ended."""

    why: Said | None = None
    why_ended: Said | None = None

    def runs(self, now: dt.datetime) -> bool:
        """Whether it is on."""
        return self.ended_at is None and now < self.until

    def covers(self, live: LiveAlert, now: dt.datetime) -> bool:
        """Whether an alert is not to ring."""
        alert = live.alert
        pairs = (
            (self.rule, alert.rule),
            (self.kind, alert.kind),
            (self.department, alert.department),
            (self.subject, alert.subject),
        )
        here = self.property_id == alert.property_id and self.runs(now) and live.rule.concern not in LOUD
        here = here and alert.rule not in SELF_WATCH
        return here and all(wanted is None or wanted == found for wanted, found in pairs)


def begun(terms: SilenceTerms, why: Said, now: dt.datetime) -> Silence:
    """A new silence; its end is compulsory, and a week ahead at most."""
    if not now < terms.until <= now + LONGEST:
        raise invalid("until", "silence_range", "until must lie ahead, by seven days at most.")
    until = terms.until.replace(microsecond=terms.until.microsecond // 1000 * 1000)
    return Silence.model_validate(terms.model_dump() | {"until": until, "why": why})


def ended(silence: Silence, by: str, now: dt.datetime, why: Said | None = None) -> Silence:
    """The silence over before its time, or at it."""
    if silence.ended_at is not None:
        raise conflict("silence_over", "This silence is over already.")
    return silence.model_copy(
        update={"ended_by": by, "ended_at": now, "why_ended": why, "version": silence.version + 1}
    )
