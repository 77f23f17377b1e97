"""Rules and dashboards speak of metrics that exist, and every service is scraped."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from deploy.local import services
from deploy.observability import panels
from shared.chassis.telemetry import Metrics

_FOLDER = Path(panels.__file__).parent
_NAME = re.compile(r"\b(?:bellboard|process)_[a-z_]+\b")
OF_SERVICES = {"bellboard_business_moments_total", "bellboard_alert_findings", "bellboard_audit_gaps"}
"""Metrics that a service adds to those of the chassis; each is looked for in its source below."""


def _queries() -> list[str]:
    rules = yaml.safe_load((_FOLDER / "rules.yml").read_text())["groups"]
    drawn = [query for page in panels.DASHBOARDS for panel in page.panels for query in panel.lines.values()]
    return [rule["expr"] for group in rules for rule in group["rules"]] + drawn


def _known() -> set[str]:
    metrics = Metrics()
    families = text_string_to_metric_families(metrics.text().decode())
    named = {family.name: family.type for family in families}
    counters = {f"{name}_total" for name, kind in named.items() if kind == "counter"}
    parts = {f"{name}_{part}" for name, kind in named.items() if kind == "histogram" for part in ("bucket", "count")}
    return {*named, *counters, *parts, *OF_SERVICES}


def test_every_metric_that_is_asked_for_exists() -> None:
    asked = {name for query in _queries() for name in _NAME.findall(query)}
    assert len(asked) > 10
    assert asked <= _known()


@pytest.mark.parametrize("name", sorted(OF_SERVICES))
def test_metric_of_a_service_is_in_its_source(name: str) -> None:
    sources = "".join(path.read_text() for path in Path("services").rglob("*.py"))
    assert f'"{name.removesuffix("_total")}"' in sources


def test_rules_say_what_is_wrong_and_where_to_look() -> None:
    rules = [rule for group in yaml.safe_load((_FOLDER / "rules.yml").read_text())["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        page, _, heading = rule["annotations"]["runbook"].partition("#")
        headings = re.findall(r"^#+ (.+)$", Path(page).read_text(), re.MULTILINE)
        assert heading in {"", *(each.lower().replace(" ", "-") for each in headings)}, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_every_service_is_scraped_with_the_operations_token() -> None:
    jobs = yaml.safe_load((_FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    assert {job["job_name"] for job in jobs} == {f"bellboard-{name}" for name in services.SERVICES}
    assert all(job["authorization"]["credentials_file"] == "/run/secrets/operations_token" for job in jobs)


def test_dashboards_are_written_as_they_are_declared() -> None:
    assert panels.main(check=True) == 0


def test_no_two_pictures_of_a_dashboard_overlap() -> None:
    for path in (_FOLDER / "dashboards").glob("*.json"):
        places = [tuple(panel["gridPos"].values()) for panel in json.loads(path.read_text())["panels"]]
        assert len(set(places)) == len(places) > 3


def test_every_metric_is_named_in_the_page_for_operators() -> None:
    said = Path("docs/operations.md").read_text()
    families = text_string_to_metric_families(Metrics().text().decode())
    ours = {each.name for each in families if each.name.startswith("bellboard_") and not each.name.endswith("_created")}
    assert len(ours) > 10
    assert {name for name in ours | OF_SERVICES if name.removeprefix("bellboard") not in said} == set()
