"""Brings people's affairs into the states that commands wait for: work to be declined or given away, a handover."""

from services.records.api.handovers import PREPARED
from shared.contracts.identity import Department
from tests.input.ripening import COMMANDS, Desk, Ripe, next_on


async def ripe_people(desk: Desk, chief: str, duty: str) -> Ripe:
    """A record that the chief owns and can decline, one that can be given to another, and a handover to take over."""
    given = await desk.brought(())
    other = {chief: duty}.get(given["owner"], chief)
    theirs = await desk.brought(())
    owned = {chief: [], duty: ["chief"]}.get(theirs["owner"], ["duty"])
    for who in owned:
        theirs = await desk.do(who, theirs, "reassign", COMMANDS["reassign"] | {"staff_id": chief})
    # A newer one of its department, as the example makes it, would take a handover's place.
    others = [each for each in Department if each.value != PREPARED["department"]]
    made = [await desk.create("chief", "/v1/handovers", PREPARED | {"department": each}) for each in others]
    paths = [{"path": {"handover_id": each["id"]}, "query": {}} for each in made]
    return {
        "POST /v1/records/{record_id}/reassign": [next_on(given, COMMANDS["reassign"] | {"staff_id": other})],
        "POST /v1/records/{record_id}/decline": [next_on(theirs, COMMANDS["decline"])],
        "GET /v1/handovers/{handover_id}": paths,
        "POST /v1/handovers/{handover_id}/acknowledge": [each | {"headers": {"If-Match": '"1"'}} for each in paths],
    }
