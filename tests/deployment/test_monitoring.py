from __future__ import annotations

import pytest

from tests.deployment.rendering import of_kind, render, selects, templates


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
