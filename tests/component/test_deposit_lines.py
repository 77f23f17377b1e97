"""A deposit that takes a hold at the payment provider: for who may charge payments, and for deposits alone."""

from typing import Any

import pytest

from tests.component.test_records_reviews import checked
from tests.factories.front_desk import Caller

DEPOSIT: dict[str, Any] = {
    "kind": "deposit",
    "amount": {"amount": 2_000, "currency": "EUR"},
    "reason": {"code": "asked_by_guest"},
    "payment": "pay-1",
}


async def test_deposit_names_the_payment_that_it_takes(sofia: Caller) -> None:
    record = await checked(sofia)
    reply = await sofia.act(record, "lines", DEPOSIT)
    assert reply.status_code == 200, reply.text
    [line] = reply.json()["money"]
    assert (line["kind"], line["payment"]) == ("deposit", "pay-1")


async def test_who_may_not_charge_takes_no_payment_and_nothing_changes(ana: Caller) -> None:
    record = await checked(ana)
    assert (await ana.act(record, "lines", DEPOSIT)).status_code == 403
    assert (await ana.act(record, "lines", {**DEPOSIT, "payment": None})).status_code == 200


@pytest.mark.parametrize("kind", ["charge", "refund", "cost"])
async def test_other_lines_take_no_payment(sofia: Caller, kind: str) -> None:
    record = await checked(sofia)
    reply = await sofia.act(record, "lines", DEPOSIT | {"kind": kind})
    assert reply.status_code == 422
    assert [(one["field"], one["rule"]) for one in reply.json()["breaches"]] == [("payment", "deposit_only")]
    shown = (await sofia.get(f"/v1/records/{record['id']}")).json()
    assert (shown["version"], shown["money"]) == (record["version"], [])


@pytest.mark.parametrize("payment", ["two words", "x" * 200, 7, ["pay-1"]])
async def test_payment_that_is_no_id_is_refused_by_field(sofia: Caller, payment: object) -> None:
    record = await checked(sofia)
    reply = await sofia.act(record, "lines", DEPOSIT | {"payment": payment})
    assert reply.status_code == 422
    assert {one["field"] for one in reply.json()["breaches"]} == {"payment"}
