"""The Helm chart is well-formed, renders what Kubernetes takes, and starts the programs of the embedded stack."""

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
from deploy.cluster import rights
from deploy.local import services
from services.alerts.settings import Settings as AlertSettings
from services.integrations.settings import Settings as IntegrationsSettings
from services.records.settings import Settings as RecordsSettings

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
    ],
)
def test_value_is_refused_by_name_when_it_cannot_work(helm: Path, name: str, value: str, said: str) -> None:
    command = [helm, "template", "bell", _CHART, "--kube-version", "1.34.0", *_words(_GIVEN | {name: value})]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert said in done.stderr
