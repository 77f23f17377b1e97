"""Everybody who works in one hotel, each at a desk of their own."""

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from deploy.demo import hotels
from deploy.demo.clock import DemoClock
from deploy.demo.desk import Answer, Desk, nobody_told
from services.auth.domain.staff import staff_id_of
from shared.contracts.identity import Department, Role

AT_ONCE = 3
"""How many of one hotel sign in at the same time: each costs auth 46 MiB and a good part of a core."""


@dataclass
class Worker:
    """One member of the staff: does one thing at a time."""

    staff_id: str
    roles: frozenset[Role]
    departments: frozenset[Department]
    shifts: tuple[tuple[dt.time, dt.time], ...]
    desk: Desk
    busy: bool = False

    def on_duty(self, local: dt.datetime) -> bool:
        """Whether a shift covers this local time; one that passes midnight covers both its sides."""
        now = local.time()
        return not self.shifts or any(
            start <= now < end if start < end else now >= start or now < end for start, end in self.shifts
        )


@dataclass
class Tally:
    """What the staff did, for the live summary."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Crew:
    """The people of one hotel; `watcher` is the general manager, whose board shows everything."""

    property_id: str
    zone: ZoneInfo
    workers: Mapping[str, Worker]
    watcher: Desk
    clock: DemoClock
    seed: int
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(
        cls,
        at: str,
        http: httpx.AsyncClient,
        urls: dict[str, str],
        clock: DemoClock,
        seed: int,
        told: Callable[[str, Answer], None] = nobody_told,
    ) -> "Crew":
        """The crew that the chain's file lists; `told` hears of every command of theirs that is acknowledged."""
        workers, gate = {}, asyncio.Semaphore(AT_ONCE)
        for person in hotels.chain(seed)["staff"]:
            if person["properties"] is None or at in person["properties"]:
                staff_id = staff_id_of(hotels.CHAIN, person["login"])
                workers[staff_id] = _worker(staff_id, person, desk(http, urls, person["login"], gate, told))
        return cls(at, ZoneInfo(hotels.ZONE), workers, desk(http, urls, f"{at}.manager", gate), clock, seed)

    def lot(self, about: str) -> random.Random:
        """Chance, the same for the same seed."""
        return random.Random(f"{self.seed}|{self.property_id}|{about}")


def desk(
    http: httpx.AsyncClient,
    urls: dict[str, str],
    login: str,
    gate: asyncio.Semaphore | None = None,
    told: Callable[[str, Answer], None] = nobody_told,
) -> Desk:
    """The desk of one account."""
    return Desk(http, urls, hotels.CHAIN, login, hotels.PASSWORD, gate or asyncio.Semaphore(1), told)


def _worker(staff_id: str, person: dict[str, Any], at_desk: Desk) -> Worker:
    return Worker(
        staff_id,
        frozenset(Role(role) for role in person["roles"]),
        frozenset(Department(one) for one in person["departments"]),
        tuple((dt.time.fromisoformat(s["start"]), dt.time.fromisoformat(s["end"])) for s in person["shifts"]),
        at_desk,
    )
