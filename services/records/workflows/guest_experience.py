"""The guest experience workflow: its kinds of record, what opens them and what follows on them."""

import datetime as dt

from services.records.domain.deadlines import anchored
from services.records.domain.kinds import (
    Anchor,
    CauseWhen,
    FieldSpec,
    FieldType,
    FollowOn,
    KindSpec,
    Moment,
    Remembers,
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
from services.records.workflows.glass_review import GLASS_REVIEW
from services.records.workflows.glass_review import TRIGGER as GLASS_BROKEN
from services.records.workflows.investigation import INVESTIGATION
from services.records.workflows.limits import A_DAY_S, among, auto, between
from services.records.workflows.openings import about_stay, following, from_finance, from_message, from_task
from services.records.workflows.settlement import SETTLEMENT, on_difference
from services.records.workflows.topics import COMPLAINTS, PAID, PREFERENCES, REQUESTS, request_topic
from shared.contracts.identity import DataClass, Department, Role
from shared.contracts.records import TriggerKind, Workflow
from shared.contracts.stays import StayStatus

_W = Workflow.GUEST_EXPERIENCE
_DETAILS = FieldSpec("details", FieldType.TEXT, data_class=DataClass.PRIVATE_STAY)

RECOVERED = ("apologised", "repaired", "cleaned", "moved", "replaced", "refunded", "gift", "nothing_found")
"""What was done about a problem."""

POST_STAY_FOLLOW_UP = KindSpec(
    code="post_stay_follow_up",
    workflow=_W,
    slot="A",
    label="Post-stay follow-up",
    department=Department.GUEST_RELATIONS,
    what="topic",
    checked_field="channel",
    rules=KindRules(
        sla=sla(120, 1440, 180),
        limits=(among("channels_in_use", "channel", "email", "phone", "sms"),),
        auto=auto(among("auto_channel", "channel", "email")),
    ),
    fields=(
        FieldSpec("topic", FieldType.CHOICE, Stage.OPEN, choices=("thanks", "recovery", "invoice", "lost_item")),
        FieldSpec("channel", FieldType.CHOICE, Stage.APPROVE, choices=("email", "phone", "sms", "post")),
        FieldSpec("result", FieldType.CHOICE, Stage.FULFIL, choices=("reached", "not_reached", "asked_to_stop")),
        _DETAILS,
    ),
    due=Anchor(Moment.CHECKED_OUT, hours=24),
    causes=("complaint", "no_contact", "other"),
    stops=When("result", ("asked_to_stop",)),
)

GUEST_REQUEST = KindSpec(
    code="guest_request",
    workflow=_W,
    slot="B",
    label="Guest request",
    department=Department.FRONT_OFFICE,
    what="topic",
    checked_field="promised_time",
    rules=KindRules(
        sla=sla(15, 120, 30),
        limits=(
            between("service_hours", "promised_time", "06:00", "23:00"),
            between("quantity_range", "quantity", 1, 10),
        ),
        auto=auto(between("auto_hours", "promised_time", "09:00", "20:00")),
        repeat_window_s=A_DAY_S,
    ),
    fields=(
        FieldSpec("topic", FieldType.CHOICE, Stage.OPEN, choices=tuple(REQUESTS)),
        FieldSpec("quantity", FieldType.INTEGER),
        FieldSpec("promised_time", FieldType.LOCAL_TIME, Stage.APPROVE, audited=True),
        _DETAILS,
    ),
    causes=("not_available", "out_of_hours", "repeated", "other"),
    ends_with_stay=True,
    repeats_by=("topic",),
    concerns=tuple(REQUESTS.items()),
)

PRE_ARRIVAL_MESSAGE = KindSpec(
    code="pre_arrival_message",
    workflow=_W,
    slot="C",
    label="Pre-arrival message",
    department=Department.FRONT_OFFICE,
    what="template",
    checked_field="template",
    rules=KindRules(
        sla=sla(240, 1440, 240),
        limits=(among("templates_in_use", "template", "welcome", "family", "vip"),),
        auto=auto(among("auto_template", "template", "welcome", "family")),
    ),
    fields=(
        FieldSpec("template", FieldType.CHOICE, Stage.OPEN, choices=("welcome", "family", "vip", "group")),
        FieldSpec("arrival_time", FieldType.LOCAL_TIME),
        _DETAILS,
    ),
    due=Anchor(Moment.ARRIVAL, days=-3, at=dt.time(10)),
    expires=Anchor(Moment.ARRIVAL, at=dt.time(18)),
    causes=("no_contact", "special_arrival", "other"),
    guest_must_know=True,
    ends_with_stay=True,
)

PREFERENCE_NOTE = KindSpec(
    code="preference_note",
    workflow=_W,
    slot="D",
    label="Preference note",
    department=Department.GUEST_RELATIONS,
    what="topic",
    checked_field="valid_for",
    rules=KindRules(sla=sla(60, 480, 60)),
    fields=(
        FieldSpec(
            "topic",
            FieldType.CHOICE,
            Stage.OPEN,
            choices=("room", "bed", "dietary", "allergy", "celebration", "service", "room_type_mismatch", "other"),
        ),
        FieldSpec("valid_for", FieldType.CHOICE, Stage.APPROVE, choices=("this_stay", "every_stay"), audited=True),
        FieldSpec("wish", FieldType.TEXT, data_class=DataClass.PRIVATE_STAY, sensitive=True),
    ),
    causes=("room_mismatch", "allergy", "conflicting_wishes", "other"),
    exceptions=(
        CauseWhen("room_mismatch", When("topic", ("room_type_mismatch",))),
        CauseWhen("allergy", When("topic", ("allergy",))),
    ),
    remembers=Remembers("topic", When("valid_for", ("this_stay",))),
)

SERVICE_RECOVERY = KindSpec(
    code="service_recovery",
    workflow=_W,
    slot="E",
    label="Service recovery",
    department=Department.GUEST_RELATIONS,
    what="problem",
    checked_field="compensation",
    rules=KindRules(
        sla=sla(10, 90, 20), limits=(between("compensation_range", "compensation_value", 1, 50_000),), line_max=5_000
    ),
    fields=(
        FieldSpec(
            "problem",
            FieldType.CHOICE,
            Stage.OPEN,
            choices=("room_mismatch", "noise", "cleanliness", "billing", "refund", "dispute", "low_score", "other"),
        ),
        FieldSpec(
            "compensation",
            FieldType.CHOICE,
            Stage.APPROVE,
            choices=("none", "amenity", "upgrade", "discount", "refund"),
            audited=True,
        ),
        FieldSpec(
            "compensation_value",
            FieldType.MONEY,
            required_when=When("compensation", ("discount", "refund")),
            sensitive=True,
        ),
        FieldSpec("investigation", FieldType.TEXT, Stage.FULFIL, data_class=DataClass.PRIVATE_STAY),
        FieldSpec("action", FieldType.CHOICE, Stage.FULFIL, choices=RECOVERED),
        FieldSpec("cost", FieldType.MONEY, Stage.FULFIL, audited=True),
        FieldSpec("guest_answer", FieldType.CHOICE, Stage.FULFIL, choices=("satisfied", "neutral", "unsatisfied")),
        _DETAILS,
    ),
    causes=("repeated", "high_compensation", "other"),
    reviewer=Role.SUPERVISOR,
    guest_must_know=True,
    complaint=True,
)

FEEDBACK_SCORE = KindSpec(
    code="feedback_score",
    workflow=_W,
    slot="F",
    label="Feedback score",
    department=Department.GUEST_RELATIONS,
    what="score",
    checked_field="score",
    rules=KindRules(
        sla=sla(60, 720, 120),
        limits=(between("score_range", "score", 0, 10),),
        auto=auto(between("auto_score", "score", 7, 10)),
    ),
    fields=(
        FieldSpec("score", FieldType.INTEGER, Stage.OPEN, audited=True, sensitive=True),
        FieldSpec("source", FieldType.CHOICE, Stage.OPEN, choices=("message", "survey", "review", "staff")),
        _DETAILS,
    ),
    causes=("disputed_score", "wrong_guest", "other"),
)


def on_booking(what: Occurrence) -> tuple[Opening, ...]:
    """A booking that still lies ahead: a pre-arrival message, three days before arrival."""
    if not isinstance(what, StayOccurred) or what.stay.status is not StayStatus.BOOKED:
        return ()
    ends = anchored(PRE_ARRIVAL_MESSAGE.expires, what.stay, what.zone)
    if ends is None or ends <= what.at:
        return ()
    party = what.stay.party
    template = "vip" if what.stay.vip else "family" if party.children + party.babies else "welcome"
    return (about_stay(PRE_ARRIVAL_MESSAGE, what, TriggerKind.BOOKING, {"template": template}),)


def on_stay_requests(what: Occurrence) -> tuple[Opening, ...]:
    """Each special request of a stay that has not ended: a guest request for its department."""
    if not isinstance(what, StayOccurred) or what.stay.status not in (StayStatus.BOOKED, StayStatus.CHECKED_IN):
        return ()
    return tuple(
        about_stay(
            GUEST_REQUEST,
            what,
            TriggerKind.GUEST_REQUEST,
            {"topic": request_topic(each.code), "promised_time": "15:00"},
            part=each.id,
            department=REQUESTS[request_topic(each.code)],
            due=Anchor(Moment.ARRIVAL, at=dt.time(14)),
        )
        for each in what.stay.requests
        if each.code not in PAID
    )


def on_stay_comments(what: Occurrence) -> tuple[Opening, ...]:
    """A comment worth remembering: a preference note."""
    if not isinstance(what, StayOccurred) or what.stay.status not in (StayStatus.BOOKED, StayStatus.CHECKED_IN):
        return ()
    return tuple(
        about_stay(
            PREFERENCE_NOTE,
            what,
            TriggerKind.GUEST_REQUEST,
            {"topic": PREFERENCES[each.code]},
            part=each.id,
            due=Anchor(Moment.ARRIVAL, days=-1, at=dt.time(18)),
        )
        for each in what.stay.comments
        if each.code in PREFERENCES
    )


def on_room_mismatch(what: Occurrence) -> tuple[Opening, ...]:
    """Another room type than reserved: recovery for guests who will mind most, else a note that needs an exception."""
    if not isinstance(what, StayOccurred) or what.stay.status is not StayStatus.CHECKED_IN:
        return ()
    stay = what.stay
    if stay.room_type_assigned in (None, stay.room_type_reserved):
        return ()
    if stay.vip or stay.repeat:
        return (about_stay(SERVICE_RECOVERY, what, TriggerKind.BOOKING, {"problem": "room_mismatch"}),)
    return (about_stay(PREFERENCE_NOTE, what, TriggerKind.BOOKING, {"topic": "room_type_mismatch"}, part="room_type"),)


def on_check_out(what: Occurrence) -> tuple[Opening, ...]:
    """A check-out: a follow-up within 24 hours."""
    if not isinstance(what, StayOccurred) or what.stay.status is not StayStatus.CHECKED_OUT:
        return ()
    return (about_stay(POST_STAY_FOLLOW_UP, what, TriggerKind.BOOKING, {"topic": "thanks", "channel": "email"}),)


def on_message(what: Occurrence) -> tuple[Opening, ...]:
    """A guest wrote: a score, a complaint or a request."""
    if not isinstance(what, MessageOccurred) or what.verb != "received":
        return ()
    message, code = what.message, what.message.topic_code
    if message.score is not None:
        return (from_message(FEEDBACK_SCORE, what, {"score": message.score, "source": "message"}),)
    if code in COMPLAINTS:
        return (from_message(SERVICE_RECOVERY, what, {"problem": COMPLAINTS[code]}),)
    if code in REQUESTS and message.answer is None:
        return (from_message(GUEST_REQUEST, what, {"topic": code}, department=REQUESTS[code]),)
    return ()


def on_task(what: Occurrence) -> tuple[Opening, ...]:
    """A task that staff wrote down in the PMS: a complaint to make good, or a request; paid ones belong to upsell."""
    if not isinstance(what, TaskOccurred) or what.task.code in PAID:
        return ()
    code = what.task.code
    if code in COMPLAINTS:
        return (from_task(SERVICE_RECOVERY, what, {"problem": COMPLAINTS[code]}),)
    topic = request_topic(code)
    return (from_task(GUEST_REQUEST, what, {"topic": topic}, department=REQUESTS[topic]),)


def on_refund(what: Occurrence) -> tuple[Opening, ...]:
    """A refund or a dispute was seen: something went wrong for a guest."""
    problems = {"refund_seen": "refund", "dispute_seen": "dispute"}
    if not isinstance(what, FinanceOccurred) or what.verb not in problems:
        return ()
    return (from_finance(SERVICE_RECOVERY, what, {"problem": problems[what.verb]}),)


def after_low_score(state: RecordState, rules: HotelRules) -> tuple[Opening, ...]:
    """A score at or under the hotel's threshold: service recovery."""
    if state.fields["score"] > rules.score_threshold:
        return ()
    return (following("service_recovery", state, {"problem": "low_score"}),)


def after_recovery(state: RecordState, _rules: HotelRules) -> tuple[Opening, ...]:
    """A recovery that was made good: ask again after the stay."""
    return (following("post_stay_follow_up", state, {"topic": "recovery"}),)


WORKFLOW = WorkflowSpec(
    workflow=_W,
    kinds=(
        POST_STAY_FOLLOW_UP,
        GUEST_REQUEST,
        PRE_ARRIVAL_MESSAGE,
        PREFERENCE_NOTE,
        SERVICE_RECOVERY,
        FEEDBACK_SCORE,
        INVESTIGATION,
        GLASS_REVIEW,
        SETTLEMENT,
    ),
    triggers=(
        GLASS_BROKEN,
        TriggerRule("booking_message", TriggerKind.BOOKING, on_booking),
        TriggerRule("stay_requests", TriggerKind.GUEST_REQUEST, on_stay_requests),
        TriggerRule("stay_comments", TriggerKind.GUEST_REQUEST, on_stay_comments),
        TriggerRule("room_mismatch", TriggerKind.BOOKING, on_room_mismatch),
        TriggerRule("check_out_follow_up", TriggerKind.BOOKING, on_check_out),
        TriggerRule("guest_message", TriggerKind.GUEST_REQUEST, on_message),
        TriggerRule("pms_task", TriggerKind.STAFF_TASK, on_task),
        TriggerRule("refund", TriggerKind.FINANCE_ACTION, on_refund),
        TriggerRule("difference_seen", TriggerKind.FINANCE_ACTION, on_difference),
    ),
    follow_ons=(
        FollowOn("low_score", "feedback_score", Turn.OPENED, after_low_score),
        FollowOn("recovered", "service_recovery", Turn.FULFILLED, after_recovery),
    ),
)
