"""The upsell workflow: six kinds of record, what opens them and what follows on them."""

import datetime as dt

from services.records.domain.deadlines import anchored
from services.records.domain.kinds import (
    Anchor,
    CauseWhen,
    ChargeWhen,
    FieldSpec,
    FieldType,
    FollowOn,
    KindSpec,
    Moment,
    MovesPoints,
    Remembers,
    Sells,
    Stage,
    TriggerRule,
    Turn,
    When,
    WorkflowSpec,
)
from services.records.domain.occurrences import (
    FinanceOccurred,
    MessageOccurred,
    Occurrence,
    Opening,
    StayOccurred,
    TaskOccurred,
)
from services.records.domain.rules import HotelRules, KindRules, sla
from services.records.domain.state import RecordState
from services.records.workflows.limits import A_DAY_S, auto, between
from services.records.workflows.openings import about_stay, following, from_finance, from_message, from_task
from services.records.workflows.topics import PAID, REQUESTS, SERVICES
from shared.contracts.identity import DataClass, Department, Role
from shared.contracts.records import TriggerKind, Workflow
from shared.contracts.stays import Stay, StayStatus

_W = Workflow.UPSELL
_DETAILS = FieldSpec("details", FieldType.TEXT, data_class=DataClass.PRIVATE_STAY)
_PRICE = FieldSpec("price", FieldType.MONEY, Stage.APPROVE, sensitive=True)
_PRICE_RANGE = between("price_range", "price", 500, 200_000)
_ANSWERS = ("accepted", "declined", "no_answer")
_CHARGE = ChargeWhen(When("guest_answer", ("accepted",)), "price")
CAMPAIGNS = ("spa_day", "half_board", "room_upgrade", "late_checkout", "return_offer", "other")

CAMPAIGN_REPLY = KindSpec(
    code="campaign_reply",
    workflow=_W,
    slot="A",
    label="Campaign reply",
    department=Department.FRONT_OFFICE,
    what="campaign",
    checked_field="price",
    rules=KindRules(sla=sla(30, 240, 45), limits=(_PRICE_RANGE,)),
    fields=(
        FieldSpec("campaign", FieldType.CHOICE, Stage.OPEN, choices=CAMPAIGNS),
        FieldSpec("guest_answer", FieldType.CHOICE, Stage.FULFIL, choices=(*_ANSWERS, "question")),
        _PRICE,
        _DETAILS,
    ),
    causes=("price_exception", "sold_out", "other"),
    reviewer=Role.DUTY_MANAGER,
    charge=_CHARGE,
    sells=Sells("campaign"),
)

LOYALTY_ACTION = KindSpec(
    code="loyalty_action",
    workflow=_W,
    slot="B",
    label="Loyalty action",
    department=Department.GUEST_RELATIONS,
    what="action",
    checked_field="points",
    rules=KindRules(
        sla=sla(120, 1440, 180),
        limits=(between("points_range", "points", 0, 5_000),),
        auto=auto(between("auto_points", "points", 0, 500)),
    ),
    fields=(
        FieldSpec(
            "action", FieldType.CHOICE, Stage.OPEN, choices=("points", "redeem", "welcome_gift", "upgrade", "card")
        ),
        FieldSpec("points", FieldType.INTEGER, Stage.APPROVE, audited=True),
        _DETAILS,
    ),
    due=Anchor(Moment.ARRIVAL, at=dt.time(9)),
    causes=("over_limit", "wrong_tier", "other"),
    ends_with_stay=True,
    moves_points=MovesPoints("action", "points", grants=("points",), redeems=("redeem",)),
)

POST_STAY_FOLLOW_UP = KindSpec(
    code="upsell_post_stay_follow_up",
    workflow=_W,
    slot="C",
    label="Return offer after the stay",
    department=Department.GUEST_RELATIONS,
    what="offer",
    checked_field="discount_percent",
    rules=KindRules(sla=sla(240, 2880, 240), limits=(between("discount_range", "discount_percent", 0, 30),)),
    fields=(
        FieldSpec("offer", FieldType.CHOICE, Stage.OPEN, choices=("return_discount", "package", "voucher")),
        FieldSpec("discount_percent", FieldType.INTEGER, Stage.APPROVE, sensitive=True),
        FieldSpec("result", FieldType.CHOICE, Stage.FULFIL, choices=("booked", "interested", "no_answer")),
        _DETAILS,
    ),
    due=Anchor(Moment.CHECKED_OUT, hours=48),
    causes=("complaint_open", "other"),
)

