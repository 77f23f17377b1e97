"""Stage 3: alerts of one kind at one place within a few minutes ring once and are listed together."""

from services.alerts.domain.notice import Notice, World
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
    """Property, rule, department, role and window: what belongs together for one reader."""
    alert = notice.live.alert
    length = CRITICAL_WINDOW_S if alert.severity is Severity.CRITICAL else WINDOW_S
    department = alert.department.value if alert.department else "-"
    window = str(int(world.now.timestamp()) // length)
    # What a colleague hands over rings them, whatever rang before.
    handed = alert.id if alert.handed_to is not None else "-"
    return derived_id("group", alert.property_id, alert.rule, department, notice.told.role.value, window, handed)
