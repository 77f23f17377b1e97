"""Opening a hotel like another: what is the template's own is proposed or copied once, never a person or a place."""

from typing import Any

from bellboard.opening import COPIED, NOTHING, STANDS, WAITS, Answer, Refused, copy, posts

LATE = {"text": "You are late."}


class FakeServices:
    """What four services say of two hotels, and what they were asked to change."""

    def __init__(self) -> None:
        self.said: dict[str, Answer] = {
            "/v1/rules?property=old": {"own": {"kinds": {"guest_request": {}}, "fallback_owners": {"finance": "ana"}}},
            "/v1/rules?property=new": {"own": {"kinds": {}}, "waiting": [], "revision": 1},
            "/v1/alert-rules/old": {"own": {"own": [], "routes": [{"channels": ["email"], "destinations": ["chat"]}]}},
            "/v1/alert-rules/new": {"own": {"routes": None}, "waiting": [], "revision": 4},
            "/v1/sending-rules/old": {"rules": {"fallback_min": 5}, "version": 3},
            "/v1/sending-rules/new": {"rules": {"fallback_min": 20}, "version": 0},
            "/v1/message-templates/old": {"templates": {"welcome": {"en": {"text": "Hello"}}, "late": {"en": LATE}}},
            "/v1/message-templates/new": {"templates": {"welcome": {"en": {"text": "Hello"}}}},
            "/v1/message-templates/_chain": {"templates": {"welcome": {"en": {"text": "Hello"}}}},
        }
        self.changed: list[tuple[str, Any, int | None]] = []

    def ask(
        self, method: str, service: str, path: str, body: Any = None, version: int | None = None, key: str | None = None
    ) -> Answer:
        if method == "PUT":
            self.changed.append((path, body, version))
            return {}
        if path not in self.said:
            raise Refused(404, "template", "There is none.")
        return self.said[path]


def outcomes(services: FakeServices) -> dict[str, str]:
    return {step.what: step.outcome for step in copy(services, "old", "new")}


def test_everything_the_template_says_of_itself_is_copied() -> None:
    services = FakeServices()

    steps = {step.what: step for step in copy(services, "old", "new")}

    assert [step.outcome for step in steps.values()] == [WAITS, WAITS, COPIED, WAITS]
    rules, alerts, sending, template = services.changed
    assert (rules[1]["rules"], rules[2]) == ({"kinds": {"guest_request": {}}}, 1)
    assert alerts[1]["rules"]["routes"] == [{"channels": ["email"], "destinations": []}]
    assert sending == ("/v1/sending-rules/new", {"fallback_min": 5}, 1)
    assert (template[0], template[1]["texts"], template[2]) == ("/v1/message-templates/new/late", {"en": LATE}, 1)


def test_people_and_places_of_the_template_are_named_and_not_taken() -> None:
    notes = {step.what: step.note for step in copy(FakeServices(), "old", "new")}
    assert notes["rules"] == "Name fallback owners anew: they are people of old."
    assert "places that hear of alerts" in notes["alert rules, quiet hours, calendars"]


def test_second_run_proposes_nothing_twice() -> None:
    services = FakeServices()
    services.said["/v1/rules?property=new"] |= {"own": {"kinds": {"guest_request": {}}}}
    waiting = [{"rules": {"routes": [{"channels": ["email"], "destinations": []}]}}]
    services.said["/v1/alert-rules/new"] |= {"waiting": waiting}
    services.said["/v1/sending-rules/new"] = {"rules": {"fallback_min": 5}, "version": 1}
    late = {"texts": {"en": LATE}}
    services.said["/v1/message-templates/new/late"] = {"waiting": [late], "revision": 2}

    assert outcomes(services)["rules"] == STANDS
    assert services.changed == []


def test_template_without_anything_of_its_own_leaves_the_chain_s() -> None:
    services = FakeServices()
    services.said["/v1/rules?property=old"] = {"own": {"kinds": {}, "deputies": []}}
    services.said["/v1/sending-rules/old"] |= {"version": 0}

    assert outcomes(services)["rules"] == outcomes(services)["rules for sending to guests"] == NOTHING


def test_refusal_of_one_service_stops_no_other() -> None:
    services = FakeServices()
    del services.said["/v1/alert-rules/old"]

    found = outcomes(services)

    assert found["alert rules, quiet hours, calendars"] == "refused"
    assert found["message templates"] == WAITS


def test_posts_hold_no_person_and_no_one_of_the_whole_chain() -> None:
    person = {"roles": ["associate"], "departments": ["front_office"], "languages": ["pt"], "shifts": [], "skills": []}
    known = {"id": "s-1", "display_name": "Ana", "active": True, "service": False, **person}
    staff = [known | {"properties": ["old"]}, known | {"properties": None}, known | {"properties": ["other"]}]

    assert posts(staff, "old", "new") == [{"login": "", "display_name": "", "properties": ["new"], **person}]
