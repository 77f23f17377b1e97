"""The Helm chart is well-formed, renders what Kubernetes takes, and starts the programs of the embedded stack."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from typer.testing import CliRunner

from bellboard.app import app as command_line
from bellboard.commands.stores import OF_A_SERVICE
from deploy.cluster import rights
from deploy.cluster.stores import declared
from deploy.local import services
from services.alerts.settings import Settings as AlertSettings
from services.integrations.settings import Settings as IntegrationsSettings
from services.records.settings import Settings as RecordsSettings
from services.reporting.settings import Settings as ReportingSettings
from shared.chassis.settings import ServiceSettings

_ROOT = Path(__file__).resolve().parents[2]
_CHART = _ROOT / "deploy" / "chart"
_HELM = "v3.19.0"
_KUBERNETES = "1.34"
_CACHE = _ROOT / ".bellboard" / "cache" / f"helm-{_HELM}"
_GIVEN = {
    "kafka.servers": "kafka-0:9092\\,kafka-1:9092",
    "mongo.existingSecret": "bellboard-mongo",
    "operations.existingSecret": "bellboard-operations",
    "integrations.existingSecret": "bellboard-integrations",
}
_OPEN = {"ScaledObject", "ServiceMonitor", "PrometheusRule"}
"""Kinds of operators, whose schemas are not Kubernetes' own."""

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        shutil.which("go") is None and not (_CACHE / "helm").exists(), reason="Go is needed to build helm"
    ),
]


@pytest.fixture(scope="session")
def helm() -> Path:
    """Helm, built from its Go module once."""
    if not (_CACHE / "helm").exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        wanted = ["go", "install", f"helm.sh/helm/v3/cmd/helm@{_HELM}"]
        subprocess.run(wanted, check=True, env={**os.environ, "GOBIN": str(_CACHE)}, capture_output=True)
    return _CACHE / "helm"


def _words(given: dict[str, str]) -> list[str]:
    return [word for name, value in given.items() for word in ("--set", f"{name}={value}")]


