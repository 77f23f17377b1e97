"""Forgetting a person, on `guests.v1`: who asked, who agreed, and that every store has done it."""

import datetime as dt
import enum

from pydantic import Field

from shared.contracts.envelope import EventBody, NewEvent
from shared.contracts.identity import system
from shared.contracts.values import Code, EntityId, Instant, Version, Wire


class Store(enum.StrEnum):
    """The stores that hold something of guests and confirm that it is gone."""

    INTEGRATIONS = "integrations"
    RECORDS = "records"
    ALERTS = "alerts"
    REPORTING = "reporting"


STORES: tuple[Store, ...] = tuple(Store)


class GuestErased(EventBody):
    """A person is to be forgotten: every store deletes what it holds of these ids and confirms.

    The event's sequence is the run: after a restored backup the same person is erased again, one run further.
    """

    guest_id: EntityId
    stay_ids: tuple[EntityId, ...] = ()

    def concerns(self, guest_id: str | None, stay_id: str | None) -> bool:
        """Whether something that names a guest or a stay is this person's; a stay's word counts where no guest is."""
        return guest_id == self.guest_id if guest_id is not None else stay_id in self.stay_ids


class StoreErased(EventBody):
    """One store has deleted what it held of a person, and how much that was."""

    guest_id: EntityId
    run: Version
    store: Store
    values: int = Field(ge=0, description="Texts, names and addresses deleted, each with its salt")
    files: int = Field(default=0, ge=0)


class ErasureState(enum.StrEnum):
    """Where a request to forget somebody stands."""

    REQUESTED = "requested"
    REJECTED = "rejected"
    RUNNING = "running"
    DONE = "done"


class Confirmation(Wire):
    """What one store confirmed, and when."""

    store: Store
    run: Version
    values: int
    files: int
    at: Instant


class Erasure(Wire):
    """A request to forget one person: ids and times only."""

    id: EntityId
    guest_id: EntityId
    property_id: str
    state: ErasureState
    reason_code: Code
    requested_by: EntityId
    requested_at: Instant
    decided_by: EntityId | None = None
    decided_at: Instant | None = None
    confirm_by: Instant | None = Field(default=None, description="Business time by which every store has confirmed")
    completed_at: Instant | None = None
    run: int = Field(default=0, ge=0)
    confirmed: tuple[Confirmation, ...] = ()
    version: Version

    @property
    def missing(self) -> tuple[Store, ...]:
        """The stores that have not confirmed the newest run."""
        done = {one.store for one in self.confirmed if one.run == self.run}
        return tuple(store for store in STORES if store not in done)


class ErasureEvent(EventBody):
    """Any event of a request to forget somebody."""

    erasure: Erasure


ERASURE_VERBS = ("requested", "approved", "rejected", "repeated", "confirmed", "completed")
CONFIRMED_BY: dict[Store, str] = {
    Store.RECORDS: "texts.erased.v1",
    Store.ALERTS: "alarms.erased.v1",
    Store.REPORTING: "facts.erased.v1",
}
"""The event by which each other store confirms, on its own topic."""


def confirmation(
    chain: str, property_id: str, run: int, body: GuestErased, store: Store, now: dt.datetime, values: int, files: int
) -> NewEvent:
    """The event that says a store is done with one run of one person."""
    said = StoreErased(
        actor=system(store.value), guest_id=body.guest_id, run=run, store=store, values=values, files=files
    )
    return NewEvent(
        type=CONFIRMED_BY[store],
        chain=chain,
        property_id=property_id,
        subject=confirmation_id(body.guest_id),
        sequence=run,
        time=now,
        body=said,
    )


def confirmation_id(guest_id: str) -> str:
    """The aggregate under which a store confirms; its versions are the runs."""
    return f"erased:{guest_id}"
