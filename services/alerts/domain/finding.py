"""What the auditor finds when a promise of this service does not hold."""

import enum

from shared.contracts.values import EntityId, Frozen, Instant, Slug


class Fault(enum.StrEnum):
    """What is wrong."""

    OPEN_WITHOUT_TIMER = "open_without_timer"
    OVERDUE_TIMER = "overdue_timer"
    BREACH_WITHOUT_ALERT = "breach_without_alert"
    ALERT_WITHOUT_NOTICE = "alert_without_notice"
    NOTICE_UNSENT = "notice_unsent"


class Finding(Frozen):
    """One promise broken, about one alert, timer or watched aggregate."""

    fault: Fault
    id: EntityId
    chain: Slug | None = None
    property_id: str | None = None
    since: Instant | None = None
