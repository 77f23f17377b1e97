"""Payments, the three-way match and the journal: what may be asked, what differs, what is booked where."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.integrations.domain.accounts import PaymentAccount
from services.integrations.domain.journal import Account, JournalLine, decimal, placed, written
from services.integrations.domain.payments import amount_for, our_amount, provider_amount, view
from services.integrations.domain.reconciling import Difference, Expected, Kind, Movement, match
from services.integrations.payments.stripe import Stripe
from shared.contracts.errors import AppError
from shared.contracts.money import PostingState
from shared.contracts.payments import PaymentKind, PaymentOperation
from shared.contracts.values import Money
from tests.factories.records import NOON
from tests.fakes.stripe_server import WEBHOOK_SECRET, signed

EUR = "EUR"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the vendors' samples are not beside the project")


def operation(kind: PaymentKind, amount: int, state: PostingState = PostingState.DONE) -> PaymentOperation:
    """One request of a payment."""
    return PaymentOperation(
        id=f"op-{kind.value}-{amount}-{state.value}",
        payment_id="pay-1",
        property_id="city",
        kind=kind,
        amount=Money(amount=amount, currency=EUR),
        state=state,
        provider="stripe",
        provider_ref="pi_1",
        requested_by="staff-ana",
        at=NOON,
        version=2,
    )


HELD = operation(PaymentKind.HOLD, 100)


@pytest.mark.parametrize(
    ("before", "kind", "asked", "amount"),
    [
        ([HELD], PaymentKind.CAPTURE, None, 100),
        ([HELD], PaymentKind.CAPTURE, 40, 40),
        ([HELD], PaymentKind.RELEASE, None, 100),
        ([HELD, operation(PaymentKind.CAPTURE, 40)], PaymentKind.REFUND, None, 40),
        ([HELD, operation(PaymentKind.CAPTURE, 40), operation(PaymentKind.REFUND, 15)], PaymentKind.REFUND, None, 25),
    ],
)
def test_what_is_left_may_be_asked_for(
    before: list[PaymentOperation], kind: PaymentKind, asked: int | None, amount: int
) -> None:
    assert amount_for(view(before), kind, asked).amount == amount


@pytest.mark.parametrize(
    ("before", "kind", "asked", "code"),
    [
        ([HELD], PaymentKind.CAPTURE, 101, "beyond_payment"),
        ([HELD], PaymentKind.REFUND, None, "beyond_payment"),
        ([operation(PaymentKind.HOLD, 100, PostingState.PENDING)], PaymentKind.CAPTURE, None, "payment_busy"),
        ([operation(PaymentKind.HOLD, 100, PostingState.UNKNOWN)], PaymentKind.CAPTURE, None, "payment_busy"),
        ([operation(PaymentKind.HOLD, 100, PostingState.FAILED)], PaymentKind.CAPTURE, None, "payment_not_held"),
        ([HELD, operation(PaymentKind.CAPTURE, 40)], PaymentKind.CAPTURE, 10, "payment_settled"),
        ([HELD, operation(PaymentKind.CAPTURE, 40)], PaymentKind.RELEASE, None, "payment_settled"),
        ([HELD, operation(PaymentKind.RELEASE, 100)], PaymentKind.CAPTURE, None, "payment_settled"),
        ([HELD, operation(PaymentKind.CAPTURE, 40)], PaymentKind.REFUND, 41, "beyond_payment"),
    ],
)
def test_nothing_beyond_it_may(before: list[PaymentOperation], kind: PaymentKind, asked: int | None, code: str) -> None:
    with pytest.raises(AppError) as refused:
        amount_for(view(before), kind, asked)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [(1250, "EUR", 1250), (1250, "JPY", 1250), (1250, "KWD", 1250), (1250, "ISK", 125_000), (7, "UGX", 700)],
)
def test_amounts_are_written_as_the_provider_reads_them(amount: int, currency: str, units: int) -> None:
    assert provider_amount(Money(amount=amount, currency=currency)) == units
    assert our_amount(units, currency.lower()) == Money(amount=amount, currency=currency)


def test_amount_that_the_provider_cannot_carry_is_refused() -> None:
    with pytest.raises(AppError):
        provider_amount(Money(amount=1255, currency="KWD"))


def expected(key: str, amount: int, kind: Kind = Kind.CHARGE, on: str = "folio") -> Expected:
    """What our records say."""
    return Expected(key, on, kind, Money(amount=amount, currency=EUR), "city", "stay-1", "rec-1", None)


def movement(key: str | None, amount: int, kind: Kind = Kind.CHARGE, ref: str = "", on: str = "folio") -> Movement:
    """What the other side says."""
    return Movement(on, ref or f"ref-{key}", key, kind, Money(amount=amount, currency=EUR), "stay-1", NOON)


REFUND = Kind.REFUND


@pytest.mark.parametrize(
    ("ours", "theirs", "types"),
    [
        ([expected("a", 10)], [movement("a", 10)], []),
        ([expected("a", 10)], [], [Difference.MISSING_CHARGE]),
        ([expected("a", 10)], [movement("a", 12)], [Difference.WRONG_AMOUNT]),
        ([expected("a", 10)], [movement("a", 10, ref="x"), movement("a", 10, ref="y")], [Difference.DOUBLE_CHARGE]),
        ([expected("a", 10, REFUND)], [movement("a", 8, REFUND)], [Difference.WRONG_REFUND]),
        ([expected("a", 10, REFUND)], [], [Difference.WRONG_REFUND]),
        ([expected("a", 10, REFUND)], [movement("a", 10)], [Difference.WRONG_REFUND]),
        ([], [movement(None, 10, ref="x")], [Difference.ORPHAN]),
        ([expected("a", 10)], [movement("a", 10, on="provider")], [Difference.MISSING_CHARGE, Difference.ORPHAN]),
    ],
)
def test_differences_have_their_type(ours: list[Expected], theirs: list[Movement], types: list[Difference]) -> None:
    assert [one.type for one in match("city", ours, theirs)] == types


def test_gap_is_what_is_at_stake() -> None:
    [wrong] = match("city", [expected("a", 10)], [movement("a", 12)])
    [double] = match("city", [expected("a", 10)], [movement("a", 10, ref="x"), movement("a", 10, ref="y")])
    [missing] = match("city", [expected("a", 10)], [])
    assert [one.gap.amount for one in (wrong, double, missing)] == [2, 10, 10]


KEYS = st.sampled_from(["a", "b", "c", "d"])
OURS = st.dictionaries(KEYS, st.integers(1, 50)).map(lambda all_: [expected(key, units) for key, units in all_.items()])


@given(ours=OURS, order=st.randoms())
def test_what_ties_out_has_no_difference_in_any_order(ours: list[Expected], order: Any) -> None:
    theirs = [movement(one.key, one.amount.amount) for one in ours]
    order.shuffle(theirs)
    assert match("city", ours, theirs) == []


@given(ours=OURS, lost=st.sets(KEYS), order=st.randoms())
def test_every_lost_line_is_one_difference_whatever_the_order(ours: list[Expected], lost: set[str], order: Any) -> None:
    theirs = [movement(one.key, one.amount.amount) for one in ours if one.key not in lost]
    order.shuffle(theirs)
    found = match("city", ours, theirs)
    assert {one.type for one in found} <= {Difference.MISSING_CHARGE}
    assert len({one.id for one in found}) == len(found) == len([one for one in ours if one.key in lost])


def line(**changes: Any) -> JournalLine:
    """A charge of 12.50."""
    plain: dict[str, Any] = {"id": "p-1", "chain": "demo", "property_id": "city", "day": NOON.date()}
    plain |= {
        "kind": "charge",
        "debit": Account.GUEST_LEDGER,
        "credit": Account.REVENUE,
        "amount": Money(amount=1250, currency=EUR),
    }
    return JournalLine(**(plain | changes))


def test_late_line_is_an_adjustment_on_the_first_open_day() -> None:
    day = NOON.date()
    assert placed(line(), None) == line()
    assert placed(line(), day - dt.timedelta(days=1)) == line()
    late = placed(line(), day + dt.timedelta(days=2))
    assert (late.day, late.adjusts) == (day + dt.timedelta(days=3), day)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1250, "EUR", "12.50"), (1250, "JPY", "1250"), (1250, "KWD", "1.250"), (-5, "EUR", "-0.05"), (0, "EUR", "0.00")],
)
def test_decimals_are_the_currencys_own(amount: int, currency: str, text: str) -> None:
    assert decimal(Money(amount=amount, currency=currency)) == text


def test_journal_is_plain_csv_that_no_spreadsheet_computes() -> None:
    [row] = list(csv.DictReader(io.StringIO(written([line(property_id="=city")]))))
    assert (row["amount"], row["currency"], row["debit"], row["property"]) == ("12.50", "EUR", "guest_ledger", "'=city")


def account() -> PaymentAccount:
    """An account nobody has."""
    keys = {"api_key": SecretStr("sk_test_x"), "webhook_secret": SecretStr(WEBHOOK_SECRET)}
    return PaymentAccount(property_id="city", chain="demo", base_url="http://127.0.0.1:9", **keys)


def dispute(**changes: Any) -> bytes:
    about = {"id": "dp_1", "object": "dispute", "payment_intent": "pi_1", "amount": 4500, "currency": "eur"}
    said = {"id": "evt_1", "type": "charge.dispute.created", "created": 1_700_000_000, "data": {"object": about}}
    return json.dumps(said | changes).encode()


def test_signed_dispute_is_heard() -> None:
    said = Stripe(account()).heard(dispute(), signed(dispute()), NOON)
    assert said
    assert (said.kind, said.reference, said.amount) == ("dispute", "pi_1", Money(amount=4500, currency=EUR))


WRONG = {
    "none": "",
    "nonsense": "nonsense",
    "old": "t=1,v1=00",
    "expired": signed(dispute(), 1_600_000_000),
    "foreign": signed(dispute(), secret="whsec_other"),
    "of_another_body": signed(b"{}"),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_wrong_old_or_foreign_signature_is_refused(name: str) -> None:
    with pytest.raises(AppError) as refused:
        Stripe(account()).heard(dispute(), WRONG[name], NOON)
    assert refused.value.kind == "unauthenticated"


def test_what_does_not_concern_us_is_let_go() -> None:
    other = dispute(type="plan.created")
    assert Stripe(account()).heard(other, signed(other), NOON) is None


@needs_samples
def test_vendors_sample_event_and_objects_are_read() -> None:
    event = (SAMPLES / "stripe_fixture_event.json").read_bytes()
    assert Stripe(account()).heard(event, signed(event), NOON) is None
    refund = json.loads((SAMPLES / "stripe_fixture_refund.json").read_text())
    told = dispute(type="refund.created", data={"object": refund})
    said = Stripe(account()).heard(told, signed(told), NOON)
    assert said
    assert (said.kind, said.key, said.amount) == ("refund", None, Money(amount=100, currency="USD"))
