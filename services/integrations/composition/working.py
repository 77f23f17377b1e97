"""What the service does without being asked."""

import datetime as dt

from services.integrations.composition.parts import Parts
from services.integrations.usecases.forgetting import Forgetting
from shared.chassis.jobs import Job

FORGET_S = 3.0
NIGHTS_S = 300.0
STREAMS_S = 10.0
FEEDS_S = 30.0


def jobs(have: Parts) -> list[Job]:
    """One line a job."""
    chassis, clock = have.chassis, have.chassis.clock
    settle = dt.timedelta(seconds=have.settings.erasure_settle_s)
    return [
        Job("inventory", have.settings.inventory_every_s, have.count_rooms),
        Job("fetching", have.settings.fetch_every_s, have.fetch_marked),
        Job("catching-up", have.settings.catch_up_every_s, have.catch_up.changes),
        Job("feeds", FEEDS_S, have.tell_feeds),
        Job("polling", have.settings.poll_every_s, have.listen.poll),
        Job("streams", STREAMS_S, have.listen.streams),
        Job("tasks", have.settings.catch_up_every_s, have.look_at_tasks),
        Job("nights", NIGHTS_S, have.catch_up.nights),
        Job("postings", have.settings.commands_every_s, have.post_charges),
        Job("writebacks", have.settings.commands_every_s, have.write_back),
        Job("pms-orders", have.settings.commands_every_s, have.send_orders),
        Job("erasures", FORGET_S, Forgetting(have.erasures, have.erased, clock, settle)),
        *have.talk.jobs(have.beside),
        *have.money.jobs(have.around),
        *have.partners.jobs(have.settings, chassis, have.stays),
    ]
