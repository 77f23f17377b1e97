"""docker-compose.yml is valid, and starts the very programs with the very environment of the embedded stack."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml

from deploy.cluster.rights import user_of
from deploy.local import services
from deploy.local.kafka import Listening, broker_settings
from services.alerts.settings import Settings as AlertSettings
from services.reporting.settings import Settings as ReportingSettings
from shared.chassis.settings import ServiceSettings
from tests.factories import compose_house

_ROOT = Path(__file__).resolve().parents[2]
_TEXT = (_ROOT / "docker-compose.yml").read_text()
_COMPOSE: dict[str, Any] = yaml.safe_load(_TEXT)
# As compose itself reads it: merge keys resolved, variables put in. The checker does neither.
_READ = re.sub(
    r"\$\{\w+:-([^}]*)\}", r"\1", re.sub(r"\$\{\w+:\?[^}]*\}", "secret", yaml.safe_dump(_COMPOSE, width=1000))
)
_REQUIRED = re.compile(r"\$\{(\w+):\?[^}]+\}")
# Where the container's broker lives differs from where the embedded one does; everything else must not.
_ADDRESSES = {"controller.quorum.voters", "listeners", "advertised.listeners", "log.dirs"}
# And this one asks who one is; tests/e2e/test_compose_house.py runs a broker with these very settings.
_GUARDED = {
    "listener.security.protocol.map", "inter.broker.listener.name", "sasl.enabled.mechanisms", "super.users",
    "listener.name.clients.plain.sasl.jaas.config", "listener.name.clients.scram-sha-512.sasl.jaas.config",
    "authorizer.class.name",
}  # fmt: skip


def _in_docker(name: str) -> dict[str, str]:
    password = f"${{BELLBOARD_MONGO_PASSWORD_{name.upper()}:?set it in .env}}"
    return services.environment(
        services.Surroundings(
            mongo_url=f"mongodb://{name}:{password}@mongo:27017/?replicaSet=bellboard&authSource=admin",
            kafka_servers="kafka:9092",
            http_host="0.0.0.0",
            http_port=8000,
            urls={service: f"http://{service}:8000" for service in services.SERVICES},
            data_dir="/data",
            operations_token="${BELLBOARD_OPERATIONS_TOKEN:?set it in .env}",
        )
    )


def test_compose_file_follows_the_compose_specification() -> None:
    compose_spec.PyCompose.from_yaml(_READ)
    compose_spec.ComposeSpecification.model_validate(yaml.safe_load(_READ))
    always = {name for name, service in _COMPOSE["services"].items() if "profiles" not in service}
    assert always == {*services.SERVICES, "kafka", "cluster", "mongo", "stores"}


def test_compose_check_can_fail_when_a_key_is_misspelt() -> None:
    with pytest.raises(ValueError, match="helthcheck"):
        compose_spec.PyCompose.from_yaml(_READ.replace("    healthcheck:", "    helthcheck:", 1))


_CHANNELS = ("BELLBOARD_PUBLIC_URL", "BELLBOARD_MAIL", "BELLBOARD_TWILIO", "BELLBOARD_INBOXES")
_MAIL = ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_TLS", "MAIL_FROM")
_REPORTING = tuple(name.upper() for name in set(ReportingSettings.model_fields) - set(ServiceSettings.model_fields))


def _settable(settings: type[ServiceSettings], names: Iterable[str]) -> dict[str, str]:
    """Settings that stand as variables, each with the service's own default."""
    said = {name: settings.model_fields[name.lower()].default for name in names}
    return {
        f"BELLBOARD_{name}": f"${{BELLBOARD_{name}:-{'' if value is None else value}}}" for name, value in said.items()
    }


_OWN = {
    "integrations": {"BELLBOARD_SECRETS_DIR": "/secrets", **{name: f"${{{name}:-}}" for name in _CHANNELS}},
    "alerts": _settable(AlertSettings, _MAIL),
    "reporting": _settable(ReportingSettings, _REPORTING),
    "records": {
        "BELLBOARD_PAPER_EVERY_MINUTES": "${BELLBOARD_PAPER_EVERY_MINUTES:-60}",
        "BELLBOARD_PAPER_DAYS": "${BELLBOARD_PAPER_DAYS:-7}",
    },
}
"""What a service is told beside what all are."""


def test_nothing_of_reporting_is_told_that_it_does_not_take() -> None:
    assert set(_MAIL) < set(_REPORTING)
    told = {name: match[1] for name, text in _OWN["reporting"].items() if (match := re.search(r":-(.*)}", text))}
    read = ReportingSettings.model_validate(
        {name.removeprefix("BELLBOARD_").lower(): value for name, value in told.items()}
    )
    assert (read.smtp_host, read.smtp_tls, read.exports_kept_days) == ("", "starttls", 7)


def test_secrets_of_connections_lie_in_a_volume_that_integrations_alone_has() -> None:
    folder = _OWN["integrations"]["BELLBOARD_SECRETS_DIR"]
    with_it = [
        name
        for name, each in _COMPOSE["services"].items()
        if f"integrations-secrets:{folder}" in each.get("volumes", [])
    ]
    assert with_it == ["integrations"]
    assert "integrations-secrets" in _COMPOSE["volumes"]
    # A named volume takes the owner of the image's folder: the service may write there, nobody else may read.
    made = (_ROOT / "deploy" / "Dockerfile").read_text()
    assert f"chmod 700 {folder}" in made


