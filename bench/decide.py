"""What one permission decision costs, beside two engines that are given the same policy and the same questions."""

from itertools import product
from timeit import repeat

from bench.engines import Engine, Question, of_casbin, of_cedar
from bench.figures import ROUNDS, Figure, Occasion
from bench.ground import Ground
from services.auth.domain.policy import default_grants, snapshot
from shared.chassis.policy import Policy, compiled
from shared.contracts.identity import Department, Principal, Role
from tests.factories.records import CHAIN

DECISIONS, FEWER = 200, 2
AIM_US = 2.0
_HOTELS = ("city", "resort")
_ROLES = ((Role.ASSOCIATE,), (Role.SUPERVISOR,), (Role.DUTY_MANAGER,), (Role.FINANCE, Role.REVENUE_MANAGER))
_QUESTIONS = (("accept", "guest_request"), ("read", "service_recovery"), ("add_line", "pre_arrival_offer"))
_MORE = (("read", "stay"), ("manage", "policy"), ("read", "audit"), ("reset", "staff"), ("decide_proposal", "x"))
_WHERE = (Department.HOUSEKEEPING, Department.FINANCE, None)


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Microseconds a decision, over people and questions of every sort; the engines' answers are first compared."""
    chassis = ground.chassis("records", "bench_decide")
    grants = default_grants()
    policy = chassis.policy
    policy.known.policies[CHAIN] = compiled(snapshot(CHAIN, 1, grants))
    policy.known.heartbeat = chassis.clock.real_now()
    people = tuple(_person(roles) for roles in (*_ROLES, *((role,) for role in Role)))
    engines = {"pycasbin": of_casbin(grants, people, _HOTELS), "cedarpy": of_cedar(grants, people, _HOTELS)}
    for engine in engines.values():
        _agree(policy, engine, people)
    asked = [(who, *what, "city", where) for who, what, where in product(people[: len(_ROLES)], _QUESTIONS, _WHERE[:2])]
    ours = _cost(lambda question: _allowed(policy, question), asked, DECISIONS)
    cold = _cost(lambda question: _anew(policy, question), asked, DECISIONS)
    await chassis.mongo.close()
    return [
        occasion.alone("decide: one permission decision", "µs", ours, AIM_US),
        occasion.alone("decide: the same, never asked before", "µs", cold, None),
        *(
            occasion.beside(f"decide: beside {name}", "µs", ours, _cost(engine, asked, FEWER), 1.0, "lower")
            for name, engine in engines.items()
        ),
    ]


def _allowed(policy: Policy, asked: Question) -> bool:
    who, action, kind, where, department = asked
    return policy.decide(who, action, kind, where, department).allow


def _anew(policy: Policy, asked: Question) -> bool:
    policy.known.policies[CHAIN].verdicts.clear()
    return _allowed(policy, asked)


def _agree(policy: Policy, engine: Engine, people: tuple[Principal, ...]) -> None:
    """Refuse to measure an engine that was told another policy."""
    asked = [
        (who, *what, hotel, where) for who, what, hotel, where in product(people, _QUESTIONS + _MORE, _HOTELS, _WHERE)
    ]
    ours = [_allowed(policy, question) for question in asked]
    assert {True, False} == set(ours)
    assert [engine(question) for question in asked] == ours


def _cost(engine: Engine, asked: list[Question], number: int) -> list[float]:
    def all_of_them() -> None:
        for question in asked:
            engine(question)

    all_of_them()
    took = repeat(all_of_them, number=number, repeat=ROUNDS * 5)
    return [seconds * 1e6 / number / len(asked) for seconds in took]


def _person(roles: tuple[Role, ...]) -> Principal:
    return Principal(
        staff_id="-".join(roles),
        chain=CHAIN,
        roles=frozenset(roles),
        properties=frozenset({"city"}),
        departments=frozenset({Department.HOUSEKEEPING, Department.FRONT_OFFICE}),
        session="session-ana",
    )
