"""What watches over the hotel itself: nothing a hotel writes keeps it from ringing, or says otherwise when."""

import pytest

from services.alerts.domain.alert import LiveAlert, advance, opened
from services.alerts.domain.book import DEFAULT, AlertRules, Book, merged
from services.alerts.domain.book_faults import book_faults
from services.alerts.domain.default_rules import RULES
from services.alerts.domain.roster import roster_of
from services.alerts.domain.rules import SELF_WATCH, Rule, RuleEdit
from services.alerts.domain.subject import Subject, record_subjects
from services.alerts.domain.watch import Opening, Watch, observe
from services.alerts.domain.wording import worded
from shared.contracts.identity import Role
from tests.factories.records import CHAIN, NOON, PROPERTY, ZONE, minutes, snapshot
from tests.factories.staff import ANA, TEAM

GLASS = next(rule for rule in RULES if rule.code == "glass_broken")
BROKEN = {"state": "broken", "now": NOON}
OWN = GLASS.model_copy(update={"code": "own_hush", "supersedes": ("glass_broken",)})


def broken() -> Watch:
    """Somebody took emergency rights."""
    subject = Subject(noun=GLASS.on, id="glass-1", property_id=PROPERTY, facts=BROKEN)
    return Watch(id="glass-1", chain=CHAIN, property_id=PROPERTY, subjects=(subject,))


@pytest.mark.parametrize("code", sorted(SELF_WATCH))
@pytest.mark.parametrize(
    "edit",
    [{"plus_s": 31_622_400}, {"severity": "notice"}, {"repeat_s": ()}, {"second_limit_s": 9}, {"enabled": False}],
)
def test_edit_of_what_watches_over_the_hotel_is_refused(code: str, edit: dict[str, object]) -> None:
    wanted = AlertRules.model_validate({"edits": {code: edit}})
    assert [fault.rule for fault in book_faults(wanted, DEFAULT)] == ["protected"]
    assert {rule.code: rule for rule in merged(DEFAULT, wanted).rules}[code] == DEFAULT.by_code[code]


def test_words_of_what_watches_over_the_hotel_are_the_hotel_s_own() -> None:
    wanted = AlertRules(edits={"audit_gap": RuleEdit(text={"en": "The log has a hole."})})
    assert book_faults(wanted, DEFAULT) == []
    assert merged(DEFAULT, wanted).by_code["audit_gap"].text == {"en": "The log has a hole."}


def test_own_rule_does_not_take_the_place_of_what_watches_over_the_hotel() -> None:
    assert [fault.field for fault in book_faults(AlertRules(own=(OWN,)), DEFAULT)] == ["own.0.supersedes"]
    rung = observe(None, broken(), NOON, Book(rules=(GLASS, OWN)))
    assert [one.rule for one in rung.opened] == ["glass_broken", "own_hush"]
    assert rung.closed == ()


def live_of(rule: Rule) -> LiveAlert:
    """An alert of a rule."""
    subject = record_subjects(snapshot(), NOON)[0]
    return opened(Opening(alert_id="alert-1", terms=rule, subject=subject, due=NOON), CHAIN, ZONE, NOON)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{room:>99999999}", "placeholder"),
        ("{minutes:d}", "placeholder"),
        ("{room!r}", "placeholder"),
        ("{room.__class__}", "placeholder"),
        ("late\nBcc: all", "one_line"),
    ],
)
def test_text_that_would_break_a_letter_is_refused_and_one_from_before_is_worded_all_the_same(
    text: str, rule: str
) -> None:
    wanted = AlertRules(edits={"overdue": RuleEdit(text={"en": text})})
    assert [fault.rule for fault in book_faults(wanted, DEFAULT)] == [rule]
    kept = DEFAULT.by_code["overdue"].model_copy(update={"text": {"en": text}})
    said = worded(live_of(kept), "en")
    assert (len(said) < 100, "\n" in said) == (True, False)


def test_alert_rings_the_next_step_when_the_owner_may_not_read_its_kind() -> None:
    roster = roster_of(TEAM, PROPERTY, ZONE)
    hearers = roster.of({one.id for one in roster.staff} - {ANA.id})
    live, told = advance(live_of(DEFAULT.by_code["overdue"]), hearers, NOON + minutes(60))
    assert [(one.role, one.people) for one in told] == [(Role.ASSOCIATE, ()), (Role.SUPERVISOR, ("staff-sue",))]
    assert live.heard == ("staff-sue",)
