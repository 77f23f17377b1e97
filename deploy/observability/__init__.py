"""What a platform team looks at: Prometheus' rules, Grafana's dashboards, the collector's pipeline."""
