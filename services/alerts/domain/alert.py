"""One live alert: how it opens, climbs its steps, is acknowledged and ends.

Its chain of steps is snapshotted when it opens. `tick` counts every change of what its timer means: a timer of another
tick means nothing, so an acknowledgement stops the chain in the moment it is committed.
"""

import datetime as dt
from typing import Any

from services.alerts.domain.roster import Roster
from services.alerts.domain.rules import Concern, Rule
from services.alerts.domain.watch import Opening
from shared.contracts.alerts import Alert, AlertState, Severity
from shared.contracts.errors import conflict, invalid
from shared.contracts.identity import Role
from shared.contracts.records import EscalationStep
from shared.contracts.values import EntityId, Frozen, Instant, Slug

STEP_GAP_S = 60
"""The least time between two steps, so that a chain caught up after an outage still gives each level its chance."""

HANDED_GRACE_S = 600
"""How long a colleague has it alone before the steps above hear of it."""

MOST_SNOOZES = 3
LONGEST_SNOOZE = dt.timedelta(hours=8)
LONGEST_CRITICAL_SNOOZE = dt.timedelta(minutes=30)

OWNER_STEP = EscalationStep(after_s=0, role=Role.ASSOCIATE)
LIVE = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED})


class LiveAlert(Frozen):
    """An alert as this service keeps it: what the topic says of it, what moves it, who has `heard` of it so far.

    `rule` is its rule as it was when it opened. `began` is what its steps count from, where that is not the breach.
    `hushed`: its last step was kept silent, so that it rings again when what kept it is over. `deed_of`: who did what
    it is about, and so does not answer it.
    """

    alert: Alert
    chain: Slug
    rule: Rule
    zone: str = "UTC"
    owner: EntityId | None = None
    owner_first: bool = True
    tick: int = 0
    round: int = 0
    reminders: int = 0
    snoozes: int = 0
    heard: tuple[EntityId, ...] = ()
    next_at: Instant | None = None
    began: Instant | None = None
    hushed: bool = False
    field: str | None = None
    deed_of: EntityId | None = None

    @property
    def timer_id(self) -> str:
        """The one timer that moves it."""
        return f"chain|{self.alert.id}"

    @property
    def live(self) -> bool:
        """Whether its cause is still there."""
        return self.alert.state in LIVE

    @property
    def exhausted(self) -> bool:
        """Whether every step and reminder was given and nobody has answered."""
        return self.alert.state is AlertState.OPEN and self.next_at is None

    def changed(self, **fields: Any) -> "LiveAlert":
        """The next version; names of `Alert` go to the alert, the others to what moves it."""
        outer = {name: value for name, value in fields.items() if name in LiveAlert.model_fields}
        inner = {name: value for name, value in fields.items() if name in Alert.model_fields}
        alert = self.alert.model_copy(update={**inner, "version": self.alert.version + 1})
        return self.model_copy(update={**outer, "alert": alert, "tick": self.tick + 1})


class Told(Frozen):
    """Who was told at one step; `empty`: nobody was on duty; `off_duty`: told without being on shift.

    `final`: the end of a chain that found nobody on duty; with no people at all its role itself is told.
    """

    step: int
    role: Role
    people: tuple[EntityId, ...]
    off_duty: tuple[EntityId, ...] = ()
    empty: bool = False
    final: bool = False


def opened(opening: Opening, chain: str, zone: str, now: dt.datetime) -> LiveAlert:
    """A new alert, before anybody was told: version 1, at the step before its first."""
    rule, subject = opening.terms, opening.subject
    alert = Alert(
        id=opening.alert_id,
        property_id=subject.property_id,
        rule=rule.code,
        severity=rule.severity,
        subject=subject.id,
        record_id=subject.record_id,
        stay_id=subject.stay_id,
        room=subject.room,
        kind=subject.kind,
        topic=subject.topic,
        department=rule.department or subject.department,
        state=AlertState.OPEN,
        step=-1,
        steps=_steps(rule, opening),
        opened_at=now,
        due_at=opening.due,
        late_ms=max(0, int((now - opening.due).total_seconds() * 1000)),
        version=1,
    )
    return LiveAlert(
        alert=alert,
        chain=chain,
        zone=subject.zone or zone,
        owner=subject.owner,
        owner_first=rule.audience is None,
        rule=rule,
        field=subject.facts.get("field"),
        deed_of=subject.facts.get("by"),
    )