def _rendered(helm: Path, **more: str) -> list[dict[str, Any]]:
    given = _GIVEN | {name.replace("__", "."): value for name, value in more.items()}
    command = [helm, "template", "bell", _CHART, "--kube-version", f"{_KUBERNETES}.0", *_words(given)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def _of(kind: str, documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in documents if each["kind"] == kind}


def test_chart_passes_lint(helm: Path) -> None:
    done = subprocess.run(
        [helm, "lint", "--strict", _CHART, *_words(_GIVEN)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("by", ["cpu", "lag", "none"])
def test_everything_rendered_is_what_kubernetes_takes(helm: Path, by: str) -> None:
    found = _rendered(
        helm, autoscaling__by=by, ingress__enabled="true", ingress__host="bell.example.org",
        ingress__tlsSecret="bell-tls", monitoring__enabled="true", otlpEndpoint="http://collector:4318/v1/traces",
    )  # fmt: skip
    known = [each for each in found if each["kind"] not in _OPEN]
    assert len(known) > 25
    for document in known:
        kubernetes_validate.validate(document, _KUBERNETES, strict=True)


def test_check_can_fail_when_a_field_is_misspelt(helm: Path) -> None:
    deployment = _of("Deployment", _rendered(helm))["bell-records"]
    deployment["spec"]["replicsa"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, _KUBERNETES, strict=True)


@pytest.mark.parametrize("name", services.SERVICES)
def test_pod_runs_the_program_with_the_environment_of_the_embedded_stack(helm: Path, name: str) -> None:
    pod = _of("Deployment", _rendered(helm))[f"bell-{name}"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert container["command"] == ["python", "-m", services.module(name)]
    around = services.Surroundings(
        mongo_url="", kafka_servers="kafka-0:9092,kafka-1:9092", http_host="0.0.0.0", http_port=8000,
        urls={each: f"http://bell-{each}:8000" for each in services.SERVICES}, data_dir="/data", operations_token="",
    )  # fmt: skip
    told = {each["name"]: each.get("value", "") for each in container["env"]}
    wanted = services.environment(around)
    assert {key: told[key] for key in wanted} == wanted
    secrets = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in container["env"] if "valueFrom" in each}
    assert secrets["BELLBOARD_MONGO_URL"] == {"name": "bellboard-mongo", "key": name}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["securityContext"]["runAsNonRoot"] is True


def test_secrets_of_connections_are_mounted_where_integrations_looks_and_nowhere_else(helm: Path) -> None:
    pods = {name: each["spec"]["template"]["spec"] for name, each in _of("Deployment", _rendered(helm)).items()}
    mounted = {name: [one for one in pod["volumes"] if one["name"] == "secrets"] for name, pod in pods.items()}
    [volume] = mounted.pop("bell-integrations")
    assert set(map(len, mounted.values())) == {0}
    assert volume["secret"] == {"secretName": "bellboard-integrations", "defaultMode": 0o440}
    [container] = pods["bell-integrations"]["containers"]
    [mount] = [one for one in container["volumeMounts"] if one["name"] == "secrets"]
    told = {each["name"]: each.get("value") for each in container["env"]}
    assert (mount["mountPath"], mount["readOnly"]) == (told["BELLBOARD_SECRETS_DIR"], True)
    secrets_dir = IntegrationsSettings.model_validate({"secrets_dir": told["BELLBOARD_SECRETS_DIR"]}).secrets_folder
    assert str(secrets_dir) == mount["mountPath"]


def test_channels_to_guests_reach_integrations_alone_and_without_a_secret(helm: Path, tmp_path: Path) -> None:
    account = {"property_id": "city", "chain": "grand", "account": f"AC{'1' * 32}", "sms_from": "+351210000000"}
    box = {"property_id": "city", "chain": "grand", "host": "imap.example", "user": "desk"}
    mail = {"host": "smtp.example", "sender": "desk@hotel.example"}
    channels = {"publicUrl": "https://stay.example", "mail": mail, "twilio": [account], "inboxes": [box]}
    values = tmp_path / "channels.json"
    values.write_text(json.dumps({"integrations": channels}))
    command = [helm, "template", "bell", _CHART, "--kube-version", "1.34.0", *_words(_GIVEN), "--values", str(values)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    pods = _of("Deployment", [one for one in yaml.safe_load_all(done.stdout) if one])
    told = {
        name: {each["name"]: each.get("value") for each in pod["spec"]["template"]["spec"]["containers"][0]["env"]}
        for name, pod in pods.items()
    }
    assert [name for name, has in told.items() if "BELLBOARD_TWILIO" in has] == ["bell-integrations"]
    said = {name: told["bell-integrations"][f"BELLBOARD_{name.upper()}"] for name in ("mail", "twilio", "inboxes")}
    found = IntegrationsSettings.model_validate({name: json.loads(text) for name, text in said.items()})
    assert (found.twilio[0].account, found.inboxes[0].host) == (account["account"], "imap.example")
    assert found.mail
    assert told["bell-integrations"]["BELLBOARD_PUBLIC_URL"] == "https://stay.example"
    values.write_text(json.dumps({"integrations": channels | {"twilio": [account | {"token": "x"}]}}))
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "twilio" in refused.stderr


def test_boards_on_paper_lie_on_the_claim_that_is_named(helm: Path) -> None:
    rendered = _rendered(helm, **{"records.paper.existingClaim": "paper", "records.paper.days": "30"})
    pods = {name: each["spec"]["template"]["spec"] for name, each in _of("Deployment", rendered).items()}
    [volume] = [one for one in pods["bell-records"]["volumes"] if one["name"] == "paper"]
    assert volume["persistentVolumeClaim"] == {"claimName": "paper"}
    [container] = pods["bell-records"]["containers"]
    told = {each["name"]: each.get("value") for each in container["env"]}
    given = {"data_dir": told["BELLBOARD_DATA_DIR"], "paper_days": told["BELLBOARD_PAPER_DAYS"]}
    settings = RecordsSettings.model_validate(given)
    assert [str(settings.sheets)] == [one["mountPath"] for one in container["volumeMounts"] if one["name"] == "paper"]
    assert (settings.paper_days, told["BELLBOARD_PAPER_EVERY_MINUTES"]) == (30, "60")


def test_services_sign_in_at_brokers_that_ask(helm: Path) -> None:
    found = _rendered(helm, kafka__existingSecret="bellboard-kafka", kafka__authoritySecret="bellboard-ca")
    for document in found:
        kubernetes_validate.validate(document, _KUBERNETES, strict=True)
    [container] = _of("Deployment", found)["bell-alerts"]["spec"]["template"]["spec"]["containers"]
    told = {each["name"]: each.get("value") for each in container["env"]}
    assert told["BELLBOARD_KAFKA_USER"] == rights.user_of("alerts")
    assert told["BELLBOARD_KAFKA_CA"] == "/etc/bellboard/kafka/ca.pem"
    assert AlertSettings.model_validate(
        {"kafka_user": told["BELLBOARD_KAFKA_USER"], "kafka_password": "x", "kafka_tls": told["BELLBOARD_KAFKA_TLS"]}
    ).kafka_tls
    [job] = _of("Job", found)["bell-topics"]["spec"]["template"]["spec"]["containers"]
    asked = CliRunner().invoke(command_line, [*job["command"][1:3], "--help"], env={"COLUMNS": "200"})
    assert all(word.partition("=")[0] in asked.output for word in job["command"][3:])
    needed = {f"BELLBOARD_KAFKA_PASSWORD_{service.upper()}" for service in rights.READS}
    assert {each["name"] for each in job["env"]} == needed | {"BELLBOARD_KAFKA_PASSWORD"}


def test_users_of_the_database_are_made_before_the_services_start(helm: Path) -> None:
    assert "bell-stores" not in _of("Job", _rendered(helm))
    found = _rendered(helm, mongo__adminSecret="bellboard-mongo-admin")
    for document in found:
        kubernetes_validate.validate(document, _KUBERNETES, strict=True)
    job = _of("Job", found)["bell-stores"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    [container] = job["spec"]["template"]["spec"]["containers"]
    asked = CliRunner().invoke(command_line, [*container["command"][1:], "--help"], env={"COLUMNS": "200"})
    assert asked.exit_code == 0
    assert "BELLBOARD_MONGO_URL" in asked.output
    needed = {OF_A_SERVICE.format(service.upper()) for service in declared().users}
    assert {each["name"] for each in container["env"]} == needed | {"BELLBOARD_MONGO_URL"}


def test_new_pod_has_time_for_its_indexes_and_traces_their_share(helm: Path) -> None:
    given = {"startupMinutes": "5", "otlpEndpoint": "http://collector:4318/v1/traces", "traceRatio": "0.1"}
    [container] = _of("Deployment", _rendered(helm, **given))["bell-records"]["spec"]["template"]["spec"]["containers"]
    probe, told = container["startupProbe"], {each["name"]: each.get("value") for each in container["env"]}
    assert probe["periodSeconds"] * probe["failureThreshold"] == 5 * 60
    assert AlertSettings.model_validate({"trace_ratio": told["BELLBOARD_TRACE_RATIO"]}).trace_ratio == 0.1


def test_reporting_is_told_every_setting_of_its_own_and_may_reach_the_mail_server(helm: Path) -> None:
    found = _rendered(
        helm, mail__host="mail.example.org", mail__port="465", mail__tls="implicit", mail__user="bell",
        mail__existingSecret="bellboard-mail", reporting__deliveriesKeptDays="90",
    )  # fmt: skip
    for document in found:
        kubernetes_validate.validate(document, _KUBERNETES, strict=True)
    [container] = _of("Deployment", found)["bell-reporting"]["spec"]["template"]["spec"]["containers"]
    told = {each["name"].removeprefix("BELLBOARD_").lower(): each for each in container["env"]}
    own = set(ReportingSettings.model_fields) - set(ServiceSettings.model_fields)
    assert own <= set(told)
    assert told["smtp_password"]["valueFrom"]["secretKeyRef"] == {"name": "bellboard-mail", "key": "password"}
    read = ReportingSettings.model_validate({name: told[name].get("value") for name in own - {"smtp_password"}})
    assert (read.smtp_host, read.smtp_port, read.smtp_tls) == ("mail.example.org", 465, "implicit")
    assert (read.exports_kept_days, read.deliveries_kept_days) == (7, 90)
    ways = _of("NetworkPolicy", found)["bell-reporting"]["spec"]["egress"]
    assert {"ports": [{"protocol": "TCP", "port": 465}]} in ways


def test_without_a_mail_server_reporting_is_told_of_none(helm: Path) -> None:
    [container] = _of("Deployment", _rendered(helm))["bell-reporting"]["spec"]["template"]["spec"]["containers"]
    assert not [each["name"] for each in container["env"] if "SMTP" in each["name"]]


def test_no_more_replicas_than_partitions_read_a_topic(helm: Path) -> None:
    scaled = _of("ScaledObject", _rendered(helm, autoscaling__by="lag", services__records__autoscaling__max="40"))
    assert scaled["bell-records"]["spec"]["maxReplicaCount"] == 8
    assert scaled["bell-records"]["spec"]["triggers"][0]["metadata"]["consumerGroup"] == "records"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("kafka.servers", "kafka", "kafka/servers"),
        ("mongo.existingSecret", "", "mongo/existingSecret"),
        ("integrations.existingSecret", "", "integrations/existingSecret"),
        ("services.frontdesk.replicas", "1", "frontdesk"),
        ("autoscaling.by", "luck", "autoscaling/by"),
        ("policyKey", "short", "policyKey"),
        ("traceRatio", "2", "traceRatio"),
        ("mail.tls", "perhaps", "mail/tls"),
        ("reporting.exportsKeptDays", "0", "reporting/exportsKeptDays"),
    ],
)
def test_value_is_refused_by_name_when_it_cannot_work(helm: Path, name: str, value: str, said: str) -> None:
    command = [helm, "template", "bell", _CHART, "--kube-version", "1.34.0", *_words(_GIVEN | {name: value})]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert said in done.stderr
