"""Sparse fields: only what was asked for of what a caller is shown anyway."""

from collections.abc import Collection, Sequence
from typing import Any

from services.records.usecases.shown import Card, ShownRecord
from services.records.usecases.shown_finding import Sparse
from shared.contracts.errors import Breach, breached


def columns(fields: str | None, known: Collection[str]) -> tuple[str, ...] | None:
    """The names in `fields`, each once; an unknown one is a 422 that names it. None: all."""
    if fields is None:
        return None
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in fields.split(",")))))
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise breached(
            [
                Breach(field="fields", rule="unknown_field", message=f"There is no {name[:64]!r} to show.")
                for name in unknown or ("nothing",)
            ]
        )
    return names


def sparse(shown: Card | ShownRecord, names: Sequence[str]) -> Sparse:
    """Only these of what is shown, and always `id` and `version`."""
    wanted: dict[str, Any] = shown.model_dump(mode="json", include={"id", "version", *names})
    return Sparse.model_validate(wanted)
