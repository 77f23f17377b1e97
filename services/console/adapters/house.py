"""Who works here and who may do what, from the chassis' projection of staff and policy."""

from shared.chassis.auth import Verifier
from shared.chassis.policy import Policy
from shared.contracts.identity import Department, Principal
from shared.contracts.staff import Property, StaffMember


class PolicyHouse:
    """The projected policy, as the console asks it."""

    def __init__(self, policy: Policy, verifier: Verifier) -> None:
        self._policy, self._verifier = policy, verifier

    def principal(self, access: str) -> Principal:
        """The verified caller of an access token; AppError when it does not hold."""
        return self._verifier.principal(f"Bearer {access}")

    def person(self, staff_id: str) -> StaffMember | None:
        """One member of the staff."""
        return self._policy.person(staff_id)

    def properties(self, principal: Principal) -> list[Property]:
        """The hotels a caller may see."""
        return self._policy.properties(principal.chain, principal.properties)

    def may(
        self, principal: Principal, action: str, kind: str, property_id: str | None, department: Department | None
    ) -> bool:
        """Whether a button is worth showing; the service that owns the action decides again."""
        return self._policy.decide(principal, action, kind, property_id, department).allow
