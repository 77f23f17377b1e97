"""Write-backs of PMS values: pending → sending → done, refused or unknown; one for each approved change, for ever."""

import datetime as dt

from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.values import Frozen
from shared.contracts.writebacks import Writeback, WritebackEvent, WritebackState

ME = system("integrations")


class WritebackRow(Frozen):
    """A write-back as our store keeps it: the contract's, the chain, and the event that asked for it."""

    chain: str
    writeback: Writeback
    correlation: str
    causation: str

    @property
    def id(self) -> str:
        """The key the PMS is sent."""
        return self.writeback.change.id


def moved(row: WritebackRow, state: WritebackState, now: dt.datetime, failure: str | None = None) -> WritebackRow:
    """The row in its next published state."""
    before = row.writeback
    change = before.change.model_copy(update={"state": state, "failure": failure})
    after = before.model_copy(update={"change": change, "at": now, "version": before.version + 1})
    return row.model_copy(update={"writeback": after})


def told(row: WritebackRow) -> NewEvent:
    """The event of a write-back's state."""
    one = row.writeback
    verb = "requested" if one.change.state is WritebackState.PENDING else one.change.state.value
    return NewEvent(
        type=f"writeback.{verb}.v1",
        chain=row.chain,
        property_id=one.property_id,
        subject=row.id,
        sequence=one.version,
        time=one.at,
        body=WritebackEvent(actor=ME, writeback=one),
    )
