"""A ledger that mirrors a programme: never less than nothing, its entries always add up, older news does nothing."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as some

from services.records.domain.points import Account, EntryKind, Move, account_after, mirrored, posted
from shared.contracts.errors import AppError
from tests.factories.guest_records import NOW, opened, stay

STATE = opened("loyalty_action")


def told(points: int, minute: int) -> Account:
    return Account("guest-1", mirrored=points, mirrored_at=NOW + dt.timedelta(minutes=minute))


@given(steps=some.lists(some.tuples(some.booleans(), some.integers(-600, 600)), max_size=30))
def test_balance_is_never_negative_and_is_the_sum_of_all_entries(steps: list[tuple[bool, int]]) -> None:
    account, total = Account("guest-1"), 0
    for minute, (by_us, points) in enumerate(steps, 1):
        try:
            entry = (
                posted(account, Move(f"k{minute}", EntryKind.GRANTED, points), STATE, "ana", NOW)
                if by_us
                else mirrored(
                    account, stay(loyalty_points=abs(points), source_time=NOW + dt.timedelta(minutes=minute)), NOW
                )
            )
        except AppError:
            entry = None
        account = account_after(entry) if entry else account
        total += entry.points if entry else 0
        assert (account.balance >= 0, account.balance) == (True, total)


def test_older_or_equal_news_does_nothing() -> None:
    known = told(500, 5)
    assert mirrored(known, stay(loyalty_points=900, source_time=NOW + dt.timedelta(minutes=4)), NOW) is None
    assert mirrored(known, stay(loyalty_points=500, source_time=NOW + dt.timedelta(minutes=6)), NOW) is None
    assert mirrored(known, stay(source_time=NOW + dt.timedelta(minutes=6)), NOW) is None
