"""Refusals, forms, histories, pictures and figures in the words of the house."""

import datetime as dt

import pytest

from services.console.domain.answers import body_of
from services.console.domain.day import Figure, day_of
from services.console.domain.history import sentence
from services.console.domain.problem import Refused, read
from services.console.domain.records import Happening, shown
from services.console.domain.session import Tokens, csrf_of, same_csrf
from services.console.domain.waterfall import Stretch, draw
from services.console.store import seal, unseal
from services.console.usecases.live import MOST_WAITING, Bell, Feed
from services.console.usecases.signin import chain_of

NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)


def test_refusal_for_a_moved_version_says_what_to_do_instead_of_its_code() -> None:
    problem = read(412, {"code": "version_moved_on", "detail": "It is at version 9 now; you decided on 7."})
    assert problem.stale
    assert "Somebody changed this" in problem.words


def test_refusal_keeps_each_breach_under_its_field() -> None:
    breaches = [
        {"field": "reason", "rule": "r", "message": "Say why."},
        {"field": "until", "rule": "r", "message": "No."},
    ]
    problem = read(422, {"code": "rules_breached", "detail": "x", "breaches": breaches})
    assert problem.fields == {"reason": "Say why.", "until": "No."}


@pytest.mark.parametrize("body", [None, [], "text", {"breaches": ["odd", {"field": 3}]}])
def test_refusal_that_is_no_problem_document_still_has_a_sentence(body: object) -> None:
    assert read(403, body).words.endswith(".")


