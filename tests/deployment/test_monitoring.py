from __future__ import annotations

import json
from typing import Final

import pytest

from monitoring.dashboards import DASHBOARDS
from monitoring.dashboards.grafana import dashboard
from tests.deployment.rendering import of_kind, render, selects, templates

LARGEST: Final = 262_144  # of what kubectl apply keeps in an annotation


@pytest.mark.parametrize("name", ["staging", "production"])
def test_every_service_is_asked_for_its_metrics(name: str) -> None:
    """By the pod monitor, at a port that is open; jobs and servers of others have none of ours."""
    (monitor,) = of_kind(render(name), "PodMonitor")
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    asked = {
        template["metadata"]["labels"]["app.kubernetes.io/name"]
        for template in templates(render(name))
        if selects(monitor["spec"]["selector"], template["metadata"]["labels"])
        for container in template["spec"]["containers"]
        for port in container.get("ports", ())
        if port["name"] == endpoint["port"]
    }
    assert monitor["metadata"]["labels"]["release"] == "kube-prometheus-stack"  # which selects it
    (rules,) = of_kind(render(name), "PrometheusRule")
    assert rules["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    assert asked == {"gateway", "packager", "status", "uploader"}
    named = {one["targetLabel"]: one["sourceLabels"] for one in endpoint["relabelings"]}
    assert named == {"instance": ["__meta_kubernetes_pod_name"]}  # as people know it


def test_grafana_finds_every_dashboard() -> None:
    """In a config map with the label that its sidecar looks for, small enough to be applied."""
    found: dict[str, str] = {}
    for manifest in of_kind(render("production"), "ConfigMap"):
        if manifest["metadata"].get("labels", {}).get("grafana_dashboard") == "1":
            found |= manifest["data"]
            assert len(json.dumps(manifest)) < LARGEST
    assert found == {f"{one.name}.json": dashboard(one) for one in DASHBOARDS}
