"""Who works where, from the chassis' projection of staff and properties."""

from services.alerts.domain.roster import Roster, roster_of
from shared.chassis.policy import Policy

UNKNOWN_ZONE = "UTC"


class ProjectedStaffing:
    """Rosters out of what this process has loaded; no query, a refresh every two seconds at most."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def roster(self, chain: str, property_id: str) -> Roster:
        """The staff of one property and its time zone."""
        found = self._policy.property(chain, property_id)
        zone = found.zone if found else UNKNOWN_ZONE
        return roster_of(self._policy.bearers(chain, property_id), property_id, zone)
