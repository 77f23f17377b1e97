"""Stage 1: somebody asked for silence on this, until a stated time."""

from services.alerts.domain.notice import Notice, Silence, World


def silence(notice: Notice, world: World) -> Notice:
    """Drop what a running silence matches."""
    silenced = any(_matches(one, notice, world) for one in world.silences)
    return notice.model_copy(update={"dropped": "silenced"}) if silenced else notice


def _matches(one: Silence, notice: Notice, world: World) -> bool:
    alert = notice.live.alert
    pairs = ((one.rule, alert.rule), (one.kind, alert.kind), (one.subject, alert.subject))
    here = one.property_id == alert.property_id and one.until > world.now
    return here and all(wanted is None or wanted == found for wanted, found in pairs)
