"""Waits until nothing is on its way any more: outboxes empty, groups at the end of their topics, audit sequenced."""

import asyncio
from typing import Any

from pymongo import AsyncMongoClient

from deploy.demo.desk import Desk, Refused
from deploy.demo.evidence import SERVICES
from deploy.local.faults import StackFault

WITHIN_S = 90
QUIET_LOOKS = 3


async def drained(mongo_url: str, admin: Desk) -> None:
    """Return once three looks in a row found nothing on its way. Raises StackFault after 90 s."""
    quiet, left = 0, "nothing was asked yet"
    async with AsyncMongoClient[dict[str, Any]](mongo_url, tz_aware=True) as client:
        for _ in range(WITHIN_S * 2):
            left = await _left(client, admin)
            quiet = 0 if left else quiet + 1
            if quiet == QUIET_LOOKS:
                return
            await asyncio.sleep(0.5)
    raise StackFault(f"After {WITHIN_S} s something is still on its way ({left}); see the services' logs.")


async def _left(client: AsyncMongoClient[dict[str, Any]], admin: Desk) -> str:
    for service in SERVICES:
        pending = await client[f"bellboard_{service}"]["events"].count_documents({"st": 0})
        if pending:
            return f"{pending} events of {service} are not sent"
        try:
            status = (await admin.get(service, "/ops/v1/status")).body
        except Refused as refused:
            return f"{service}: {refused}"
        away = [group["group"] for group in status["groups"] if not group["partitions"]]
        if away:
            return f"{service} has not joined {', '.join(away)}"
        behind = {group["group"]: group["lag"] for group in status["groups"] if group["lag"]}
        if behind:
            return f"{service} is behind: {behind}"
    waiting = await client["bellboard_auth"]["audit_in"].count_documents({})
    postings = await client["bellboard_integrations"]["postings"].count_documents(
        {"state": {"$in": ["pending", "sending"]}}
    )
    return f"{waiting} events wait for the audit log" * bool(waiting) + f"{postings} postings" * bool(postings)
