"""Stage 2: a graver alert on the same subject already rings."""

from services.alerts.domain.notice import Notice, World
from services.alerts.domain.rules import INHIBITED_BY


def inhibit(notice: Notice, world: World) -> Notice:
    """Drop a notice whose rule is kept silent by a live alert of a graver rule on the same subject."""
    alert = notice.live.alert
    graver = INHIBITED_BY.get(alert.rule, ())
    inhibited = any((rule, alert.subject) in world.live_rules for rule in graver)
    return notice.model_copy(update={"dropped": "inhibited"}) if inhibited else notice