def _steps(rule: Rule, opening: Opening) -> tuple[EscalationStep, ...]:
    """The whole chain: who hears first, then the rule's own steps or those the record was opened with."""
    subject = opening.subject
    role = subject.role or rule.audience
    first = EscalationStep(after_s=0, role=role) if role else OWNER_STEP
    later = rule.steps if rule.steps is not None else subject.steps
    return (first, *(step for step in later if not (step.after_s == 0 and step.role is first.role)))


def advance(live: LiveAlert, roster: Roster, now: dt.datetime) -> tuple[LiveAlert, tuple[Told, ...]]:
    """The next step of the chain at `now`: the alert after it and everyone told on the way.

    A step with nobody on duty gives way to the next at once. When the whole rest of the chain is empty, the last step's
    people are told although they are off duty: an alert never ends unheard while the hotel has anybody to hear it.
    """
    steps, told = live.alert.steps, list[Told]()
    last = live.alert.step + 1 >= len(steps)
    index = 0 if last and live.rule.loop else min(live.alert.step + 1, len(steps) - 1)
    if last and live.rule.loop:
        live = live.model_copy(update={"began": now})
    while True:
        found = _tell(live, index, roster, now)
        told.append(found)
        if not found.empty or index + 1 >= len(steps):
            break
        index += 1
    if all(one.empty for one in told):
        told[-1] = _anybody(live, index, roster)
    heard = dict.fromkeys((*live.heard, *(person for one in told for person in one.people)))
    after = _scheduled(live, told[-1], now, repeat=last)
    return after.model_copy(update={"heard": tuple(heard)}), tuple(told)


def _tell(live: LiveAlert, index: int, roster: Roster, now: dt.datetime) -> Told:
    step = live.alert.steps[index]
    # Whom the roster leaves out may not hear of it, whoever's it is.
    if index == 0 and live.owner_first and live.owner and roster.knows(live.owner):
        on_duty = roster.is_on_duty(live.owner, now)
        off = () if on_duty else (live.owner,)
        # An owner who is off shift still finds it in the inbox later; the next step hears it now.
        return Told(step=index, role=step.role, people=(live.owner,), off_duty=off, empty=not on_duty)
    people = roster.on_duty(step.role, step.department or live.alert.department, now)
    return Told(step=index, role=step.role, people=people, empty=not people)


def _anybody(live: LiveAlert, index: int, roster: Roster) -> Told:
    step = live.alert.steps[index]
    people = roster.with_role(step.role) or roster.with_role(Role.GENERAL_MANAGER)
    return Told(step=index, role=step.role, people=people, off_duty=people, empty=not people, final=True)


def _scheduled(live: LiveAlert, reached: Told, now: dt.datetime, *, repeat: bool) -> LiveAlert:
    """The alert after a step, with the moment of the next one, or of a reminder after the last."""
    steps = live.alert.steps
    reminders = live.reminders + 1 if repeat else live.reminders
    following, again = reached.step + 1, live.rule.repeat_s
    if following < len(steps):
        anchor = live.began or (live.alert.due_at if live.round == 0 else None) or live.alert.opened_at
        next_at = max(anchor + dt.timedelta(seconds=steps[following].after_s), now + dt.timedelta(seconds=STEP_GAP_S))
    elif reminders < len(again):
        next_at = now + dt.timedelta(seconds=again[reminders])
    else:
        next_at = None
    fields: dict[str, Any] = {"step": reached.step, "audience": reached.people, "audience_role": reached.role}
    if live.alert.step < 0:
        # The first step belongs to the opening itself: one event, one version.
        alert = live.alert.model_copy(update=fields)
        return live.model_copy(update={"alert": alert, "tick": live.tick + 1, "next_at": next_at})
    return live.changed(**fields, next_at=next_at, reminders=reminders)


def acknowledge(live: LiveAlert, by: str, now: dt.datetime) -> LiveAlert:
    """Somebody has taken it: the chain stops; only the second limit still runs. Not open any more: a conflict."""
    if live.alert.state is not AlertState.OPEN:
        raise conflict("alert_not_open", f"The alert is {live.alert.state.value} already.")
    limit = live.rule.second_limit_s
    next_at = now + dt.timedelta(seconds=limit) if limit is not None else None
    taken = {"state": AlertState.ACKNOWLEDGED, "acknowledged_by": by, "acknowledged_at": now}
    return live.changed(**taken, next_at=next_at, snoozed_until=None, hushed=False)


