"""The staff of one hotel: sees the board, does what it says next, and is sometimes late or wrong."""

import asyncio
import datetime as dt
import logging
from typing import Any

from deploy.demo import acts
from deploy.demo.crew import Crew, Worker
from deploy.demo.desk import Refused
from shared.contracts.identity import Department, Role

log = logging.getLogger(__name__)
LOOK_S = 0.7
ANSWERS_REVIEWS = {
    Role.SUPERVISOR: (Role.SUPERVISOR, Role.DUTY_MANAGER, Role.GENERAL_MANAGER),
    Role.DUTY_MANAGER: (Role.DUTY_MANAGER, Role.GENERAL_MANAGER),
    Role.REVENUE_MANAGER: (Role.REVENUE_MANAGER, Role.GENERAL_MANAGER),
    Role.FINANCE: (Role.FINANCE, Role.GENERAL_MANAGER),
    Role.GENERAL_MANAGER: (Role.GENERAL_MANAGER,),
}
MINUTES = {"accept": (0.2, 1), "complete": (1, 6), "unblock": (10, 40), "review_exception": (2, 8)}
OTHERWISE = (0.3, 2)
"""How many minutes each thing takes, at least and at most."""


class Staffing:
    """Everybody who works in one hotel."""

    def __init__(self, crew: Crew) -> None:
        self.crew, self._lot = crew, crew.lot("work")
        self._in_hand: set[str] = set()
        self._forgotten: dict[str, dt.datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """For ever: look at the board, hand each card to whom it waits for."""
        while True:
            try:
                board = await self.crew.watcher.get("records", "/v1/board", property=self.crew.property_id)
                self._hand_out(board.body["cards"])
            except Refused as refused:
                log.warning("the board of %s: %s", self.crew.property_id, refused)
            await asyncio.sleep(LOOK_S)

    async def stop(self) -> None:
        """Let everybody finish what they hold."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def drop(self) -> None:
        """Let everything fall: the demo was stopped."""
        for task in self._tasks:
            task.cancel()

    def _hand_out(self, cards: list[dict[str, Any]]) -> None:
        now = self.crew.clock.clock.now()
        for card in cards:
            if card["id"] in self._in_hand or self._forgotten.get(card["id"], now) > now:
                continue
            worker = self._for(card, now)
            if worker is None:
                continue
            if self._lot.random() < acts.FORGETS:
                self._forgotten[card["id"]] = now + dt.timedelta(minutes=self._lot.randint(60, 240))
                continue
            worker.busy = True
            self._in_hand.add(card["id"])
            task = asyncio.create_task(self._work(worker, card))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _for(self, card: dict[str, Any], now: dt.datetime) -> Worker | None:
        action = card["next_action"]
        local = now.astimezone(self.crew.zone)
        if action.get("role"):
            wanted = ANSWERS_REVIEWS[Role(action["role"])]
            free = [
                one
                for one in self.crew.workers.values()
                if not one.busy and one.on_duty(local) and one.roles & set(wanted) and self._covers(one, action)
            ]
            return self._lot.choice(free) if free else None
        owner = self.crew.workers.get(action.get("staff_id") or "")
        if owner is None or owner.busy:
            return None
        return owner if owner.on_duty(local) else self._stand_in(card, local)

    @staticmethod
    def _covers(one: Worker, action: dict[str, Any]) -> bool:
        department = action.get("department")
        return department is None or Department(department) in one.departments

    def _stand_in(self, card: dict[str, Any], local: dt.datetime) -> Worker | None:
        """The next shift takes over what was not finished."""
        department = Department(card["department"])
        free = [
            one
            for one in self.crew.workers.values()
            if not one.busy and one.on_duty(local) and department in one.departments and Role.ASSOCIATE in one.roles
        ]
        return self._lot.choice(free) if free else None

    async def _work(self, worker: Worker, card: dict[str, Any]) -> None:
        code = card["next_action"]["code"]
        try:
            await asyncio.sleep(self.crew.clock.real_seconds(self._lot.uniform(*MINUTES.get(code, OTHERWISE))))
            record = await worker.desk.get("records", f"/v1/records/{card['id']}")
            act = acts.choose(record.body, self._lot)
            if act is None:
                return
            await worker.desk.act("records", f"/v1/records/{card['id']}/{act.path}", act.body, record.etag)
            self.crew.tally.done[act.name] += 1
        except Refused as refused:
            self.crew.tally.refused[refused.code] += 1
        finally:
            worker.busy = False
            self._in_hand.discard(card["id"])
