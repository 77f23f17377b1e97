"""What vendors push, read at the door: a shape of another sort is a 422 that names its fields."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.contracts.errors import Breach, breached

Model = TypeVar("Model", bound=BaseModel)
MOST = 50


def notification(model: type[Model], payload: object) -> Model:
    """A notification as its vendor publishes it. Raises an `invalid` AppError that names every field, no value."""
    try:
        return model.model_validate(payload)
    except ValidationError as failure:
        found = failure.errors(include_url=False, include_input=False, include_context=False)[:MOST]
        raise breached(
            [
                Breach(field=".".join(str(part) for part in one["loc"]) or "body", rule=one["type"], message=one["msg"])
                for one in found
            ]
        ) from failure
