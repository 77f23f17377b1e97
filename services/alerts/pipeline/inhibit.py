"""Stage 2: a graver alert on the same subject, or one that explains a whole hotel's, already rings."""

from services.alerts.domain.notice import Notice, World


def inhibit(notice: Notice, world: World) -> Notice:
    """Drop a notice whose rule is kept silent by another live alert."""
    alert = notice.live.alert
    inhibited = any(
        (one.rule, alert.property_id if one.wide else alert.subject) in world.live_rules
        for one in notice.live.rule.inhibited_by
    )
    return notice.model_copy(update={"dropped": "inhibited"}) if inhibited else notice