GUEST_REQUEST = KindSpec(
    code="upsell_guest_request",
    workflow=_W,
    slot="D",
    label="Paid guest request",
    department=Department.FRONT_OFFICE,
    what="service",
    checked_field="price",
    rules=KindRules(
        sla=sla(15, 120, 30),
        limits=(_PRICE_RANGE, between("service_hours", "promised_time", "00:00", "23:59")),
        repeat_window_s=A_DAY_S,
    ),
    fields=(
        FieldSpec("service", FieldType.CHOICE, Stage.OPEN, choices=SERVICES),
        _PRICE,
        FieldSpec("promised_time", FieldType.LOCAL_TIME),
        FieldSpec("free_of_charge", FieldType.BOOLEAN, audited=True),
        FieldSpec("guest_answer", FieldType.CHOICE, Stage.FULFIL, choices=_ANSWERS),
        _DETAILS,
    ),
    causes=("free_of_charge", "sold_out", "price_exception", "other"),
    exceptions=(CauseWhen("free_of_charge", When("free_of_charge", (True,))),),
    charge=_CHARGE,
    sells=Sells("service", asked=True),
    ends_with_stay=True,
    repeats_by=("service",),
    concerns=tuple(PAID.items()),
)

PRE_ARRIVAL_OFFER = KindSpec(
    code="pre_arrival_offer",
    workflow=_W,
    slot="E",
    label="Pre-arrival offer",
    department=Department.FRONT_OFFICE,
    what="offer",
    checked_field="price",
    rules=KindRules(sla=sla(240, 1440, 240), limits=(_PRICE_RANGE,)),
    fields=(
        FieldSpec("offer", FieldType.CHOICE, Stage.OPEN, choices=SERVICES),
        _PRICE,
        FieldSpec("guest_answer", FieldType.CHOICE, Stage.FULFIL, choices=_ANSWERS),
        _DETAILS,
    ),
    due=Anchor(Moment.ARRIVAL, days=-3, at=dt.time(10)),
    expires=Anchor(Moment.ARRIVAL, at=dt.time(12)),
    causes=("sold_out", "price_exception", "other"),
    reviewer=Role.DUTY_MANAGER,
    charge=_CHARGE,
    guest_must_know=True,
    ends_with_stay=True,
    sells=Sells("offer"),
)

PREFERENCE_NOTE = KindSpec(
    code="upsell_preference_note",
    workflow=_W,
    slot="F",
    label="Spending preference",
    department=Department.GUEST_RELATIONS,
    what="topic",
    checked_field="topic",
    rules=KindRules(sla=sla(120, 1440, 120), limits=(between("budget_range", "budget", 0, 1_000_000),)),
    fields=(
        FieldSpec("topic", FieldType.CHOICE, Stage.OPEN, choices=("room", "dining", "spa", "transfer", "other")),
        FieldSpec("budget", FieldType.MONEY, data_class=DataClass.PAYMENT, audited=True, sensitive=True),
        _DETAILS,
    ),
    causes=("wrong_guest", "other"),
    remembers=Remembers("topic"),
)


def offer_for(stay: Stay) -> dict[str, object]:
    """What a hotel without a catalogue offers before arrival, and its list price.

    Families a meal, long stays parking, others a better room.
    """
    nights = max(1, stay.nights)
    if stay.party.children + stay.party.babies:
        service, price = "half_board", 1_500 * nights
    elif nights >= 5:
        service, price = "parking", 700 * nights
    else:
        service, price = "room_upgrade", 2_500 * nights
    price = min(200_000, max(500, price))
    return {"offer": service, "price": {"amount": price, "currency": stay.rate.currency}}


def on_booking(what: Occurrence) -> tuple[Opening, ...]:
    """A booking that still lies ahead: an offer, three days before arrival."""
    if not isinstance(what, StayOccurred) or what.stay.status is not StayStatus.BOOKED:
        return ()
    ends = anchored(PRE_ARRIVAL_OFFER.expires, what.stay, what.zone)
    if ends is None or ends <= what.at:
        return ()
    return (about_stay(PRE_ARRIVAL_OFFER, what, TriggerKind.BOOKING, offer_for(what.stay)),)


def on_repeated_guest(what: Occurrence) -> tuple[Opening, ...]:
    """A guest who comes back: something from the loyalty programme on the day of arrival."""
    if not isinstance(what, StayOccurred) or what.stay.status is not StayStatus.BOOKED or not what.stay.repeat:
        return ()
    return (about_stay(LOYALTY_ACTION, what, TriggerKind.BOOKING, {"action": "points", "points": 250}),)


