"""The way of a notice to its people: one visible list of small pure stages."""

from collections.abc import Callable

from services.alerts.domain.notice import Notice, World
from services.alerts.pipeline.dedupe import dedupe
from services.alerts.pipeline.group import group
from services.alerts.pipeline.inhibit import inhibit
from services.alerts.pipeline.log import log
from services.alerts.pipeline.quiet_hours import quiet_hours
from services.alerts.pipeline.route import route
from services.alerts.pipeline.send import send
from services.alerts.pipeline.silence import silence

Stage = Callable[[Notice, World], Notice]

STAGES: tuple[Stage, ...] = (silence, inhibit, group, dedupe, quiet_hours, route, send, log)


def run(notice: Notice, world: World) -> Notice:
    """Take one notice through all stages; a dropped one goes on to the log only."""
    for stage in STAGES:
        if notice.dropped is None or stage is log:
            notice = stage(notice, world)
    return notice
