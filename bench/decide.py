"""What one permission decision costs: `Policy.decide` with the policy that every chain starts with."""

from itertools import product
from timeit import repeat

from bench.figures import ROUNDS, Figure, Occasion
from bench.ground import Ground
from services.auth.domain.policy import default_grants, snapshot
from shared.chassis.policy import compiled
from shared.contracts.identity import Department, Principal, Role
from tests.factories.records import CHAIN

DECISIONS = 200
AIM_US = 2.0
_ROLES = ((Role.ASSOCIATE,), (Role.SUPERVISOR,), (Role.DUTY_MANAGER,), (Role.FINANCE, Role.REVENUE_MANAGER))
_QUESTIONS = (("accept", "guest_request"), ("read", "service_recovery"), ("add_line", "pre_arrival_offer"))


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Microseconds a decision, over people and questions of every sort."""
    chassis = ground.chassis("records", "bench_decide")
    chassis.policy.known.policies[CHAIN] = compiled(snapshot(CHAIN, 1, default_grants()))
    chassis.policy.known.heartbeat = chassis.clock.real_now()
    asked = list(product(map(_person, _ROLES), _QUESTIONS, (Department.HOUSEKEEPING, Department.FINANCE)))
    decide = chassis.policy.decide
    allowed = [decide(who, action, kind, "city", where).allow for who, (action, kind), where in asked]
    assert {True, False} == set(allowed)

    def all_of_them() -> None:
        for who, (action, kind), where in asked:
            decide(who, action, kind, "city", where)

    took = repeat(all_of_them, number=DECISIONS, repeat=ROUNDS * 5)
    await chassis.mongo.close()
    return [
        occasion.alone(
            "decide: one permission decision", "µs", [s * 1e6 / DECISIONS / len(asked) for s in took], AIM_US
        )
    ]


def _person(roles: tuple[Role, ...]) -> Principal:
    return Principal(
        staff_id="ana",
        chain=CHAIN,
        roles=frozenset(roles),
        properties=frozenset({"city"}),
        departments=frozenset({Department.HOUSEKEEPING, Department.FRONT_OFFICE}),
        session="session-ana",
    )
