"""What the service does by itself, again and again, on one replica at a time."""

from services.reporting.composition.asking import Asking
from services.reporting.composition.telling import Telling
from services.reporting.settings import Settings
from shared.chassis.jobs import Job

COUNT_EVERY_S = 60.0
CLEAR_EVERY_S = 3_600.0


def jobs(settings: Settings, tell: Telling, ask: Asking) -> list[Job]:
    """One line a job."""
    return [
        Job("traces", settings.trace_every_s, tell.tracing.tell),
        Job("overdue", settings.trace_every_s, tell.watching.look),
        Job("counting", COUNT_EVERY_S, tell.counting.catch_up),
        Job("deliveries", settings.deliver_every_s, ask.delivering.deliver),
        Job("spot_checks", settings.spot_every_s, ask.spotting.plan_busy),
        Job("exports", settings.deliver_every_s, ask.exporting.make),
        Job("mails", settings.mail_every_s, ask.mailing.send),
        Job("files", CLEAR_EVERY_S, ask.clearing.clear),
    ]
