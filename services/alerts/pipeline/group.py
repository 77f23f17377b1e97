"""Stage 3: alerts of one kind at one place within a few minutes ring once and are listed together."""

from services.alerts.domain.notice import Notice, World
from shared.contracts.alerts import Severity
from shared.contracts.values import derived_id

WINDOW_S = 300


def group(notice: Notice, world: World) -> Notice:
    """Name the notice's group and who has been rung for it; a critical alert always rings."""
    name = group_of(notice, world)
    critical = notice.live.alert.severity is Severity.CRITICAL
    heard = frozenset() if critical else frozenset(person for group, person in world.rung if group == name)
    return notice.model_copy(update={"group": name, "heard": heard})


def group_of(notice: Notice, world: World) -> str:
    """Property, rule, department, role and window: what belongs together for one reader."""
    alert = notice.live.alert
    window = int(world.now.timestamp()) // WINDOW_S
    department = alert.department.value if alert.department else "-"
    return derived_id("group", alert.property_id, alert.rule, department, notice.told.role.value, str(window))
