"""Loyalty points: what a record's close grants or redeems, as entries of a ledger that is only ever added to."""

import datetime as dt
import enum
from dataclasses import dataclass

from services.records.domain.kinds import KindSpec, MovesPoints
from services.records.domain.state import RecordState
from shared.contracts.errors import AppError, Breach, ErrorKind, conflict
from shared.contracts.records import Outcome, Status
from shared.contracts.stays import Stay
from shared.contracts.values import EntityId, Frozen, Instant


class EntryKind(enum.StrEnum):
    """What an entry does."""

    GRANTED = "granted"
    REDEEMED = "redeemed"
    REVERSED = "reversed"
    OPENED = "opened"
    ADJUSTED = "adjusted"


class Entry(Frozen):
    """One line of a guest's ledger: `points` with their sign, and the balance after it, which is never negative.

    `key` is unique for ever, so a record's close moves points once. `mirrored` is what the programme of the PMS said
    last, at its own time; where the balance differs, the difference is what only one of the two knows.
    """

    guest_id: EntityId
    seq: int
    key: str
    kind: EntryKind
    points: int
    balance: int
    property_id: str
    record_id: EntityId | None = None
    stay_id: EntityId | None = None
    reverses: str | None = None
    by: EntityId
    at: Instant
    mirrored: int | None = None
    mirrored_at: Instant | None = None


@dataclass(frozen=True)
class Account:
    """A guest's ledger so far: the number of its last entry, and the balance after it."""

    guest_id: str
    seq: int = 0
    balance: int = 0
    mirrored: int | None = None
    mirrored_at: dt.datetime | None = None

    @property
    def drift(self) -> int | None:
        """What the ledger holds more (or, below 0, less) than the programme says; None where it says nothing."""
        return None if self.mirrored is None else self.balance - self.mirrored


@dataclass(frozen=True)
class Move:
    """What a close, or opening again what was closed, does to an account."""

    key: str
    kind: EntryKind
    points: int
    reverses: str | None = None


def intended(state: RecordState, kind: KindSpec) -> int:
    """The points that a record grants (more than 0) or redeems (less than 0) when it is fulfilled."""
    moves = kind.moves_points
    points = state.fields.get(moves.points) if moves else None
    if moves is None or type(points) is not int:
        return 0
    return _signed(moves, str(state.fields.get(moves.action)), abs(points))


def _signed(moves: MovesPoints, action: str, points: int) -> int:
    if action in moves.grants:
        return points
    return -points if action in moves.redeems else 0


def closing_key(state: RecordState) -> str:
    """The key of what a record's last close moved."""
    return f"{state.id}:{state.close_count}"


def move_of(before: RecordState | None, after: RecordState, kind: KindSpec) -> Move | None:
    """What a decision does to the guest's points: fulfilling moves them, opening again moves them back."""
    if kind.moves_points is None or before is None or before.status is after.status:
        return None
    points = intended(after, kind)
    if after.status is Status.COMPLETE and after.outcome is Outcome.FULFILLED and points:
        named = EntryKind.GRANTED if points > 0 else EntryKind.REDEEMED
        return Move(closing_key(after), named, points)
    if before.status is Status.COMPLETE and before.outcome is Outcome.FULFILLED:
        key, back = closing_key(before), -intended(before, kind)
        return Move(f"{key}:reversed", EntryKind.REVERSED, back, key) if back else None
    return None


def promises(before: RecordState | None, after: RecordState) -> bool:
    """Whether a decision confirms a value or approves, so that the balance has to be enough by now."""
    was_checked = before is not None and before.checked is not None
    was_approved = before is not None and before.status is Status.APPROVED
    return (after.checked is not None and not was_checked) or (after.status is Status.APPROVED and not was_approved)


def require_covered(account: Account, points: int) -> None:
    """Refuse what would leave less than nothing."""
    if account.balance + points < 0:
        message = f"The guest has {account.balance} points; {-points} are asked for."
        breach = Breach(field="points", rule="balance_too_low", message=message)
        raise AppError(ErrorKind.CONFLICT, "balance_too_low", message, [breach])


def require_within(per_stay: int | None, moved: int, points: int) -> None:
    """Refuse more in one stay than the hotel's rules allow; what is moved back does not count."""
    if per_stay is not None and moved + abs(points) > per_stay:
        message = f"{moved} points were moved in this stay; {per_stay} are the most."
        breach = Breach(field="points", rule="points_per_stay", message=message)
        raise AppError(ErrorKind.INVALID, "points_per_stay", message, [breach])


def posted(account: Account, move: Move, state: RecordState, by: str, at: Instant) -> Entry:
    """The entry of a move, after the account's last one."""
    require_covered(account, move.points)
    return Entry(
        guest_id=account.guest_id,
        seq=account.seq + 1,
        key=move.key,
        kind=move.kind,
        points=move.points,
        balance=account.balance + move.points,
        property_id=state.property_id,
        record_id=state.id,
        stay_id=state.stay_id,
        reverses=move.reverses,
        by=by,
        at=at,
        mirrored=account.mirrored,
        mirrored_at=account.mirrored_at,
    )


def account_after(entry: Entry) -> Account:
    """How a guest stands after an entry."""
    return Account(entry.guest_id, entry.seq, entry.balance, entry.mirrored, entry.mirrored_at)


def mirrored(account: Account, stay: Stay, at: dt.datetime) -> Entry | None:
    """What a balance told by the PMS does: it opens an account, or adjusts it by what it moved since it was told last.

    Older or the same news does nothing. A balance that has come to what the ledger holds has caught up with our own
    entries, and moves nothing. The ledger never falls under nothing: what is left over shows as drift.
    """
    said = stay.loyalty_points
    if said is None or said == account.mirrored:
        return None
    if account.mirrored_at is not None and stay.source_time <= account.mirrored_at:
        return None
    moved = 0 if said == account.balance else max(said - (account.mirrored or 0), -account.balance)
    return Entry(
        guest_id=account.guest_id,
        seq=account.seq + 1,
        key=f"mirror:{stay.id}:{stay.version}",
        kind=EntryKind.OPENED if account.mirrored is None else EntryKind.ADJUSTED,
        points=moved,
        balance=account.balance + moved,
        property_id=stay.property_id,
        stay_id=stay.id,
        by=stay.pms,
        at=at,
        mirrored=said,
        mirrored_at=stay.source_time,
    )


def guest_of(state: RecordState) -> str:
    """Whose points a record moves."""
    if state.guest_id is None:
        raise conflict("guest_unknown", "Points belong to a guest: this record knows none.")
    return state.guest_id