def snooze(live: LiveAlert, until: dt.datetime, now: dt.datetime) -> LiveAlert:
    """Leave it until a moment; then the same people hear of it again, and the chain goes on.

    A critical alert sleeps half an hour at most, another eight; danger to life never, and none more than three times.
    """
    if live.alert.state is not AlertState.OPEN:
        raise conflict("alert_not_open", f"The alert is {live.alert.state.value} already.")
    if live.rule.concern is Concern.LIFE_SAFETY:
        raise conflict("not_snoozable", "What may cost lives is not put off.")
    if live.snoozes >= MOST_SNOOZES:
        raise conflict("snoozed_too_often", f"It was put off {MOST_SNOOZES} times; take it, or hand it over.")
    longest = LONGEST_CRITICAL_SNOOZE if live.alert.severity is Severity.CRITICAL else LONGEST_SNOOZE
    if not now < until <= now + longest:
        minutes = int(longest.total_seconds() // 60)
        raise invalid("until", "snooze_range", f"until must lie ahead, by {minutes} minutes at most.")
    return live.changed(snoozed_until=until, next_at=until, snoozes=live.snoozes + 1)


def woken(live: LiveAlert, now: dt.datetime) -> LiveAlert:
    """The alert when its snooze is over: about to tell the step it stood at once more."""
    step = max(live.alert.step, 0)
    began = now - dt.timedelta(seconds=live.alert.steps[step].after_s)
    if step == 0:
        return live.changed(snoozed_until=None, step=-1, round=live.round + 1, began=began)
    # Telling the step is the next version; there is one event for each.
    alert = live.alert.model_copy(update={"snoozed_until": None, "step": step - 1})
    return live.model_copy(update={"alert": alert, "round": live.round + 1, "began": began})


def hand_over(live: LiveAlert, by: str, to: str, now: dt.datetime) -> LiveAlert:
    """It is a colleague's now, who hears of it at once; if they do not take it, the steps above hear later."""
    if not live.live:
        raise conflict("alert_not_open", f"The alert is {live.alert.state.value} already.")
    if to == by or (to == live.owner and live.alert.handed_to == to):
        raise conflict("same_owner", "It is theirs already.")
    later = [step for step in live.alert.steps if step != OWNER_STEP]
    put_off = tuple(step.model_copy(update={"after_s": step.after_s + HANDED_GRACE_S}) for step in later)
    return live.changed(
        state=AlertState.OPEN,
        acknowledged_by=None,
        acknowledged_at=None,
        snoozed_until=None,
        handed_to=to,
        owner=to,
        owner_first=True,
        steps=(OWNER_STEP, *put_off) if live.alert.handed_to is None else (OWNER_STEP, *later),
        step=-1,
        round=live.round + 1,
        reminders=0,
        began=now,
    )


def resolve(live: LiveAlert, by: str, now: dt.datetime) -> LiveAlert:
    """A person says that its cause has ended: only where nothing else would ever say so."""
    if not live.live:
        raise conflict("alert_not_open", f"The alert is {live.alert.state.value} already.")
    if not live.rule.by_hand:
        raise conflict("cause_stands", "It ends by itself when its cause does: finish the work, or acknowledge it.")
    return live.changed(state=AlertState.RESOLVED, closed_at=now, closed_by=by, snoozed_until=None, next_at=None)


def unhushed(live: LiveAlert, now: dt.datetime) -> LiveAlert:
    """What kept it silent is over and nobody has answered: it rings from its first step."""
    return live.changed(step=-1, round=live.round + 1, reminders=0, began=now, hushed=False)


def ring_again(live: LiveAlert, now: dt.datetime) -> LiveAlert:
    """Acknowledged, but its cause outlived the second limit: the alert opens a new chain from its first step."""
    return live.changed(
        state=AlertState.OPEN,
        acknowledged_by=None,
        acknowledged_at=None,
        opened_at=now,
        step=-1,
        round=live.round + 1,
        reminders=0,
        began=now,
    )


def close(live: LiveAlert, at: dt.datetime, *, retracted: bool) -> LiveAlert:
    """Its cause has ended, or turned out never to have been."""
    state = AlertState.RETRACTED if retracted else AlertState.RESOLVED
    return live.changed(state=state, closed_at=at, snoozed_until=None, next_at=None)
