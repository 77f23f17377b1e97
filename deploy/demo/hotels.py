"""The demo's chain: two hotels in Portugal and everybody who works there, made with a seed."""

import json
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from faker import Faker

from services.integrations.pms.hotel_bookings.columns import CITY, RESORT
from services.integrations.pms.hotel_bookings.hotels import ROOMS, specs
from shared.contracts.identity import Department, Role

CHAIN = "grand"
ZONE, CURRENCY = "Europe/Lisbon", "EUR"
PASSWORD = "ring-the-bell-1"  # noqa: S105  # of a demo on loopback, printed on the screen
EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
PROPERTIES = {"resort": "Resort Hotel, Faro", "city": "City Hotel, Lisbon"}
FILE_NAMES = {"resort": RESORT, "city": CITY}
"""What the bookings file calls each hotel."""

SHIFTS = {"morning": ("07:00", "15:00"), "afternoon": ("15:00", "23:00"), "night": ("23:00", "07:00")}
LANGUAGES = (["en", "pt"], ["en", "pt", "de"], ["en", "pt", "fr"], ["en", "pt", "es"])
ROUND_THE_CLOCK = (Department.FRONT_OFFICE, Department.MAINTENANCE, Department.GUEST_RELATIONS)
HANDS = {
    Department.FRONT_OFFICE: 6,
    Department.HOUSEKEEPING: 6,
    Department.GUEST_RELATIONS: 3,
    Department.CONCIERGE: 2,
}


def _shift(name: str) -> dict[str, Any]:
    start, end = SHIFTS[name]
    return {"days": EVERY_DAY, "start": start, "end": end}


def _person(
    login: str,
    names: Faker,
    roles: list[Role],
    *,
    at: str | None,
    departments: list[Department] | None = None,
    shift: str | None = None,
    languages: list[str] | None = None,
) -> dict[str, Any]:
    return {
        "login": login,
        "password_hash": "",
        "display_name": f"{names.first_name()} {names.last_name()[0]}.",
        "roles": [role.value for role in roles],
        "departments": [one.value for one in departments or ()],
        "properties": [at] if at else None,
        "languages": languages or ["en", "pt"],
        "shifts": [_shift(shift)] if shift else [],
    }


def _floor(at: str, names: Faker) -> list[dict[str, Any]]:
    """Associates and supervisors of each department of one hotel, shift by shift."""
    people = []
    for department in Department:
        shifts = list(SHIFTS) if department in ROUND_THE_CLOCK else ["morning", "afternoon"]
        for shift in shifts:
            for number in range(1 if shift == "night" else HANDS.get(department, 1)):
                login = f"{at}.{department}.{shift}{number + 1}"
                spoken = LANGUAGES[(number + len(shift)) % len(LANGUAGES)]
                role = [Role.FINANCE, Role.ASSOCIATE] if department is Department.FINANCE else [Role.ASSOCIATE]
                people.append(
                    _person(login, names, role, at=at, departments=[department], shift=shift, languages=spoken)
                )
        for shift in ("morning", "afternoon"):
            login = f"{at}.{department}.supervisor.{shift}"
            people.append(_person(login, names, [Role.SUPERVISOR], at=at, departments=[department], shift=shift))
    return people


def _managers(at: str, names: Faker) -> list[dict[str, Any]]:
    every = list(Department)
    duty = [
        _person(f"{at}.duty.{shift}", names, [Role.DUTY_MANAGER], at=at, departments=every, shift=shift)
        for shift in SHIFTS
    ]
    general = _person(f"{at}.manager", names, [Role.GENERAL_MANAGER], at=at, departments=every, shift="morning")
    return [*duty, general]


def chain(seed: int) -> dict[str, Any]:
    """The whole chain as auth loads it; the same seed gives the same people."""
    names = Faker("pt_PT")
    names.seed_instance(seed)
    staff = [person for at in PROPERTIES for person in (*_floor(at, names), *_managers(at, names))]
    staff += [
        _person("revenue", names, [Role.REVENUE_MANAGER], at=None, departments=[Department.REVENUE], shift="morning"),
        _person("finance", names, [Role.FINANCE], at=None, departments=[Department.FINANCE], shift="morning"),
        _person("auditor", names, [Role.AUDITOR], at=None),
        _person("admin", names, [Role.CHAIN_ADMIN], at=None),
    ]
    return {
        "chain": {"id": CHAIN, "name": "Grand Hotels"},
        "properties": [
            {"id": at, "name": name, "zone": ZONE, "currency": CURRENCY, "rooms": sum(ROOMS[FILE_NAMES[at]].values())}
            for at, name in PROPERTIES.items()
        ],
        "staff": staff,
    }


def connections() -> str:
    """Both hotels as integrations is told to connect them, as JSON."""
    return json.dumps([spec.model_dump(mode="json") for spec in specs(CHAIN)])


def file_in(folder: Path) -> Path:
    """Where a run keeps its chain's file."""
    return folder / "chain.json"


def write(folder: Path, seed: int) -> Path:
    """The chain as a file for auth; returns where it is."""
    made = chain(seed)
    digest = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1).hash(PASSWORD)
    for person in made["staff"]:
        person["password_hash"] = digest  # hashed once: a hundred of them would take the demo ten seconds
    path = file_in(folder)
    path.write_text(json.dumps(made, indent=1, ensure_ascii=False))
    return path


SHOWN = {
    "night manager": "city.duty.night",
    "receptionist": "city.front_office.morning1",
    "housekeeper": "city.housekeeping.morning1",
    "supervisor": "city.housekeeping.supervisor.morning",
    "general manager": "city.manager",
    "finance": "finance",
    "auditor": "auditor",
    "chain administrator": "admin",
}
"""One account for each kind of visitor of the console."""
