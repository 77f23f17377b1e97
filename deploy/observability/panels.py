"""Grafana dashboards as data: `python -m deploy.observability.panels` writes them, `--check` says if they are so."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "dashboards"
SOURCE = {"type": "prometheus", "uid": "prometheus"}
WIDTH, HEIGHT = 12, 8


class Panel(NamedTuple):
    """One picture: a title, what it means to whoever looks, a unit, and each line's legend and PromQL."""

    title: str
    meaning: str
    unit: str
    lines: dict[str, str]


class Dashboard(NamedTuple):
    """One page of pictures."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


SERVICES = Dashboard(
    "bellboard-services",
    "Bellboard: services",
    (
        Panel(
            "Requests a second",
            "How much is asked of each service.",
            "reqps",
            {"{{job}}": "sum by (job) (rate(bellboard_http_answer_seconds_count[5m]))"},
        ),
        Panel(
            "Failed answers",
            "The share of 5xx. More than 1 % for five minutes pages somebody.",
            "percentunit",
            {
                "{{job}}": 'sum by (job) (rate(bellboard_http_answer_seconds_count{status="5xx"}[5m]))'
                " / sum by (job) (rate(bellboard_http_answer_seconds_count[5m]))"
            },
        ),
        Panel(
            "Time to answer, 95th of 100",
            "From a request's head to the head of its answer.",
            "s",
            {"{{job}}": "histogram_quantile(0.95, sum by (job, le) (rate(bellboard_http_answer_seconds_bucket[5m])))"},
        ),
        Panel(
            "Slowest routes, 95th of 100",
            "The ten routes whose answers take longest.",
            "s",
            {
                "{{job}} {{method}} {{route}}": "topk(10, histogram_quantile(0.95,"
                " sum by (job, method, route, le) (rate(bellboard_http_answer_seconds_bucket[15m]))))"
            },
        ),
        Panel(
            "Consumers behind",
            "Records on the topics that a group has not read. It should fall to nothing within seconds.",
            "short",
            {"{{group}}": "sum by (group) (bellboard_consumer_lag)"},
        ),
        Panel(
            "Oldest event not sent",
            "How long an event has waited in its service's store for Kafka.",
            "s",
            {"{{job}}": "max by (job) (bellboard_outbox_age_seconds)"},
        ),
        Panel(
            "Events applied and sent",
            "What flows through each group, and what each service sends.",
            "cps",
            {
                "{{group}} applies": "sum by (group) (rate(bellboard_applied_events_total[5m]))",
                "{{job}} sends": "sum by (job) (rate(bellboard_relayed_events_total[5m]))",
            },
        ),
        Panel(
            "Parked, missing, lost, forged",
            "Each of these wants a person: docs/operations.md says what to do.",
            "short",
            {
                "{{group}} parked": "sum by (group) (increase(bellboard_parked_events_total[1h]))",
                "{{group}} gaps": "sum by (group) (increase(bellboard_gaps_total[1h]))",
                "{{group}} lost": "sum by (group) (increase(bellboard_lost_ranges_total[1h]))",
                "{{job}} forged": "sum by (job) (increase(bellboard_forged_policy_events_total[1h]))",
            },
        ),
        Panel(
            "Timers late, 99th of 100",
            "How late deadlines and escalations fire.",
            "s",
            {
                "{{job}}": "histogram_quantile(0.99,"
                " sum by (job, le) (rate(bellboard_timer_lateness_seconds_bucket[15m])))"
            },
        ),
        Panel(
            "Memory",
            "What each process holds.",
            "bytes",
            {"{{job}} {{instance}}": "process_resident_memory_bytes"},
        ),
    ),
)

HOUSE = Dashboard(
    "bellboard-house",
    "Bellboard: the house",
    (
        Panel(
            "Hand-offs between departments",
            "Records that went from one department to another.",
            "cpm",
            {
                "{{before}} to {{after}}": "sum by (before, after)"
                ' (rate(bellboard_business_moments_total{what="handed_off"}[15m])) * 60'
            },
        ),
        Panel(
            "Closed late",
            "Records that were closed after their deadline.",
            "cpm",
            {"{{before}}": 'sum by (before) (rate(bellboard_business_moments_total{what="closed_late"}[15m])) * 60'},
        ),
        Panel(
            "What should have rung",
            "The auditor of alerts: what it found at its last look. Anything above nothing is a fault of ours.",
            "short",
            {"{{fault}}": "sum by (fault) (bellboard_alert_findings)"},
        ),
        Panel(
            "Versions the audit log misses",
            "Aggregates with a gap; it asks for them again by itself.",
            "short",
            {"missing": "sum(bellboard_audit_gaps)"},
        ),
    ),
)

DASHBOARDS = (SERVICES, HOUSE)


def drawn(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard as Grafana reads it: two pictures in a row."""
    panels = [_panel(number, panel) for number, panel in enumerate(dashboard.panels)]
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["bellboard"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": panels,
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, 24 // WIDTH)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.meaning,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": query, "legendFormat": legend}
            for place, (legend, query) in enumerate(panel.lines.items())
        ],
    }


def main(check: bool) -> int:
    """Write the files; with `check` only say which differ."""
    differing = []
    for dashboard in DASHBOARDS:
        path, text = FOLDER / f"{dashboard.uid}.json", json.dumps(drawn(dashboard), indent=2) + "\n"
        if not path.exists() or path.read_text() != text:
            differing.append(path.name)
            if not check:
                path.write_text(text)
    if check and differing:
        print(f"Not as deploy/observability/panels.py says: {', '.join(differing)}; run `make dashboards`.")
    return int(check and bool(differing))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
