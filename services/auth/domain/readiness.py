"""What a hotel's staff and rota lack before it can open."""

from collections.abc import Iterable, Iterator, Sequence

from shared.contracts.identity import Role
from shared.contracts.readiness import Check, check
from shared.contracts.staff import Property, Shift, StaffMember

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY = 24 * 60
WEEK = 7 * DAY
IN_CHARGE = (Role.DUTY_MANAGER, Role.GENERAL_MANAGER)


def checks(hotel: Property, people: Sequence[StaffMember]) -> list[Check]:
    """Staff and rota; `people` are those who are active there. Programs are nobody on duty."""
    persons = [one for one in people if one.active and not one.service]
    return [check("staff", _staff(hotel, persons)), check("rota", _rota(hotel, persons))]


def _staff(hotel: Property, people: Sequence[StaffMember]) -> Iterator[str]:
    for department in hotel.departments:
        if not any(department in one.departments for one in people):
            yield f"Nobody works in {department.value}."
    for role in (Role.GENERAL_MANAGER, Role.SUPERVISOR):
        if not any(role in one.roles for one in people):
            yield f"There is no {role.value.replace('_', ' ')}."


def _rota(hotel: Property, people: Sequence[StaffMember]) -> Iterator[str]:
    for department in hotel.departments:
        here = [one for one in people if department in one.departments]
        if here and not any(shift.department in (None, department) for one in here for shift in one.shifts):
            yield f"Nobody in {department.value} has a shift."
    if not any(one.shifts for one in people if set(one.roles) & set(IN_CHARGE)):
        yield "Nobody in charge has a shift."
    for start, end in uncovered(shift for one in people for shift in one.shifts):
        yield f"Nobody is on duty from {_said(start)} to {_said(end)}."


def uncovered(shifts: Iterable[Shift]) -> list[tuple[int, int]]:
    """The stretches of a week (minutes from Monday 00:00, local time) in which nobody has a shift."""
    duty = sorted(stretch for shift in shifts for stretch in _stretches(shift))
    free, reached = [], 0
    for start, end in duty:
        if start > reached:
            free.append((reached, start))
        reached = max(reached, end)
    return [*free, (reached, WEEK)] if reached < WEEK else free


def _stretches(shift: Shift) -> Iterator[tuple[int, int]]:
    first, last = (one.hour * 60 + one.minute for one in (shift.start, shift.end))
    for day in shift.days:
        start = day * DAY + first
        end = start + (last - first) % DAY
        yield start, min(end, WEEK)
        if end > WEEK:
            yield 0, end - WEEK


def _said(minute: int) -> str:
    day, rest = divmod(minute % WEEK, DAY)
    return f"{DAYS[day]} {rest // 60:02}:{rest % 60:02}"
