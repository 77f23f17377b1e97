"""The journal for accounting: one line for each settled movement of money, by day; a closed day never changes."""

import csv
import datetime as dt
import enum
import io
from collections.abc import Sequence

from services.integrations.domain.payments import OperationRow
from services.integrations.domain.postings import PostingRow
from shared.contracts.payments import PaymentKind
from shared.contracts.records import LineKind
from shared.contracts.values import EntityId, Frozen, Money, minor_digits


class Account(enum.StrEnum):
    """Accounts by their role; the hotel's own chart maps them."""

    GUEST_LEDGER = "guest_ledger"
    REVENUE = "revenue"
    DEPOSITS = "deposits"
    CLEARING = "card_clearing"
    HOUSE_COST = "house_cost"
    ACCRUED = "accrued_cost"


POSTED: dict[LineKind, tuple[Account, Account]] = {
    LineKind.CHARGE: (Account.GUEST_LEDGER, Account.REVENUE),
    LineKind.REFUND: (Account.REVENUE, Account.GUEST_LEDGER),
    LineKind.DEPOSIT: (Account.DEPOSITS, Account.GUEST_LEDGER),
    LineKind.COST: (Account.HOUSE_COST, Account.ACCRUED),
}
"""Debit and credit of what is posted to a folio."""
PAID: dict[PaymentKind, tuple[Account, Account]] = {
    PaymentKind.CAPTURE: (Account.CLEARING, Account.GUEST_LEDGER),
    PaymentKind.REFUND: (Account.GUEST_LEDGER, Account.CLEARING),
}
"""Debit and credit of what the provider moved; a hold and its release move nothing."""
TAKEN = (Account.CLEARING, Account.DEPOSITS)
"""Of a deposit that was taken: its line then moves it from the deposits to the guest."""
COLUMNS = (
    *("day", "property", "line", "kind", "debit", "credit", "amount", "currency"),
    *("record", "stay", "folio", "provider", "adjusts_day"),
)


class JournalLine(Frozen):
    """One line. `adjusts`: the closed day that it belongs to, where it came too late for it."""

    id: EntityId
    chain: str
    property_id: str
    day: dt.date
    adjusts: dt.date | None = None
    kind: str
    debit: Account
    credit: Account
    amount: Money
    record_id: EntityId | None = None
    stay_id: EntityId | None = None
    folio: EntityId | None = None
    provider_ref: EntityId | None = None


def of_posting(row: PostingRow, day: dt.date) -> JournalLine:
    """The line of a posting that stands on a folio."""
    one = row.posting
    debit, credit = POSTED[one.kind]
    return JournalLine(
        id=one.id,
        chain=row.chain,
        property_id=one.property_id,
        day=day,
        kind=one.kind.value,
        debit=debit,
        credit=credit,
        amount=one.amount,
        record_id=one.record_id,
        stay_id=one.stay_id,
        folio=one.folio,
        provider_ref=one.provider_ref,
    )


def of_payment(row: OperationRow, day: dt.date) -> JournalLine | None:
    """The line of what a provider moved; None for what moves nothing."""
    one = row.operation
    if one.kind not in PAID:
        return None
    debit, credit = TAKEN if one.line_id else PAID[one.kind]
    return JournalLine(
        id=one.id,
        chain=row.chain,
        property_id=one.property_id,
        day=day,
        kind=f"payment_{one.kind.value}",
        debit=debit,
        credit=credit,
        amount=one.amount,
        record_id=one.record_id,
        stay_id=one.stay_id,
        provider_ref=one.provider_ref,
    )


def placed(line: JournalLine, closed_until: dt.date | None) -> JournalLine:
    """The line on its own day; behind a closed one, on the first open day as an adjustment of it."""
    if closed_until is None or line.day > closed_until:
        return line
    return line.model_copy(update={"day": closed_until + dt.timedelta(days=1), "adjusts": line.day})


def written(lines: Sequence[JournalLine]) -> str:
    """The lines as CSV (RFC 4180), amounts in units with the currency's own decimals."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(COLUMNS)
    for one in lines:
        named = (one.record_id, one.stay_id, one.folio, one.provider_ref)
        places = (one.day.isoformat(), one.property_id, one.id, one.kind, one.debit.value, one.credit.value)
        adjusts = one.adjusts.isoformat() if one.adjusts else ""
        cells = (*places, decimal(one.amount), one.amount.currency, *(name or "" for name in named), adjusts)
        out.writerow([_plain(cell) for cell in cells])
    return text.getvalue()


def decimal(money: Money) -> str:
    """An amount with its decimals and without its currency, e.g. `12.50`, `1250`, `1.250`."""
    digits = minor_digits(money.currency)
    sign, whole = ("-" if money.amount < 0 else ""), abs(money.amount)
    return f"{sign}{whole}" if not digits else f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (S29)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "@", "\t", "\r"} else cell
