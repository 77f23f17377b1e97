"""What a guest or the PMS said and no record has: where it went, or why it needs no record."""

from pydantic import BaseModel, ConfigDict, model_validator

from shared.contracts.values import Code, EntityId


class SettledIn(BaseModel):
    """The record that it is on now, or why it needs none: exactly one of them."""

    model_config = ConfigDict(extra="forbid")

    record_id: EntityId | None = None
    reason_code: Code | None = None

    @model_validator(mode="after")
    def exactly_one(self) -> "SettledIn":
        """A record or a reason."""
        if (self.record_id is None) == (self.reason_code is None):
            raise ValueError("give record_id or reason_code, and not both")
        return self
