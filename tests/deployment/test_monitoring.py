from __future__ import annotations

import pkgutil
import re
from importlib import import_module

import promql_parser
import pytest
from prometheus_client import REGISTRY

from shared import metrics
from tests.deployment.rendering import of_kind, render, selects, templates


def test_alerts_ask_for_metrics_that_exist() -> None:
    """Each expression is PromQL and names only what ``shared/metrics`` offers."""
    for module in pkgutil.iter_modules(metrics.__path__, "shared.metrics."):
        import_module(module.name)  # which registers them
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    offered = {
        family.name + suffix
        for family in REGISTRY.collect()
        for suffix in suffixes.get(family.type, ("",))
    }
    (alerts,) = of_kind(render("production"), "PrometheusRule")
    rules = [rule for group in alerts["spec"]["groups"] for rule in group["rules"]]
    assert rules
    for rule in rules:
        promql_parser.parse(rule["expr"])
        asked = set(re.findall(r"\bexport_\w+", rule["expr"]))
        assert asked
        assert asked <= offered, rule["alert"]


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
