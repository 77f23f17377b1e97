"""What a person of the staff may carry: skills, absences and shifts in a department."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from services.auth.domain.staff import StaffDraft, StaffPatch, check_staff, hire, patched, redrawn, staff_event
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, system

NOW = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
ANA: dict[str, Any] = {"display_name": "Ana", "roles": ["associate"], "departments": ["front_office"]}
SPELL = {"start": "2026-07-01T06:00:00Z", "end": "2026-07-03T06:00:00Z"}
EARLY = {"days": [0], "start": "07:00", "end": "15:00"}


def draft(**given: Any) -> StaffDraft:
    return StaffDraft.model_validate(ANA | given)


def test_absence_is_a_change_that_ends_no_session() -> None:
    ana = hire("demo", "ana", draft())
    ill = redrawn(ana, patched(ana, StaffPatch.model_validate({"absences": [SPELL]})))
    assert (len(ill.absences), ill.version, ill.epoch) == (1, 2, 0)
    event = staff_event(ana, ill, system("auth"), NOW)
    assert (event.type, [change.field for change in event.body.changes]) == ("staff.changed.v1", ["absences"])
    assert redrawn(ill, patched(ill, StaffPatch.model_validate({"absences": [SPELL]}))) is ill


def test_skills_and_the_department_of_a_shift_are_kept() -> None:
    shifts = [EARLY | {"department": "front_office"}]
    ana = hire("demo", "ana", draft(skills=["cellar"], shifts=shifts))
    assert (ana.skills, ana.shifts[0].department) == (("cellar",), Department.FRONT_OFFICE)


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"absences": [{"start": SPELL["end"], "end": SPELL["start"]}]}, "absences.0.end", "absence_length"),
        ({"shifts": [EARLY | {"department": "finance"}]}, "shifts.0.department", "own_department"),
    ],
)
def test_person_is_refused_when_an_absence_or_shift_cannot_be(given: Any, field: str, rule: str) -> None:
    with pytest.raises(AppError) as refusal:
        check_staff(draft(**given), {"city"})
    assert [(each.field, each.rule) for each in refusal.value.breaches] == [(field, rule)]


@pytest.mark.parametrize(
    "given",
    [
        {"skills": ["Cellar keys!"]},
        {"absences": [{"start": "2026-07-01T06:00:00"}]},
        {"absences": [{"start": 5}]},
        {"absences": [{}]},
        {"shifts": [EARLY | {"department": "moon"}]},
    ],
)
def test_person_is_unreadable_when_a_value_is_of_another_kind(given: Any) -> None:
    with pytest.raises(ValidationError):
        draft(**given)
