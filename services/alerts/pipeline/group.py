"""Stage 3: alerts of one kind at one place within a few minutes ring once and are listed together."""

import datetime as dt

from services.alerts.domain.notice import Delivery, Notice, World
from services.alerts.pipeline.dedupe import delivery_id
from shared.contracts.alerts import Severity
from shared.contracts.values import derived_id

WINDOW_S = 300
CRITICAL_WINDOW_S = 60
"""A critical alert rings again sooner; but ten thousand in a minute are one bell, and a list."""


def group(notice: Notice, world: World) -> Notice:
    """Name the notice's group and who has been rung for it."""
    name = group_of(notice, world)
    return notice.model_copy(
        update={"group": name, "heard": frozenset(hearer for one, hearer in world.rung if one == name)}
    )


def group_of(notice: Notice, world: World) -> str:
    """Property, rule, department, role, step, how often it rang, and window: what belongs together for one reader."""
    alert = notice.live.alert
    length = CRITICAL_WINDOW_S if alert.severity is Severity.CRITICAL else WINDOW_S
    department = alert.department.value if alert.department else "-"
    # What rings again rings: it is grouped with others that do so, never with itself.
    turn = f"{notice.live.round}.{notice.live.reminders}.{notice.told.step}"
    window = str(int(world.now.timestamp()) // length)
    # What a colleague hands over rings them, whatever rang before.
    handed = alert.id if alert.handed_to is not None else "-"
    return derived_id("group", alert.property_id, alert.rule, department, notice.told.role.value, window, handed, turn)


def heir(lead: Delivery, listed: Delivery, now: dt.datetime) -> Delivery:
    """The letter of one that was only listed, in place of its group's lead, which is over before it left."""
    mine = {name: getattr(listed, name) for name in ("notice", "alert", "severity", "round", "step", "role")}
    name = delivery_id(listed.notice, lead.destination or lead.staff_id, lead.channel)
    return lead.model_copy(update={**mine, "id": name, "visible_at": now, "wall": None, "zone": None})
