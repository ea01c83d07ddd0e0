"""Draws dashboards and alerts without Grafana, from what a Prometheus answers to their queries."""