@pytest.mark.parametrize("name", services.SERVICES)
def test_service_in_compose_is_started_as_in_the_embedded_stack(name: str) -> None:
    service = _COMPOSE["services"][name]
    assert service["command"] == ["python", "-m", services.module(name)]
    assert service["environment"] == _in_docker(name) | {
        "BELLBOARD_OTLP_ENDPOINT": "${BELLBOARD_OTLP_ENDPOINT:-}",
        "BELLBOARD_TRACE_RATIO": "${BELLBOARD_TRACE_RATIO:-1}",
        "BELLBOARD_KAFKA_USER": user_of(name),
        "BELLBOARD_KAFKA_PASSWORD": f"${{BELLBOARD_KAFKA_PASSWORD_{name.upper()}:?set it in .env}}",
        **_OWN.get(name, {}),
    }
    assert service["healthcheck"]["test"][0] == "CMD"


def test_broker_in_compose_has_the_settings_of_the_embedded_one() -> None:
    embedded = broker_settings(Listening(1, 2, 1), Path("/"))
    found = compose_house.broker_settings(_COMPOSE["services"]["kafka"]["environment"])
    differing = _ADDRESSES | _GUARDED
    assert found.keys() == embedded.keys() | _GUARDED
    assert {n: v for n, v in found.items() if n not in differing} == {
        n: v for n, v in embedded.items() if n not in differing
    }


def test_every_secret_must_be_set_and_stands_in_the_example() -> None:
    example = (_ROOT / ".env.example").read_text()
    settable = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    required = set(_REQUIRED.findall(_TEXT))
    kept = {"BELLBOARD_EXPORTS_KEPT_DAYS", "BELLBOARD_DELIVERIES_KEPT_DAYS"}
    chosen = {"BELLBOARD_CONSOLE_PORT", "BELLBOARD_OTLP_ENDPOINT", *kept, *(f"BELLBOARD_{name}" for name in _MAIL)}
    assert required | chosen | set(_CHANNELS) == settable
    assert not re.findall(r"^\w*(?:PASSWORD|CLUSTER_ID)\w*=.+", example, re.MULTILINE)


def test_every_dependency_in_compose_is_a_service_of_it() -> None:
    wanted = {name for service in _COMPOSE["services"].values() for name in service.get("depends_on", {})}
    assert wanted <= set(_COMPOSE["services"])


def test_users_of_store_and_broker_get_a_password_for_every_service() -> None:
    for name, variable in (("cluster", "BELLBOARD_KAFKA_PASSWORD_{}"), ("stores", "BELLBOARD_MONGO_PASSWORD_{}")):
        told = set(_COMPOSE["services"][name]["environment"])
        assert {variable.format(service.upper()) for service in services.SERVICES} <= told


def test_boards_on_paper_lie_in_a_volume_that_the_service_may_write_to() -> None:
    [volume] = [one for one in _COMPOSE["services"]["records"]["volumes"] if one.endswith(":/data/paper")]
    assert "records-paper" in volume
    assert "records-paper" in _COMPOSE["volumes"]
    assert "mkdir -p /data/paper" in (_ROOT / "deploy" / "Dockerfile").read_text()


def test_every_file_that_compose_mounts_is_there() -> None:
    mounted = {
        volume.split(":")[0]
        for service in _COMPOSE["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    }
    assert len(mounted) > 5
    assert all((_ROOT / path).exists() for path in mounted)


def test_every_secret_is_made_once_and_none_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = shutil.copy(_ROOT / "deploy" / "secrets", tmp_path / "deploy" / "secrets")
    shutil.copy(_ROOT / ".env.example", tmp_path)
    subprocess.run([script], check=True, capture_output=True)
    made = dict(re.findall(r"^(\w+)=(.*)$", (tmp_path / ".env").read_text(), re.MULTILINE))
    secret = {name: value for name, value in made.items() if name in set(_REQUIRED.findall(_TEXT))}
    assert all(re.fullmatch(r"[\w-]{22}|[0-9a-f]{48}", value) for value in secret.values()), secret.keys()
    assert len(set(secret.values())) == len(secret)
    assert made["BELLBOARD_SMTP_PASSWORD"] == ""  # somebody else's, not ours to draw
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    again = subprocess.run([script], check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "already" in again.stdout


def test_image_runs_as_nobody_special_and_names_its_base_once() -> None:
    lines = (_ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    assert stages == ["FROM ${PYTHON} AS build", "FROM ${PYTHON}"]
    [base] = [line.partition("=")[2] for line in lines if line.startswith("ARG PYTHON=")]
    assert not base.endswith(":latest")
    assert ":" in base
    last = lines[lines.index(stages[-1]) :]
    assert "USER bellboard" in last
    assert not [line for line in last[last.index("USER bellboard") :] if line.startswith("RUN ")]
    assert any(line.startswith("HEALTHCHECK ") for line in last)
    assert not [each["image"] for each in _COMPOSE["services"].values() if each.get("image", ":").endswith(":latest")]


def test_every_page_for_operators_names_tests_that_are_there() -> None:
    said = (_ROOT / "docs" / "operations.md").read_text() + (_ROOT / "docs" / "reliability.md").read_text()
    named = set(re.findall(r"`((?:faults|integration|e2e|unit|contract)/[a-z_/]*test_[a-z_]+)`", said))
    assert len(named) > 10
    assert {one for one in named if not (_ROOT / "tests" / f"{one}.py").is_file()} == set()
