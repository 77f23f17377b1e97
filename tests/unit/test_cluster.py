"""What is declared of a Kafka cluster is what the services do, and a plan holds just the steps that are missing."""

from typing import Any

import pytest

from deploy.cluster.plan import Found, plan
from deploy.cluster.rights import READS, Right, declared, user_of
from services.alerts.app import build as alerts
from services.alerts.settings import Settings as AlertSettings
from services.auth.app import build as auth
from services.auth.settings import Settings as AuthSettings
from services.console.app import build as console
from services.console.settings import Settings as ConsoleSettings
from services.integrations.app import build as integrations
from services.integrations.settings import Settings as IntegrationSettings
from services.records.app import build as records
from services.records.settings import Settings as RecordSettings
from services.reporting.app import build as reporting
from services.reporting.settings import Settings as ReportSettings
from shared.chassis.service import Chassis
from shared.contracts import topics

APPS = {
    "alerts": (alerts, AlertSettings),
    "auth": (auth, AuthSettings),
    "console": (console, ConsoleSettings),
    "integrations": (integrations, IntegrationSettings),
    "records": (records, RecordSettings),
    "reporting": (reporting, ReportSettings),
}
WANTED = declared()
DONE = Found(
    partitions={topic.name: topic.partitions for topic in WANTED.topics},
    settings={topic.name: {**topic.config, "segment.bytes": "1"} for topic in WANTED.topics},
    users=WANTED.users | {"admin"},
    rights=WANTED.rights | {Right("monitoring", "topic", topics.STAFF, "read")},
)


@pytest.mark.parametrize("service", sorted(APPS))
def test_service_may_read_what_it_subscribes_to_and_no_more(
    service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    read: set[str] = set()
    groups: set[str] = set()
    original = Chassis.app

    def noted(self: Chassis, *words: Any, consumers: Any = (), tails: Any = (), **more: Any) -> Any:
        read.update(name for one in (*consumers, *tails) for name in one.topics)
        groups.update(one.group for one in consumers)
        return original(self, *words, consumers=consumers, tails=tails, **more)

    monkeypatch.setattr(Chassis, "app", noted)
    build, settings = APPS[service]
    build(settings(data_dir=tmp_path))
    heard = read | ({topics.POLICY, topics.STAFF} if service != "auth" else set())
    assert set(READS[service]) == heard
    assert all(group == service or group.startswith(f"{service}.") for group in groups)


def test_every_topic_is_written_by_its_owner_alone() -> None:
    for topic in WANTED.topics:
        writers = {right.user for right in WANTED.rights if (right.name, right.operation) == (topic.name, "write")}
        assert writers == (WANTED.users if topic.owner == "any" else {user_of(topic.owner)})


def test_plan_is_empty_when_all_is_as_declared_whatever_others_have() -> None:
    assert plan(WANTED, DONE).empty


def test_plan_makes_everything_on_an_empty_cluster() -> None:
    steps = plan(WANTED, Found({}, {}, frozenset(), frozenset()))
    assert (steps.make, set(steps.add), set(steps.grant)) == (WANTED.topics, WANTED.users, WANTED.rights)
    assert (steps.change, steps.take, steps.stuck) == ((), (), ())


def test_plan_mends_a_setting_and_names_what_cannot_be_mended() -> None:
    found = DONE._replace(
        partitions={**DONE.partitions, topics.RECORDS: 3},
        settings={**DONE.settings, topics.STAFF: {**DONE.settings[topics.STAFF], "cleanup.policy": "delete"}},
    )
    steps = plan(WANTED, found)
    assert steps.change == ((topics.STAFF, {"cleanup.policy": "compact"}),)
    assert steps.stuck == (topics.RECORDS,)
    assert any("records.v1 has another number of partitions" in line for line in steps.lines())


def test_plan_takes_from_our_users_what_is_not_declared() -> None:
    strange = Right(user_of("console"), "topic", topics.STAFF, "write")
    steps = plan(WANTED, DONE._replace(rights=DONE.rights | {strange}))
    assert steps.take == (strange,)
    assert steps.lines() == ["no longer let bellboard-console write topic staff.v1"]


@pytest.mark.parametrize(("copies", "in_sync"), [(1, "1"), (2, "1"), (3, "2"), (5, "4")])
def test_one_broker_may_be_away_and_no_record_is_lost_with_it(copies: int, in_sync: str) -> None:
    assert {topic.config["min.insync.replicas"] for topic in declared(replication=copies).topics} == {in_sync}


def test_names_stand_behind_the_namespace() -> None:
    staging = declared("staging.")
    assert all(topic.name.startswith("staging.") for topic in staging.topics)
    assert all(right.name.startswith("staging.") and right.user.startswith("staging.") for right in staging.rights)
