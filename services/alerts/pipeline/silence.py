"""Stage 1: somebody asked for silence on this, until a stated time."""

from services.alerts.domain.notice import Notice, World


def silence(notice: Notice, world: World) -> Notice:
    """Drop what a running silence covers; it rings when that is over, if nobody has answered by then."""
    silenced = any(one.covers(notice.live, world.now) for one in world.silences)
    return notice.model_copy(update={"dropped": "silenced"}) if silenced else notice
