"""Stage 2: a graver alert on the same subject, or one that explains a whole hotel's, already rings."""

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.notice import Notice, World


def inhibit(notice: Notice, world: World) -> Notice:
    """Drop a notice whose rule is kept silent by another live alert."""
    return notice.model_copy(update={"dropped": "inhibited"}) if hushers(notice.live, world) else notice


def hushers(live: LiveAlert, world: World) -> list[tuple[str, str]]:
    """(rule, subject or property) of the live alerts that keep one silent."""
    alert = live.alert
    asked = [(one.rule, alert.property_id if one.wide else alert.subject) for one in live.rule.inhibited_by]
    return [one for one in asked if one in world.live_rules]