def test_form_becomes_a_typed_body_without_its_own_secrets() -> None:
    sent = {
        "csrf": "x",
        "key": "k",
        "version": "3",
        "currency": "EUR",
        "reason": "true",
        "approve": "false",
        "empty": "",
        "value.money.amount": "12,5",
        "field.integer.quantity": "2",
        "field.boolean.quiet": "true",
        "field.money.price": "0.05",
    }
    assert body_of(sent) == {
        "reason": "true",
        "approve": False,
        "amount": {"amount": 1250, "currency": "EUR"},
        "fields": {"quantity": 2, "quiet": True, "price": {"amount": 5, "currency": "EUR"}},
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("field.integer.n", "two"),
        ("field.integer.n", "1.5"),
        ("field.money.n", "abc"),
        ("field.money.n", "1.234"),
        ("field.money.n", "NaN"),
        ("field.money.n", "Infinity"),
        ("field.money.n", "1e30"),
    ],
)
def test_form_with_a_number_that_is_none_names_its_field(name: str, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        body_of({name: text, "currency": "EUR"})
    assert list(refusal.value.problem.fields) == ["n"]


def test_history_says_who_moved_it_and_why() -> None:
    event = Happening.model_validate(
        {
            "type": "record.handed_off.v1",
            "at": NOW,
            "actor": {"kind": "staff", "id": "ana"},
            "department": "housekeeping",
            "department_before": "concierge",
            "owner": "eva",
            "reason": "the room was not ready",
        }
    )
    told = sentence(event, {"ana": "Ana", "eva": "Eva"}.__getitem__)
    assert told == "Ana handed it from Concierge to Housekeeping (Eva), because: the room was not ready"


def test_history_of_an_unknown_event_is_told_in_plain_words() -> None:
    event = Happening.model_validate({"type": "record.lent_out.v3", "at": NOW, "actor": {"kind": "system", "id": "x"}})
    assert sentence(event, str) == "Bellboard lent out."


def test_value_is_shown_as_people_read_it() -> None:
    values = (True, {"amount": 4500, "currency": "EUR"}, {"ref": "t"}, "late_check_out", "15:00", None, ["a_b", 2])
    assert [shown(one) for one in values] == [
        "yes",
        "€45.00",
        "kept private",
        "Late check out",
        "15:00",
        "–",
        "A b, 2",
    ]


def test_waterfall_bars_follow_each_other_and_end_at_now() -> None:
    def ago(minutes: int) -> dt.datetime:
        return NOW - dt.timedelta(minutes=minutes)

    stretches = [
        Stretch(department="concierge", start=ago(60), end=ago(30)),
        Stretch(department="housekeeping", paused=True, start=ago(30), end=ago(15)),
        Stretch(department="concierge", start=ago(15)),
    ]
    picture = draw(stretches, NOW, NOW + dt.timedelta(minutes=60))
    assert picture is not None
    assert picture.rows == ("Concierge", "Housekeeping")
    assert picture.totals == ("45 min", "15 min")
    assert [(bar.row, bar.x, bar.width, bar.paused) for bar in picture.bars] == [
        (0, 0.0, 250.0, False),
        (1, 250.0, 125.0, True),
        (0, 375.0, 125.0, False),
    ]
    assert picture.due_x == 1000.0


def test_day_is_read_out_of_the_reports_figures() -> None:
    def figure(name: str, value: float | None, records: int = 0, **labels: str) -> Figure:
        return Figure(name=name, value=value, records=records, labels=labels)

    money = {"kind": "charge", "currency": "EUR"}
    day = [
        figure("opened", 9),
        figure("closed", 4),
        figure("closed", 3, outcome="fulfilled"),
        figure("closed_in_time", 0.75),
        figure("late", 2),
        figure("late", 2, department="housekeeping"),
        figure("requested", 4500, 2, **money),
        figure("failed", 500, 1, **money),
    ]
    times = [figure("closed", 3, department="housekeeping"), figure("raw_p50", 600, department="housekeeping")]
    found = day_of("city", NOW.date(), day, times, [figure("cause", 2, cause="noise")])
    assert (found.opened, found.closed, found.late_now, found.late_share) == (9, 4, 2, 0.25)
    assert [(one.department, one.closed, one.late, one.median_s) for one in found.departments] == [
        ("housekeeping", 3, 2, 600)
    ]
    assert [(str(one.amount), str(one.failed), one.lines) for one in found.money] == [("45.00 EUR", "5.00 EUR", 2)]


def test_sealed_tokens_open_only_with_the_cookie_they_were_sealed_with() -> None:
    tokens = Tokens("access", "refresh", NOW)
    sealed = seal("chain.secret", tokens)
    assert b"access" not in sealed
    assert unseal("chain.secret", sealed) == tokens
    assert unseal("chain.other", sealed) is None


def test_form_token_belongs_to_one_cookie_and_odd_text_is_no_token() -> None:
    assert same_csrf("a", csrf_of("a"))
    assert not same_csrf("b", csrf_of("a"))
    assert not same_csrf("a", "ü€")


@pytest.mark.parametrize("cookie", ["", "grand", ".x" * 30, "Grand." + "a" * 43, "gr and." + "a" * 43, "grand.short"])
def test_cookie_that_cannot_be_ours_names_no_chain(cookie: str) -> None:
    assert chain_of(cookie) is None


async def test_page_hears_its_own_hotels_bells_only_and_each_id_once() -> None:
    feed = Feed()
    with feed.listen("grand", frozenset({"city"})) as ear:
        feed.ring(Bell("grand", "city", "record", "r1", 2))
        feed.ring(Bell("grand", "city", "record", "r1", 3))
        feed.ring(Bell("grand", "resort", "record", "r2", 1))
        feed.ring(Bell("other", "city", "record", "r3", 1))
        assert await ear.wait(1) == {("record", "r1"): 3}
    assert feed.pages == 0


async def test_page_that_slept_through_too_much_is_told_to_load_again() -> None:
    feed = Feed()
    with feed.listen("grand", frozenset({"city"})) as ear:
        for number in range(MOST_WAITING + 1):
            feed.ring(Bell("grand", "city", "record", f"r{number}", 1))
        assert ear.overflown


async def test_pages_are_let_go_when_the_process_stops() -> None:
    feed = Feed()
    with feed.listen("grand", frozenset({"city"})) as ear:
        feed.close()
        await ear.wait(1)
        assert ear.closed
