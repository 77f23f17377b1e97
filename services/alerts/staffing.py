"""Who works where and how they want to be told, from the chassis' projection of staff and what people said here."""

from collections.abc import Callable, Sequence

from services.alerts.domain.preferences import Person
from services.alerts.domain.roster import Roster, roster_of
from services.alerts.ports import People
from shared.chassis.mongo import Tx
from shared.chassis.policy import Policy
from shared.contracts.identity import Department, Principal
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope

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

    def hearers(self, chain: str, property_id: str, kind: str | None, department: Department | None) -> Roster:
        """Of that staff, those who may read this kind of record now; all where it is of none."""
        roster = self.roster(chain, property_id)
        if kind is None:
            return roster
        return roster.of({one.id for one in roster.staff if self._reads(one, kind, property_id, department)})

    def _reads(self, bearer: StaffMember, kind: str, property_id: str, department: Department | None) -> bool:
        who = Principal(
            staff_id=bearer.id,
            chain=bearer.chain,
            roles=frozenset(bearer.roles),
            departments=frozenset(bearer.departments),
            properties=None if bearer.properties is None else frozenset(bearer.properties),
            lent=self._policy.lent_to(bearer),
            session="told",
            second_factor=True,
        )
        return self._policy.decide(who, "read", kind, property_id, department).allow

    def works_at(self, chain: str, property_id: str, staff_id: str) -> bool:
        """Whether somebody is on the staff of a property, active and no program."""
        found = self._policy.person(staff_id)
        here = found is not None and (found.properties is None or property_id in found.properties)
        return found is not None and here and found.chain == chain and found.active and not found.service


class SpokenTo:
    """People's own wishes, with the languages that the staff list says they speak."""

    def __init__(self, wishes: People, policy: Policy) -> None:
        self._wishes, self._policy = wishes, policy

    async def people(self, scope: Scope, staff_ids: Sequence[str], tx: Tx | None = None) -> dict[str, Person]:
        """Everybody asked for."""
        held = await self._wishes.people(scope, staff_ids, tx)
        return {each: self._speaking(held.get(each) or Person(staff_id=each)) for each in staff_ids}

    def _speaking(self, person: Person) -> Person:
        found = self._policy.person(person.staff_id)
        return person.model_copy(update={"languages": found.languages}) if found else person


def zone_of(policy: Policy) -> Callable[[str], str | None]:
    """The zone of a hotel as it is now, for what is put off to a local time."""

    def look(property_id: str) -> str | None:
        found = policy.known.properties.get(property_id)
        return found.zone if found else None

    return look
