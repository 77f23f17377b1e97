"""Webhooks by Standard Webhooks: signatures, schedule, what counts as taken, when an endpoint is given up."""

import base64
import datetime as dt
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.integrations.domain.deliveries import (
    DISABLED_AFTER,
    SCHEDULE,
    Answer,
    Delivery,
    DeliveryState,
    after,
    body_of,
    event_of,
    must_disable,
    new_secret,
    retry_after,
    signature,
    wait,
)
from services.integrations.domain.partners import Secret
from tests.factories.records import NOON
from tests.unit.integrations.test_partner_redaction import subscription

# Published by the Standard Webhooks project in its own test vectors.
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = (
    b'{"type":"contact.created","timestamp":"2022-11-03T20:26:10.344522Z",'
    b'"data":{"id":"1f81eb52-5198-4599-803e-771906343485"}}'
)


def delivery(**changes: Any) -> Delivery:
    """An event that is due."""
    plain: dict[str, Any] = {"row": "r", "id": "evt-1", "chain": "demo", "subscription": "sub-1", "number": 1}
    plain |= {"type": "record.opened.v1", "subject": "rec-1", "property_id": "city", "version": 3, "time": NOON}
    plain |= {"data": {"record": {"id": "rec-1"}}, "due_at": NOON, "state": DeliveryState.PENDING}
    return Delivery(**(plain | changes))


def test_signature_is_the_published_one() -> None:
    said = signature([SECRET], "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", 1674087231, BODY)
    assert said == "v1,4PMU5Dl90B4kgwxDpwuMZ/cnZ5ztf+Y+kviYQD66rJg="


def headers(secrets: list[str], body: bytes) -> dict[str, str]:
    now = int(dt.datetime.now(dt.UTC).timestamp())
    signed = signature(secrets, "evt-1", now, body)
    return {"webhook-id": "evt-1", "webhook-timestamp": str(now), "webhook-signature": signed}


def test_both_secrets_verify_during_a_rotation_and_others_do_not() -> None:
    old, new = new_secret(b"o" * 32), new_secret(b"n" * 32)
    body = body_of(event_of(delivery()))
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers([new, old], body))["type"] == "record.opened.v1"
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret(b"x" * 32)).verify(body, headers([new, old], body))
    assert len(base64.b64decode(new.removeprefix("whsec_"))) == 32


def test_rotation_keeps_two_secrets_for_a_day_and_a_third_ends_the_first() -> None:
    one = subscription(secrets=(Secret(value="whsec_a", made_at=NOON),))
    hour = dt.timedelta(hours=1)
    twice = one.rotated("whsec_b", NOON + hour)
    assert twice.signing(NOON + hour) == ("whsec_b", "whsec_a")
    assert twice.signing(NOON + 26 * hour) == ("whsec_b",)
    assert twice.rotated("whsec_c", NOON + 2 * hour).signing(NOON + 2 * hour) == ("whsec_c", "whsec_b")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_taken(status: int) -> None:
    assert after(delivery(), Answer(status), NOON).state is DeliveryState.DONE


@pytest.mark.parametrize(
    "answer", [Answer(301), Answer(400), Answer(500), Answer(fault="timeout"), Answer(fault="blocked")]
)
def test_everything_else_is_tried_again(answer: Answer) -> None:
    later = after(delivery(), answer, NOON)
    assert (later.state, later.attempts) == (DeliveryState.PENDING, 1)
    assert later.due_at >= NOON + SCHEDULE[1]


def test_tries_follow_the_published_schedule_with_up_to_a_tenth_more() -> None:
    one, moment, waits = delivery(), NOON, []
    while one.state is DeliveryState.PENDING:
        one = after(one, Answer(500), moment)
        waits.append(one.due_at - moment)
        moment = one.due_at
    assert (one.state, one.attempts) == (DeliveryState.DEAD, len(SCHEDULE))
    for planned, waited in zip(SCHEDULE[1:], waits[:-1], strict=True):
        assert planned <= waited <= planned * 1.1


def test_busy_endpoint_may_ask_for_longer_but_not_for_ever() -> None:
    assert wait(delivery(), Answer(429, retry_after_s=900)) == dt.timedelta(seconds=900)
    assert wait(delivery(), Answer(503, retry_after_s=1e6)) == dt.timedelta(hours=24)
    assert wait(delivery(), Answer(500, retry_after_s=900)) < dt.timedelta(seconds=6)
    assert [retry_after(text) for text in ("7", "soon", None, "-1", "9" * 12)] == [7.0, None, None, None, None]


def test_gone_is_disabled_at_once_and_failing_after_120_hours() -> None:
    assert must_disable(Answer(410), None, NOON) == "gone"
    assert must_disable(Answer(500), NOON, NOON + DISABLED_AFTER) == "failing"
    assert must_disable(Answer(500), NOON, NOON + DISABLED_AFTER - dt.timedelta(seconds=1)) is None


def test_body_is_a_cloud_event_and_a_standard_webhook_and_small() -> None:
    event = event_of(delivery(), {"guest": {"id": "g"}})
    assert {"specversion", "id", "source", "type", "time", "timestamp", "data"} <= set(event)
    assert event["data"]["guest"] == {"id": "g"}
    assert len(body_of(event)) < 20_000