def on_stay_requests(what: Occurrence) -> tuple[Opening, ...]:
    """Each special request that costs something."""
    if not isinstance(what, StayOccurred) or what.stay.status not in (StayStatus.BOOKED, StayStatus.CHECKED_IN):
        return ()
    return tuple(
        about_stay(
            GUEST_REQUEST,
            what,
            TriggerKind.GUEST_REQUEST,
            {"service": each.code},
            part=each.id,
            department=PAID[each.code],
            due=Anchor(Moment.ARRIVAL, days=-1, at=dt.time(12)),
        )
        for each in what.stay.requests
        if each.code in PAID
    )


def on_check_out(what: Occurrence) -> tuple[Opening, ...]:
    """A first stay of two nights or more has ended: an offer to come back."""
    if not isinstance(what, StayOccurred) or what.stay.status is not StayStatus.CHECKED_OUT:
        return ()
    if what.stay.repeat or what.stay.nights < 2:
        return ()
    fields = {"offer": "return_discount", "discount_percent": 10}
    return (about_stay(POST_STAY_FOLLOW_UP, what, TriggerKind.BOOKING, fields),)


def on_message(what: Occurrence) -> tuple[Opening, ...]:
    """A guest answered a campaign, or asked for something that costs."""
    if not isinstance(what, MessageOccurred) or what.verb != "received":
        return ()
    message, code = what.message, what.message.topic_code
    if message.bid is not None and message.answer is None:
        return ()  # it belongs to a record that takes bids, or to none
    if message.answer is not None and message.record_id is None:
        answer = message.answer if message.answer in ("accepted", "declined") else "question"
        campaign = code if code in CAMPAIGNS else "other"
        return (from_message(CAMPAIGN_REPLY, what, {"campaign": campaign, "guest_answer": answer}),)
    if code in PAID and message.answer is None:
        return (from_message(GUEST_REQUEST, what, {"service": code}, department=PAID[code]),)
    return ()


def on_task(what: Occurrence) -> tuple[Opening, ...]:
    """A task in the PMS about something that costs."""
    if not isinstance(what, TaskOccurred) or what.task.code not in PAID:
        return ()
    code = what.task.code
    return (from_task(GUEST_REQUEST, what, {"service": code}, department=PAID[code]),)


def on_charge(what: Occurrence) -> tuple[Opening, ...]:
    """A guest bought something we did not offer: worth remembering what they spend on."""
    if not isinstance(what, FinanceOccurred) or what.verb != "charge_seen":
        return ()
    topic = {"spa": "spa", "restaurant": "dining", "airport_transfer": "transfer"}.get(what.finance.code, "other")
    budget = what.finance.amount.model_dump()
    return (from_finance(PREFERENCE_NOTE, what, {"topic": topic, "budget": budget}),)


def after_acceptance(state: RecordState, _rules: HotelRules) -> tuple[Opening, ...]:
    """The guest accepted: the department that delivers gets a guest request (the charge is on this record)."""
    if state.fields.get("guest_answer") != "accepted":
        return ()
    named = state.fields.get("offer") or state.fields.get("campaign")
    sold = state.sale.service if state.sale else str(named)
    topic = sold if sold in REQUESTS else "other"
    fields = {"topic": topic, "promised_time": "15:00"}
    departments = state.sale.departments if state.sale else ()
    return tuple(
        following("guest_request", state, fields, department=each) for each in departments or (REQUESTS[topic],)
    )


WORKFLOW = WorkflowSpec(
    workflow=_W,
    kinds=(CAMPAIGN_REPLY, LOYALTY_ACTION, POST_STAY_FOLLOW_UP, GUEST_REQUEST, PRE_ARRIVAL_OFFER, PREFERENCE_NOTE),
    triggers=(
        TriggerRule("booking_offer", TriggerKind.BOOKING, on_booking),
        TriggerRule("repeated_guest", TriggerKind.BOOKING, on_repeated_guest),
        TriggerRule("paid_requests", TriggerKind.GUEST_REQUEST, on_stay_requests),
        TriggerRule("check_out_offer", TriggerKind.BOOKING, on_check_out),
        TriggerRule("campaign_answer", TriggerKind.GUEST_REQUEST, on_message),
        TriggerRule("pms_paid_task", TriggerKind.STAFF_TASK, on_task),
        TriggerRule("charge", TriggerKind.FINANCE_ACTION, on_charge),
    ),
    follow_ons=(
        FollowOn("offer_accepted", "pre_arrival_offer", Turn.FULFILLED, after_acceptance),
        FollowOn("campaign_accepted", "campaign_reply", Turn.FULFILLED, after_acceptance),
    ),
)
