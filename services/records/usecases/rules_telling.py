"""What is told of a hotel's rules: each step of a version, and its coming into force when its day has come."""

import datetime as dt

from services.records.domain.rulebook import CHAIN_LEVEL, RuleVersion
from services.records.domain.texts import NO_REASON, Reason
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.envelope import Change, NewEvent
from shared.contracts.identity import Actor, system
from shared.contracts.records import RulesEvent, RulesVersion
from shared.contracts.values import Scope

START = "rules_start"
EVERYWHERE = "*"
"""The property that an event of the whole chain names."""


def subject_of(chain: str, place: str) -> str:
    """The aggregate of a place's rules."""
    return f"rules:{chain}:{place}"


def told(
    chain: str,
    verb: str,
    version: RuleVersion,
    before: RuleVersion | None,
    by: Actor,
    now: dt.datetime,
    reason: Reason = NO_REASON,
) -> NewEvent:
    """What happened to a version; with the rules before and after, where it is proposed or comes into force."""
    place = EVERYWHERE if version.place == CHAIN_LEVEL else version.place
    whole = verb in ("proposed", "published")
    old = before.rules.model_dump(mode="json", exclude_none=True) if before else None
    new = version.rules.model_dump(mode="json", exclude_none=True)
    return NewEvent(
        type=f"rules.{verb}.v1",
        chain=chain,
        property_id=place,
        subject=subject_of(chain, version.place),
        sequence=version.seq,
        time=now,
        body=RulesEvent(
            actor=by,
            rules=RulesVersion(
                property_id=place,
                version=version.version,
                digest=version.digest,
                base=version.base,
                effective_from=version.starts_at or version.effective_from,
            ),
            changes=(Change(field="rules", before=old, after=new),)
            if whole
            else (Change(field="state", before="proposed", after=version.state.value),),
            reason_code=reason.code,
            reason=reason.text.as_ref if reason.text else None,
        ),
    )


def came_into_force(
    chain: str, version: RuleVersion, before: RuleVersion | None, by: Actor, now: dt.datetime
) -> NewEvent:
    """A version is in force from now on."""
    return told(chain, "published", version, before, by, now)


def start_timer(chain: str, version: RuleVersion) -> Timer:
    """What tells that a version comes into force. The rules themselves go by the clock and wait for nobody."""
    due = version.starts_at or version.proposed_at
    name = f"{START}:{chain}:{version.place}:{version.version}"
    data = {"chain": chain, "place": version.place, "version": version.version}
    return Timer(name, START, subject_of(chain, version.place), due, int(due.timestamp()), data)


class RulesStart:
    """What the timer of a version that waits does."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def fire(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Tell that a version has come into force, unless it was taken back."""
        chain, place, number = (timer.data[name] for name in ("chain", "place", "version"))
        scope, rules = Scope(chain=str(chain)), self._house.rules
        head = await rules.head(scope, str(place), timer.due_at, tx)
        found = await rules.find_all(scope, str(place), [int(str(number))], tx)
        if not found or found[0].starts_at != timer.due_at:
            return
        [before] = found
        after = before.model_copy(update={"seq": head.seq + 1})
        [*bases] = await rules.find_all(scope, str(place), [before.base], tx)
        event = came_into_force(str(chain), after, bases[0] if bases else None, system("records"), timer.due_at)
        await rules.replace(scope, before, after, tx)
        await self._house.journal.append(tx, [event], Provenance.fresh(f"rules-{after.digest[:16]}"))
