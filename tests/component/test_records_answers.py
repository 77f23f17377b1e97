"""What a record answers to its caller: who is named as able to change a sensitive field."""

from dataclasses import replace

from shared.chassis.policy import compiled
from shared.contracts.identity import Department, Role
from tests.factories.desk_work import done, opened, seen
from tests.factories.front_desk import POLICY, Caller, FrontDesk, person
from tests.factories.records import CHAIN


async def test_only_who_may_decide_there_is_named_for_a_sensitive_field(ana: Caller, desk: FrontDesk) -> None:
    record = await done(ana, await done(ana, await opened(ana), "accept"), "check-value")
    assert [each["on_duty"] for each in record["sensitive_fields"]] == [["gil", "greta", "sofia"]]
    grants = tuple(
        each.model_copy(update={"own_department": True, "roles": (Role.SUPERVISOR,)})
        if "decide_proposal" in each.actions
        else each
        for each in POLICY.grants
    )
    here, elsewhere = person("sofia"), person("sofia").model_copy(update={"departments": (Department.FINANCE,)})
    told = desk.chassis.policy.known
    held = replace(told, policies={CHAIN: compiled(POLICY.model_copy(update={"grants": grants}))})
    for sofia, named in ((here, ["sofia"]), (elsewhere, [])):
        desk.chassis.policy.known = replace(held, staff={**told.staff, "sofia": sofia})
        shown = await seen(ana, record["id"])
        assert [each["on_duty"] for each in shown["sensitive_fields"]] == [named]
